// Log-in with an account or a key. What comes back is a cookie that no script can read.

import { useState } from "preact/hooks";
import { ProblemError } from "../service/ask";
import { logIn } from "../service/session";
import { switchLanguage, words } from "../words";

export function LogIn() {
  const [byKey, setByKey] = useState(false);
  const [account, setAccount] = useState("");
  const [secret, setSecret] = useState("");
  const [complaint, setComplaint] = useState("");
  const { value } = words;
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await logIn(byKey ? { key: secret } : { account, password: secret });
    } catch (error) {
      const isWrong = error instanceof ProblemError && error.isLoggedOut;
      setComplaint(isWrong ? value.badLogIn : `${value.failed}: ${String((error as Error).message)}`);
      setSecret("");
    }
  };
  return (
    <main class="log-in">
      <h1>
        <img src="/desk/beacon.svg" alt="" width="56" height="56" /> {value.name}
      </h1>
      <form onSubmit={(event) => void send(event)}>
        {!byKey && (
          <label>
            {value.account}
            <input autocomplete="username" required value={account} onInput={(event) => setAccount(event.currentTarget.value)} />
          </label>
        )}
        <label>
          {byKey ? value.key : value.password}
          <input type="password" autocomplete="current-password" required value={secret} onInput={(event) => setSecret(event.currentTarget.value)} />
        </label>
        <p role="alert" class="bad">{complaint}</p>
        <p class="buttons">
          <button class="main">{value.logIn}</button>
          <button type="button" onClick={() => setByKey(!byKey)}>{byKey ? value.byAccount : value.byKey}</button>
          <button type="button" onClick={switchLanguage}>{value.other}</button>
        </p>
      </form>
    </main>
  );
}
