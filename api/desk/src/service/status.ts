// The figures of the service, asked for beside the feed: a feed that stands still must not look like a quiet city.

import { signal } from "@preact/signals";
import { ProblemError, ask } from "./ask";
import { setClock } from "./clock";
import { noteDatabase, notePipeline } from "./freshness";
import { noteLoggedOut, whenLoggedIn } from "./session";
import type { Status } from "./wire";

const EVERY_MS = 2000;

export const status = signal<Status | null>(null);

export async function watchStatus(): Promise<never> {
  for (;;) {
    await whenLoggedIn();
    const begun = performance.now();
    try {
      const answer = await ask<Status>("/v1/status", 3000);
      status.value = answer;
      setClock(answer.as_of);
      notePipeline(answer);
      noteDatabase(null);
    } catch (error) {
      // Without any answer the bar goes by the time since the last one.
      if (error instanceof ProblemError) {
        noteDatabase(error);
        if (error.isLoggedOut) noteLoggedOut();
      }
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(200, EVERY_MS - (performance.now() - begun))));
  }
}
