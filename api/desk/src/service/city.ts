// The buildings of the city with their risk and their last day, asked for together and again every half minute.

import { ask, askAll } from "./ask";
import type { AreaRisk, Building, BuildingList, BuildingRisk } from "./city_wire";
import type { Alert, AlertList } from "./wire";

export const HOURS = 24;
const HOUR_MS = 3_600_000;
const RUNNING_MS = 600_000;
// 20,000 buildings and alerts of a bad day; what is beyond is said to be cut.
const PAGES = 20;

export interface Place {
  building: Building;
  risk: BuildingRisk | null;
  // Alerts raised in each of the last 24 hours, the oldest first.
  hours: number[];
}

export interface CityPicture {
  asOf: number;
  places: Place[];
  areas: AreaRisk[];
  isWhole: boolean;
}

export async function askCity(): Promise<CityPicture> {
  const [buildings, risks, areas] = await Promise.all([
    askAll<BuildingList>("/v1/buildings?limit=1000", PAGES),
    askAll<{ buildings: BuildingRisk[]; next: string | null }>("/v1/risk/buildings?limit=1000", PAGES),
    ask<{ areas: AreaRisk[] }>("/v1/risk/areas"),
  ]);
  const asOf = Date.parse(buildings.pages[0]?.as_of ?? new Date().toISOString());
  const day = await askDay(asOf, "");
  const found = new Map(risks.pages.flatMap((page) => page.buildings).map((risk) => [risk.code, risk]));
  const hours = countHours(day.alerts, asOf);
  const places = buildings.pages
    .flatMap((page) => page.buildings)
    .map((building) => ({ building, risk: found.get(building.code) ?? null, hours: hours.get(building.code) ?? none() }));
  return { asOf, places, areas: areas.areas, isWhole: buildings.isWhole && risks.isWhole && day.isWhole };
}

export async function askDay(asOf: number, filter: string): Promise<{ alerts: Alert[]; isWhole: boolean }> {
  const from = new Date(asOf - HOURS * HOUR_MS).toISOString();
  const path = `/v1/alerts?open=all&order=newest&limit=1000&raised_from=${encodeURIComponent(from)}${filter}`;
  const { pages, isWhole } = await askAll<AlertList>(path, PAGES);
  return { alerts: pages.flatMap((page) => page.alerts), isWhole };
}

export function none(): number[] {
  return new Array<number>(HOURS).fill(0);
}

export function countHours(alerts: readonly Alert[], asOf: number): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const alert of alerts) {
    const hour = HOURS - 1 - Math.floor((asOf - Date.parse(alert.raised_at)) / HOUR_MS);
    if (hour < 0 || hour >= HOURS) continue;
    const { code } = alert.where.building;
    const hours = found.get(code) ?? none();
    hours[hour] = (hours[hour] ?? 0) + 1;
    found.set(code, hours);
  }
  return found;
}

// Connected *and running*: some device of it has been heard of late.
export function isRunning(building: Building, asOf: number): boolean {
  return building.last_received_at !== null && asOf - Date.parse(building.last_received_at) < RUNNING_MS;
}

export interface Coverage {
  wanted: number;
  running: number;
}

export function cover(places: readonly Place[], asOf: number): Coverage {
  const wanted = places.filter(({ building }) => building.must_connect);
  return { wanted: wanted.length, running: wanted.filter(({ building }) => isRunning(building, asOf)).length };
}

// The areas an area lies in, itself the first.
export function liesIn(code: string, areas: readonly AreaRisk[]): string[] {
  const parents = new Map(areas.map((area) => [area.code, area.parent]));
  const chain: string[] = [];
  for (let at: string | null | undefined = code; at && !chain.includes(at); at = parents.get(at)) chain.push(at);
  return chain;
}
