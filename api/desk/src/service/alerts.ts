// The open alerts in their order. The first change is drawn with the next frame; those that follow close upon it are
// gathered for a tenth of a second, so that a thousand in ten seconds leave room for the officer's keys.

import { signal } from "@preact/signals";
import { type Alert, CLASSES } from "./wire";

const PAUSE_MS = 100;
const known = new Map<number, Alert>();
let isWaiting = false;
let drawnAt = 0;

export const alerts = signal<readonly Alert[]>([]);
export const isLoaded = signal(false);

export function findAlert(id: number): Alert | undefined {
  return known.get(id);
}

export function replaceAll(loaded: Iterable<Alert>): void {
  known.clear();
  for (const alert of loaded) known.set(alert.id, alert);
  isLoaded.value = true;
  draw();
}

export function forgetAll(): void {
  known.clear();
  isLoaded.value = false;
  draw();
}

// A later answer may overtake an earlier one; the number of the change decides.
export function takeAlert(alert: Alert): void {
  const old = known.get(alert.id);
  if (old && old.change_id > alert.change_id) return;
  if (alert.closed_at) known.delete(alert.id);
  else known.set(alert.id, alert);
  drawSoon();
}

export function rank(alert: { class: Alert["class"] }): number {
  return CLASSES.indexOf(alert.class);
}

// By class, then the newest first, as the API has it. Moments are RFC 3339 in UTC of one length.
export function compare(a: Alert, b: Alert): number {
  return rank(a) - rank(b) || (a.raised_at < b.raised_at ? 1 : a.raised_at > b.raised_at ? -1 : b.id - a.id);
}

export function isUnacknowledgedFire(alert: Alert): boolean {
  return alert.class === "fire" && !alert.acknowledged && !alert.verdict;
}

// A hidden page gets no frames and its timers are slowed down, but a fire has to sound all the same.
function drawSoon(): void {
  if (isWaiting) return;
  isWaiting = true;
  const rest = drawnAt + PAUSE_MS - performance.now();
  if (document.hidden) queueMicrotask(draw);
  else if (rest > 0) setTimeout(() => requestAnimationFrame(draw), rest);
  else requestAnimationFrame(draw);
}

function draw(): void {
  isWaiting = false;
  drawnAt = performance.now();
  alerts.value = [...known.values()].sort(compare);
}

// A frame that was asked for before the page was hidden does not come.
document.addEventListener("visibilitychange", draw);
