// Alerts that are judged and not stored yet: nobody can act on them, everybody must see them.

import { effect, signal } from "@preact/signals";
import { ask } from "./ask";
import { hearsUnpersisted, trouble } from "./freshness";
import { whenLoggedIn } from "./session";
import type { UnpersistedAlert, UnpersistedList } from "./wire";

const HURRIED_MS = 1000;
const CALM_MS = 10_000;

export const unpersisted = signal<readonly UnpersistedAlert[]>([]);

let wake = (): void => undefined;

export async function watchUnpersisted(): Promise<never> {
  effect(() => {
    if (trouble.value) wake();
  });
  let drawn = "";
  for (;;) {
    await whenLoggedIn();
    try {
      const body = await ask<UnpersistedList>("/v1/alerts/unpersisted", 3000);
      hearsUnpersisted.value = body.heard;
      const shown = JSON.stringify(body.alerts);
      if (shown !== drawn) unpersisted.value = body.alerts;
      drawn = shown;
    } catch {
      // What was known stays in sight; the bar tells that nothing new comes.
    }
    // What is shown here must go as soon as it is in the list.
    await pause(trouble.peek() || unpersisted.peek().length ? HURRIED_MS : CALM_MS);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    wake = () => {
      if (milliseconds <= HURRIED_MS) return;
      clearTimeout(timer);
      resolve();
    };
  });
}
