// What must not be overlooked wherever the officer is: trouble, fires that nobody has acknowledged, the last act.

import { addresses, route } from "../route";
import { told, undo, undoable } from "../service/acts";
import { now } from "../service/clock";
import { trouble } from "../service/freshness";
import { unacknowledgedFires } from "../service/sound";
import { words } from "../words";

export function TroubleBar() {
  return (
    <div id="bar" role="alert" class={trouble.value ? "" : "calm"}>
      {trouble.value}
    </div>
  );
}

export function FireBanner() {
  const fires = unacknowledgedFires.value;
  if (!fires || route.value.view === "watch") return null;
  return (
    <aside aria-label={words.value.classes.fire}>
      <a class="fire-banner" href={addresses.watch}>
        <b>{words.value.fireBanner(fires)}</b>
        <span>
          {words.value.goWatch} <kbd>W</kbd>
        </span>
      </a>
    </aside>
  );
}

export function Told() {
  now.value;
  const { value: last } = undoable;
  const left = last ? Math.ceil((last.until - performance.now()) / 1000) : 0;
  const { value: said } = told;
  return (
    <div id="told" role="status">
      {said && <p class={said.isBad ? "bad" : ""}>{said.text}</p>}
      {left > 0 && (
        <button onClick={() => void undo()}>
          {words.value.undoIn(left)} <kbd>U</kbd>
        </button>
      )}
    </div>
  );
}
