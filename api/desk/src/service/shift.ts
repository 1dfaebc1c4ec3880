// The figures of a shift: what was raised in it, how soon people saw to it, and what is left to the next.

import { askAll } from "./ask";
import type { Alert, AlertList } from "./wire";

const PAGES = 20;

export interface PersonTimes {
  person: string;
  acknowledged: number[];
  ruled: number[];
}

export interface Shift {
  from: number;
  till: number;
  raised: Alert[];
  isWhole: boolean;
  acknowledged: number[];
  ruled: number[];
  people: PersonTimes[];
}

export async function askShift(from: number, till: number): Promise<Shift> {
  const question = new URLSearchParams({
    open: "all",
    order: "newest",
    limit: "1000",
    raised_from: new Date(from).toISOString(),
    raised_to: new Date(till).toISOString(),
  });
  const { pages, isWhole } = await askAll<AlertList>(`/v1/alerts?${question}`, PAGES);
  const raised = pages.flatMap((page) => page.alerts);
  return { from, till, raised, isWhole, ...timePeople(raised) };
}

// Milliseconds from when the desk could know of an alert until somebody saw, and ruled on, it.
function timePeople(alerts: readonly Alert[]): Pick<Shift, "acknowledged" | "ruled" | "people"> {
  const people = new Map<string, PersonTimes>();
  const of = (person: string): PersonTimes => {
    const found = people.get(person) ?? { person, acknowledged: [], ruled: [] };
    people.set(person, found);
    return found;
  };
  for (const { acknowledged, verdict, recorded_at } of alerts) {
    const begin = Date.parse(recorded_at);
    if (acknowledged) of(acknowledged.by).acknowledged.push(Date.parse(acknowledged.at) - begin);
    if (verdict) of(verdict.by).ruled.push(Date.parse(verdict.at) - begin);
  }
  const all = [...people.values()];
  return { acknowledged: all.flatMap((one) => one.acknowledged), ruled: all.flatMap((one) => one.ruled), people: all };
}

export function median(figures: readonly number[]): number | null {
  if (!figures.length) return null;
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
