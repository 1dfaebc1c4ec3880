// Whether what is shown may be believed. Said red and large within five seconds of the first missing sign.

import { computed, signal } from "@preact/signals";
import { now, readClock } from "./clock";
import type { ProblemError } from "./ask";
import type { Answer, Pipeline } from "./wire";
import { words } from "../words";

const STALE_AFTER_MS = 4000;
// A worker beats once a second and an answer may be two seconds old.
const HEARTBEAT_MAX_MS = 4000;
const LATEST_MS = 2000;

export type FeedState = "stream" | "poll" | "lost";
export const feed = signal<{ state: FeedState; since: number }>({ state: "lost", since: performance.now() });

export function setFeed(state: FeedState): void {
  if (feed.value.state !== state) feed.value = { state, since: performance.now() };
}

// The newest answer, and when by our own watch it was true.
const heard = signal<{ pipeline: Pipeline; asOf: number; at: number } | null>(null);
const lastAnswerAt = signal(performance.now());
const databaseLostAt = signal<number | null>(null);

// Whether the broker tells us of alerts that are not stored yet.
export const hearsUnpersisted = signal<boolean | null>(null);

export function notePipeline(answer: Answer): void {
  lastAnswerAt.value = performance.now();
  const asOf = Date.parse(answer.as_of);
  // Answers of different ways may overtake each other, and one may be old when it comes.
  if (heard.value && asOf < heard.value.asOf && heard.value.asOf - asOf < LATEST_MS) return;
  const lateness = Math.min(LATEST_MS, Math.max(0, readClock() - asOf));
  heard.value = { pipeline: answer.pipeline, asOf, at: lastAnswerAt.value - lateness };
}

// The service answers, but its database does not: that is known with the first such answer.
export function noteDatabase(error: ProblemError | null): void {
  if (!error) databaseLostAt.value = null;
  else if (error.isUnavailable) databaseLostAt.value ??= performance.now();
}

export const pipeline = computed(() => heard.value?.pipeline ?? null);

// What is wrong, in words; empty when nothing is.
export const trouble = computed((): string => {
  now.value;
  const moment = performance.now();
  const sinceAnswer = moment - lastAnswerAt.value;
  if (databaseLostAt.value !== null) {
    const seconds = Math.round((moment - databaseLostAt.value) / 1000);
    return words.value.databaseGone(seconds) + (hearsUnpersisted.value ? words.value.stillHeard : words.value.deaf);
  }
  if (sinceAnswer > STALE_AFTER_MS) return words.value.apiGone(Math.round(sinceAnswer / 1000));
  if (!heard.value) return "";
  return judge(heard.value.pipeline, moment - heard.value.at, moment);
});

function judge(last: Pipeline, sinceHeard: number, moment: number): string {
  if (last.state !== "running") {
    const note = last.note ? words.value.inBrackets(last.note) : "";
    return words.value.pipeline[last.state] + note;
  }
  const age = (last.heartbeat_age_seconds ?? 0) * 1000;
  if (age + sinceHeard > HEARTBEAT_MAX_MS) {
    // Whose silence it is shows in what was said last.
    const whose = age > sinceHeard ? words.value.noBeat : words.value.apiGone;
    return whose(Math.round((age + sinceHeard) / 1000));
  }
  const { state, since } = feed.value;
  return state === "lost" && moment - since > STALE_AFTER_MS ? words.value.feedGone : "";
}
