// The building as a section sees it: its floors from the top down, with what alarms and what is silent on each.

import type { Alert, Colour } from "../service/wire";
import { COLOURS } from "../service/wire";

export interface Mark {
  id: number;
  title: Alert["title"];
  zone: string;
  colour: Colour;
  isFire: boolean;
  isHere: boolean;
}

export interface Floor {
  number: number;
  alarms: Mark[];
  silent: number;
  isHere: boolean;
}

const SILENCES = new Set(["device_silent", "gateway_silent"]);

// There is no floor 0: the ground floor is 1, what lies below it begins at -1.
function list(top: number, bottom: number): number[] {
  const numbers: number[] = [];
  for (let n = top; n >= bottom; n--) if (n !== 0) numbers.push(n);
  return numbers;
}

export function layFloors(floors: number, alerts: readonly Alert[], here: number | null): { floors: Floor[]; elsewhere: Floor } {
  const known = alerts.map((alert) => alert.where.floor).filter((floor): floor is number => floor !== null && floor !== 0);
  const numbers = list(Math.max(floors, 1, ...known), Math.min(1, ...known));
  const byNumber = new Map(numbers.map((number) => [number, { number, alarms: [] as Mark[], silent: 0, isHere: false }]));
  const elsewhere: Floor = { number: 0, alarms: [], silent: 0, isHere: false };
  for (const alert of alerts) {
    const floor = byNumber.get(alert.where.floor ?? 0) ?? elsewhere;
    if (SILENCES.has(alert.rule) && alert.condition === "active") floor.silent += 1;
    else floor.alarms.push(mark(alert, here));
    if (alert.id === here) floor.isHere = true;
  }
  for (const floor of [...byNumber.values(), elsewhere]) floor.alarms.sort(compareMarks);
  return { floors: [...byNumber.values()], elsewhere };
}

function mark(alert: Alert, here: number | null): Mark {
  return {
    id: alert.id,
    title: alert.title,
    zone: alert.where.zone?.name ?? "",
    colour: alert.severity,
    isFire: alert.class === "fire",
    isHere: alert.id === here,
  };
}

function compareMarks(a: Mark, b: Mark): number {
  return Number(b.isHere) - Number(a.isHere) || Number(b.isFire) - Number(a.isFire) || COLOURS.indexOf(a.colour) - COLOURS.indexOf(b.colour);
}
