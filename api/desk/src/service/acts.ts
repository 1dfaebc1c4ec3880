// What an officer does to alerts. What it did comes back with the answer here, and through the feed at every other desk.

import { signal } from "@preact/signals";
import { takeAlert } from "./alerts";
import { ProblemError, send } from "./ask";
import { noteLoggedOut, signature } from "./session";
import type { Alert, Referral, Verdict } from "./wire";
import { words } from "../words";

const UNDO_MS = 60_000;
const TOLD_MS = 8000;
// Of one request of acts on a selection.
const MOST_AT_ONCE = 200;

export type Act =
  | { kind: "acknowledge" }
  | { kind: "verdict"; verdict: Verdict; note?: string }
  | { kind: "comment"; note: string }
  | { kind: "assign"; to: string | null }
  | { kind: "escalate"; to: Referral; note?: string }
  | { kind: "close"; note: string; force: boolean };

export interface Undoable {
  alert: Alert;
  change: number;
  until: number;
}

// The newest act of this desk, as long as it can be taken back.
export const undoable = signal<Undoable | null>(null);
// What the desk says of the last act, for a while.
export const told = signal<{ text: string; isBad: boolean } | null>(null);
// Raised when an act waits for a name; the page asks for one.
export const nameWanted = signal<((name: string) => void) | null>(null);

export async function act(alert: Alert, what: Act): Promise<boolean> {
  const by = signature.value || (await askName());
  if (!by) return false;
  const { kind, ...rest } = what;
  const headers: Record<string, string> = { "Idempotency-Key": makeKey() };
  // Closing an alert by hand is for what the officer has seen, and nothing newer.
  if (kind === "close") headers["If-Match"] = `"${alert.change_id}"`;
  try {
    const after = await send<Alert>("POST", `/v1/alerts/${alert.id}/${kind}`, { by, ...rest }, headers);
    takeAlert(after);
    undoable.value = { alert: after, change: after.change_id, until: performance.now() + UNDO_MS };
    tell(words.value.done[kind](after));
    return true;
  } catch (error) {
    refuse(error);
    return false;
  }
}

interface Acted {
  results: { id: number; status: number }[];
}

// Says of every one of the alerts that it was seen. Each has its own fate, which the feed brings back.
export async function acknowledgeAll(alerts: readonly Alert[]): Promise<void> {
  const by = signature.value || (await askName());
  if (!by) return;
  let refused = 0;
  try {
    for (let from = 0; from < alerts.length; from += MOST_AT_ONCE) {
      const some = alerts.slice(from, from + MOST_AT_ONCE).map(({ id }) => ({ id }));
      const body = { act: { kind: "acknowledge", by }, alerts: some };
      const { results } = await send<Acted>("POST", "/v1/alerts/acts", body, { "Idempotency-Key": makeKey() });
      refused += results.filter(({ status }) => status !== 200).length;
    }
    tell(words.value.acknowledgedAll(alerts.length - refused), refused > 0);
  } catch (error) {
    refuse(error);
  }
}

export async function undo(): Promise<void> {
  const last = undoable.value;
  if (!last || performance.now() > last.until) return;
  undoable.value = null;
  try {
    const path = `/v1/alerts/${last.alert.id}/undo`;
    takeAlert(await send<Alert>("POST", path, { by: signature.value, change: last.change }));
    tell(words.value.undone);
  } catch (error) {
    refuse(error);
  }
}

// `randomUUID` is only there on secure addresses; a desk in a house of its own often has none.
function makeKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(16)).join("-");
}

function refuse(error: unknown): void {
  if (error instanceof ProblemError && error.isLoggedOut) noteLoggedOut();
  const changed = error instanceof ProblemError && error.status === 412;
  const why = changed ? words.value.changedMeanwhile : error instanceof Error ? error.message : String(error);
  tell(`${words.value.failed}: ${why}`, true);
}

let timer = 0;

export function tell(text: string, isBad = false): void {
  told.value = { text, isBad };
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    told.value = null;
  }, TOLD_MS);
}

function askName(): Promise<string> {
  return new Promise((resolve) => {
    nameWanted.value = (name) => {
      nameWanted.value = null;
      resolve(name);
    };
  });
}
