// A building as its section shows it: floors from the top down, zones on each, what alarms and what is silent in them.

import type { BuildingSection, SectionDevice } from "../service/section_wire";
import { type Alert, COLOURS, type Colour } from "../service/wire";

export interface Mark {
  id: number;
  title: Alert["title"];
  colour: Colour;
  isFire: boolean;
  isHere: boolean;
}

export interface Room {
  name: string;
  alarms: Mark[];
  silent: number;
}

export interface Floor {
  // 0 stands for what is on no floor.
  number: number;
  rooms: Room[];
  isHere: boolean;
}

const SILENCES = new Set(["device_silent", "gateway_silent"]);
const UNHEARD = new Set(["silent", "unknown", "never_seen"]);

// `section` is null where the service has none: then the floors are laid out by what the alerts say of them.
export function layFloors(floors: number, section: BuildingSection | null, alerts: readonly Alert[], here: number | null): Floor[] {
  const known = [...alerts.map((alert) => alert.where.floor ?? 0), ...(section?.floors ?? []).map((floor) => floor.floor)].filter(Boolean);
  const laid = new Map<number, Map<string, Room>>();
  for (let n = Math.max(floors, 1, ...known); n >= Math.min(1, ...known); n--) if (n !== 0) laid.set(n, new Map());
  laid.set(0, new Map());
  for (const { floor, zones } of section?.floors ?? []) {
    for (const zone of zones) laid.get(floor)?.set(zone.code, { name: zone.name, alarms: [], silent: countUnheard(zone.devices) });
  }
  if (section && countUnheard(section.elsewhere)) laid.get(0)?.set("", { name: "", alarms: [], silent: countUnheard(section.elsewhere) });
  for (const alert of alerts) place(alert, laid, section !== null, here);
  const found = [...laid].map(([number, rooms]) => makeFloor(number, [...rooms.values()]));
  // What is on no floor is drawn beneath the others, and only when there is something.
  return found.filter((floor) => floor.number !== 0 || floor.rooms.length > 0);
}

function countUnheard(devices: readonly SectionDevice[]): number {
  return devices.filter((device) => UNHEARD.has(device.state)).length;
}

function place(alert: Alert, laid: Map<number, Map<string, Room>>, isCounted: boolean, here: number | null): void {
  const isSilence = SILENCES.has(alert.rule) && alert.condition === "active";
  const rooms = laid.get(alert.where.floor ?? 0) ?? laid.get(0);
  if (!rooms || (isSilence && isCounted && alert.id !== here)) return;
  const code = alert.where.zone?.code ?? "";
  const room = rooms.get(code) ?? { name: alert.where.zone?.name ?? "", alarms: [], silent: 0 };
  rooms.set(code, room);
  if (isSilence && !isCounted) room.silent += 1;
  if (!isSilence || alert.id === here) room.alarms.push(mark(alert, here));
}

function mark(alert: Alert, here: number | null): Mark {
  return { id: alert.id, title: alert.title, colour: alert.severity, isFire: alert.class === "fire", isHere: alert.id === here };
}

function makeFloor(number: number, rooms: Room[]): Floor {
  for (const room of rooms) room.alarms.sort(compareMarks);
  return { number, rooms, isHere: rooms.some((room) => room.alarms.some((one) => one.isHere)) };
}

function compareMarks(a: Mark, b: Mark): number {
  return Number(b.isHere) - Number(a.isHere) || Number(b.isFire) - Number(a.isFire) || COLOURS.indexOf(a.colour) - COLOURS.indexOf(b.colour);
}

export function countFloor(floor: Floor): { alarms: number; silent: number; isFire: boolean } {
  const alarms = floor.rooms.flatMap((room) => room.alarms);
  return { alarms: alarms.length, silent: floor.rooms.reduce((sum, room) => sum + room.silent, 0), isFire: alarms.some((one) => one.isFire) };
}
