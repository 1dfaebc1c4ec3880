// The service's clock, which all desks share: one whose own clock is wrong still shows how long something has lasted.

import { signal } from "@preact/signals";

const TICK_MS = 250;
let offset = 0;

// Milliseconds since the epoch by the service's clock; moves four times a second.
export const now = signal(Date.now());

export function setClock(asOf: string): void {
  offset = Date.parse(asOf) - Date.now();
}

export function readClock(): number {
  return Date.now() + offset;
}

export function startClock(): void {
  setInterval(() => {
    now.value = readClock();
  }, TICK_MS);
}
