// Ledger: hidden dangers with who mends them by when, and the alarms that were false.

import { signal } from "@preact/signals";
import { useKeys } from "../keys";
import { FalseAlarms } from "../parts/false_alarms";
import { Hazards } from "../parts/hazards";
import { words } from "../words";

type Kind = "hazards" | "falseAlarms";
const KINDS: Kind[] = ["hazards", "falseAlarms"];
const kind = signal<Kind>("hazards");

export function Ledger() {
  useKeys([{ keys: ["p"], name: "print", run: print }]);
  return (
    <div class="ledger">
      <div class="tabs">
        {KINDS.map((one) => (
          <button key={one} aria-pressed={kind.value === one} onClick={() => (kind.value = one)}>{words.value.ledgers[one]}</button>
        ))}
        <button onClick={print}>
          {words.value.print} <kbd>P</kbd>
        </button>
      </div>
      {kind.value === "hazards" ? <Hazards /> : <FalseAlarms />}
    </div>
  );
}
