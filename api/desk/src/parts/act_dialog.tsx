// Asks what an act needs to be told beside itself: a remark, to whom, or why.

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { type Act, act } from "../service/acts";
import { mayForce } from "../service/session";
import type { Alert, Referral } from "../service/wire";
import { words } from "../words";
import { Dialog } from "./dialog";

export type AskedKind = "comment" | "assign" | "escalate" | "close";
interface Asked {
  alert: Alert;
  kind: AskedKind;
}

export const askedAct = signal<Asked | null>(null);

export function needsForce(alert: Alert): boolean {
  return alert.condition === "active" || (alert.latching && !alert.verdict);
}

export function ActDialog({ asked: { alert, kind } }: { asked: Asked }) {
  const [note, setNote] = useState("");
  const [to, setTo] = useState<Referral>("supervisor");
  const { value } = words;
  const end = (): void => {
    askedAct.value = null;
  };
  const send = (event: Event): void => {
    event.preventDefault();
    if (note.trim() === "" && kind !== "escalate") return;
    end();
    void act(alert, makeAct(alert, kind, note.trim(), to));
  };
  const isForced = kind === "close" && needsForce(alert);
  const label = kind === "assign" ? value.assignee : kind === "close" ? value.reason : value.note;
  return (
    <Dialog title={`${isForced ? value.acts.force : value.acts[kind]} · ${value.number} ${alert.id}`} onClose={end}>
      <form onSubmit={send}>
        {kind === "escalate" && <Referrals to={to} onChoose={setTo} />}
        <label>
          {label}
          <input maxLength={kind === "assign" ? 64 : 500} value={note} autocomplete="off" onInput={(event) => setNote(event.currentTarget.value)} />
        </label>
        <p class="buttons">
          <button class="main" disabled={isForced && !mayForce.value}>{value.send}</button>
          <button type="button" onClick={end}>{value.cancel}</button>
        </p>
      </form>
    </Dialog>
  );
}

function Referrals({ to, onChoose }: { to: Referral; onChoose: (to: Referral) => void }) {
  const choices: Referral[] = ["supervisor", "second_contact"];
  return (
    <p class="choices">
      {choices.map((one) => (
        <label key={one}>
          <input type="radio" name="to" checked={to === one} onChange={() => onChoose(one)} />
          {words.value.referrals[one]}
        </label>
      ))}
    </p>
  );
}

function makeAct(alert: Alert, kind: AskedKind, note: string, to: Referral): Act {
  switch (kind) {
    case "comment":
      return { kind, note };
    case "assign":
      return { kind, to: note };
    case "escalate":
      return note ? { kind, to, note } : { kind, to };
    case "close":
      return { kind, note, force: needsForce(alert) };
  }
}
