// The figures of a shift: what was raised in it, how soon people saw to it, and what is left to the next.

import { ask, askAll } from "./ask";
import type { Alert, AlertList } from "./wire";

const PAGES = 20;
const TIMEOUT_MS = 15_000;

// From when the service learnt of an alert until somebody acted.
export interface Times {
  n: number;
  median_seconds: number;
}

export interface PersonTimes {
  person: string | null;
  acknowledged: Times | null;
  verdict: Times | null;
}

interface ResponseTimes {
  total: PersonTimes;
  rows: PersonTimes[];
}

export interface Shift {
  from: number;
  till: number;
  raised: Alert[];
  isWhole: boolean;
  people: PersonTimes[];
  everybody: PersonTimes;
}

export async function askShift(from: number, till: number): Promise<Shift> {
  const [begin, end] = [new Date(from).toISOString(), new Date(till).toISOString()];
  const raised = new URLSearchParams({ open: "all", order: "newest", limit: "1000", raised_from: begin, raised_to: end });
  const span = new URLSearchParams({ from: begin, to: end, by: "person" });
  const [{ pages, isWhole }, times] = await Promise.all([
    askAll<AlertList>(`/v1/alerts?${raised}`, PAGES),
    ask<ResponseTimes>(`/v1/response-times?${span}`, TIMEOUT_MS),
  ]);
  return { from, till, raised: pages.flatMap((page) => page.alerts), isWhole, people: times.rows, everybody: times.total };
}
