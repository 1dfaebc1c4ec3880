// Asks once by what name this desk signs what it does.

import { useState } from "preact/hooks";
import { setOfficer, officer } from "../service/session";
import { words } from "../words";
import { Dialog } from "./dialog";

export function NameDialog({ onName }: { onName: (name: string) => void }) {
  const [name, setName] = useState(officer.peek());
  const give = (event: Event): void => {
    event.preventDefault();
    const given = name.trim();
    if (given) setOfficer(given);
    onName(given);
  };
  return (
    <Dialog title={words.value.askName} onClose={() => onName("")}>
      <form onSubmit={give}>
        <input
          aria-label={words.value.askName}
          maxLength={64}
          autocomplete="off"
          spellcheck={false}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <p class="buttons">
          <button class="main">{words.value.ok}</button>
          <button type="button" onClick={() => onName("")}>{words.value.cancel}</button>
        </p>
      </form>
    </Dialog>
  );
}
