// The service's clock, which all desks share: one whose own clock is wrong still shows how long something has lasted.

import { signal } from "@preact/signals";

const TICK_MS = 500;
let offset = 0;

// Milliseconds since the epoch by the service's clock; moves twice a second.
export const now = signal(Date.now());

export function setClock(asOf: string): void {
  offset = Date.parse(asOf) - Date.now();
}

export function startClock(): void {
  setInterval(() => {
    now.value = Date.now() + offset;
  }, TICK_MS);
}
