// How many alerts of each class are open, those that are not nought.

import { computed } from "@preact/signals";
import { alerts } from "../service/alerts";
import { CLASSES, type Alert, type SignalClass } from "../service/wire";
import { words } from "../words";

type Counts = Partial<Record<SignalClass, number>>;

// Of every building, counted once for all rows.
export const openByBuilding = computed(() => {
  const found = new Map<string, Counts>();
  for (const alert of alerts.value) {
    const { code } = alert.where.building;
    const counts = found.get(code) ?? {};
    counts[alert.class] = (counts[alert.class] ?? 0) + 1;
    found.set(code, counts);
  }
  return found;
});

export function alertsOf(building: string): Alert[] {
  return alerts.value.filter((alert) => alert.where.building.code === building);
}

export function countClasses(list: readonly Alert[]): Counts {
  const counts: Counts = {};
  for (const alert of list) counts[alert.class] = (counts[alert.class] ?? 0) + 1;
  return counts;
}

export function OpenCounts({ counts }: { counts: Counts }) {
  return (
    <span class="open-counts">
      {CLASSES.filter((name) => counts[name]).map((name) => (
        <span key={name} class={`count ${name}`}>
          {words.value.classes[name]} <b>{counts[name]}</b>
        </span>
      ))}
    </span>
  );
}
