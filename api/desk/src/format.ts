// How spans, times, figures and places are written.

import type { Place } from "./service/wire";
import { language, words } from "./words";
import { zh } from "./words/zh";

// The two largest units are enough to judge by: 2 h 14 min, 3 min 05 s.
export function formatElapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const found = parts.findIndex((part) => part > 0);
  const first = found < 0 ? 3 : found;
  return parts.slice(first, first + 2).map((part, i) => `${part}${words.value.units[first + i]}`).join(" ");
}

function pad(figure: number): string {
  return String(figure).padStart(2, "0");
}

function formatDay(moment: Date): string {
  return `${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
}

export function formatClock(milliseconds: number): string {
  return new Date(milliseconds).toTimeString().slice(0, 8);
}

// The day is said when it is not today.
export function formatTime(text: string): string {
  const moment = new Date(text);
  const isToday = moment.toDateString() === new Date().toDateString();
  return (isToday ? "" : `${formatDay(moment)} `) + moment.toTimeString().slice(0, 8);
}

export function formatMoment(text: string): string {
  const moment = new Date(text);
  return `${moment.getFullYear()}-${formatDay(moment)} ${moment.toTimeString().slice(0, 8)}`;
}

export function formatDate(text: string): string {
  const moment = new Date(text);
  return `${moment.getFullYear()}-${formatDay(moment)}`;
}

// An absent figure is unknown, never nought.
export function formatFigure(figure: number | null | undefined, digits = 1): string {
  return figure === null || figure === undefined
    ? words.value.unknown
    : figure.toLocaleString("en", { maximumFractionDigits: digits });
}

export function formatMeasure(value: number | null, unit: string | null = null): string {
  if (value === null) return words.value.unknown;
  const said = unit === null ? "" : ` ${words.value.unitNames[unit] ?? unit}`;
  return Number(value.toPrecision(3)) + said;
}

export function formatShare(share: number | null | undefined): string {
  return share === null || share === undefined ? words.value.unknown : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

// The place as one would call it out, then what narrows it down. Names in the register often repeat the floor
// and the zone they are in; read out once is enough.
export function formatPlace(where: Place): [string, string] {
  const { area, building, floor, zone, device } = where;
  const floorName = floor === null ? "" : words.value.floor(floor);
  const zoneName = zone ? zone.name : "";
  const deviceName = device ? without(zoneName, device.name || device.code) : "";
  const near = [building.name, floorName, without(floor === null ? "" : zh.floor(floor), zoneName)];
  return [near.filter(Boolean).join(" "), [deviceName, area?.name].filter(Boolean).join(" · ")];
}

// From the area down to the device, each named without what was named before it.
export function formatSteps(where: Place): { floor: string; zone: string; device: string } {
  const zone = where.zone?.name ?? "";
  return {
    floor: where.floor === null ? "" : words.value.floor(where.floor),
    zone: without(where.floor === null ? "" : zh.floor(where.floor), zone),
    device: where.device ? without(zone, where.device.name || where.device.code) : "",
  };
}

function without(prefix: string, text: string): string {
  return prefix && text.startsWith(prefix) && text.length > prefix.length ? text.slice(prefix.length) : text;
}

export function formatLimitations(limitations: readonly string[]): string[] {
  return limitations.map((label) => words.value.limitations[label] ?? label);
}

export function sortNames(a: string, b: string): number {
  return a.localeCompare(b, language.value === "zh" ? "zh-CN" : "en", { numeric: true });
}
