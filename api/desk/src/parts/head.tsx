// The head of the page: where one is, how the service does, who sits here.

import { isListOpen } from "../keys";
import { addresses, route } from "../route";
import { nameWanted } from "../service/acts";
import { now } from "../service/clock";
import { hasAccount, logOut, role, signature } from "../service/session";
import { sound, switchSound } from "../service/sound";
import { status } from "../service/status";
import { switchTheme, theme } from "../theme";
import { formatClock, formatFigure } from "../format";
import { switchLanguage, words } from "../words";

const VIEWS = ["watch", "city", "history", "ledger", "report"] as const;
const KEYS = { watch: "W", city: "C", history: "H", ledger: "L", report: "R" };
const WITHIN: Record<string, string> = { alert: "watch", building: "city" };

export function Head() {
  return (
    <header>
      <h1>
        <img src="/desk/beacon.svg" alt="" width="36" height="36" />
        {words.value.brand}
      </h1>
      <Views />
      <Figures />
      <div class="who">
        <SoundButton />
        <button onClick={switchTheme}>{words.value.themes[theme.value]}</button>
        <button onClick={switchLanguage} lang={words.value.languageCode === "en" ? "zh-CN" : "en"}>{words.value.other}</button>
        <button onClick={() => (isListOpen.value = true)}>
          {words.value.keys} <kbd>?</kbd>
        </button>
        <Person />
        <time class="clock">{formatClock(now.value)}</time>
      </div>
    </header>
  );
}

function Views() {
  const open = WITHIN[route.value.view] ?? route.value.view;
  return (
    <nav aria-label={words.value.brand}>
      {VIEWS.map((view) => (
        <a key={view} href={addresses[view]} aria-current={view === open ? "page" : undefined}>
          {words.value.views[view]}
          <kbd>{KEYS[view]}</kbd>
        </a>
      ))}
    </nav>
  );
}

function SoundButton() {
  return (
    <button class={`sound ${sound.value}`} onClick={switchSound}>
      {words.value.sound[sound.value]}
    </button>
  );
}

function Person() {
  const ask = (): void => {
    nameWanted.value = () => {
      nameWanted.value = null;
    };
  };
  if (!hasAccount.value) return <button onClick={ask}>{signature.value || words.value.nobody}</button>;
  return (
    <span class="person">
      {signature.value} · {words.value.roles[role.value]} <button onClick={() => void logOut()}>{words.value.logOut}</button>
    </span>
  );
}

function Figures() {
  const { value } = status;
  const { pipeline, devices } = value ?? {};
  const lag = pipeline?.lag_seconds;
  const shown: [string, string, boolean][] = [
    [words.value.messages, formatFigure(pipeline?.messages_per_second, 0), false],
    [words.value.lag, lag === null || lag === undefined ? words.value.unknown : `${lag.toFixed(2)} ${words.value.seconds}`, (lag ?? 0) > 1],
    [words.value.online, `${formatFigure(devices?.online)}/${formatFigure(devices?.total)}`, false],
    [words.value.silent, formatFigure(devices?.silent), (devices?.silent ?? 0) > 0],
  ];
  return (
    <dl class="figures">
      {shown.map(([label, figure, isBad]) => (
        <div key={label} class={isBad ? "bad" : ""}>
          <dt>{label}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}
