// Open alerts that belong together, as the service numbers them: one fire is one incident, however many detectors tell it.

import { computed } from "@preact/signals";
import { alerts, rank } from "./alerts";
import type { Alert, Named, SignalClass } from "./wire";

export interface Incident {
  id: number;
  building: Named;
  gravest: Alert;
  floors: number[];
  alerts: Alert[];
  waiting: Alert[];
  begunAt: string;
  counts: Partial<Record<SignalClass, number>>;
}

// Those of more than one alert, in the order of the list.
export const incidents = computed((): Incident[] => {
  const found = new Map<number, Alert[]>();
  for (const alert of alerts.value) {
    const members = found.get(alert.incident);
    if (members) members.push(alert);
    else found.set(alert.incident, [alert]);
  }
  return [...found.values()].flatMap((members) => (members.length > 1 ? [describe(members)] : [])).sort(compareIncidents);
});

function describe(members: Alert[]): Incident {
  const gravest = members[0] as Alert;
  const counts: Incident["counts"] = {};
  for (const alert of members) counts[alert.class] = (counts[alert.class] ?? 0) + 1;
  const floors = new Set(members.flatMap((alert) => (alert.where.floor === null ? [] : [alert.where.floor])));
  return {
    id: gravest.incident,
    building: gravest.where.building,
    gravest,
    floors: [...floors].sort((a, b) => a - b),
    alerts: members,
    waiting: members.filter((alert) => !alert.acknowledged && !alert.verdict),
    begunAt: members.reduce((first, alert) => (alert.raised_at < first ? alert.raised_at : first), gravest.raised_at),
    counts,
  };
}

function compareIncidents(a: Incident, b: Incident): number {
  return rank(a.gravest) - rank(b.gravest) || (a.begunAt < b.begunAt ? 1 : -1);
}
