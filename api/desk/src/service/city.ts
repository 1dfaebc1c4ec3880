// The buildings of the city with their risk, their coverage and their last day, asked for together.

import { ProblemError, ask, askAll } from "./ask";
import type { Activity, AreaCoverage, AreaRisk, Building, BuildingCoverage, BuildingList, BuildingRisk } from "./city_wire";

export const HOURS = 24;
const RUNNING_MS = 600_000;
// 20,000 buildings; what is beyond is said to be cut.
const PAGES = 20;

export interface Place {
  building: Building;
  risk: { score: number; colour: BuildingRisk["colour"] } | null;
  coverage: BuildingCoverage | null;
  // Alerts raised in each of the last 24 hours, the oldest first.
  hours: readonly number[];
}

export interface CityPicture {
  asOf: number;
  places: Place[];
  areas: AreaRisk[];
  coverage: Map<string, AreaCoverage>;
  isWhole: boolean;
}

export async function askCity(): Promise<CityPicture> {
  const [buildings, risks, areas, hours, coverage, covered] = await Promise.all([
    askAll<BuildingList>("/v1/buildings?limit=1000", PAGES),
    askAll<{ buildings: BuildingRisk[]; next: string | null }>("/v1/risk/buildings?limit=1000", PAGES),
    ask<{ areas: AreaRisk[] }>("/v1/risk/areas"),
    askHours(""),
    unlessAbsent(ask<{ by_area: AreaCoverage[] }>("/v1/coverage")),
    unlessAbsent(askAll<{ buildings: BuildingCoverage[]; next: string | null }>("/v1/coverage/buildings?limit=1000", PAGES)),
  ]);
  const byRisk = new Map(risks.pages.flatMap((page) => page.buildings).map((risk) => [risk.code, risk]));
  const byCoverage = new Map((covered?.pages ?? []).flatMap((page) => page.buildings).map((one) => [one.code, one]));
  const places = buildings.pages
    .flatMap((page) => page.buildings)
    .map((building) => ({
      building,
      risk: byRisk.get(building.code) ?? null,
      coverage: byCoverage.get(building.code) ?? null,
      hours: hours.get(building.code) ?? none(),
    }));
  return {
    asOf: Date.parse(buildings.pages[0]?.as_of ?? new Date().toISOString()),
    places,
    areas: areas.areas,
    coverage: new Map((coverage?.by_area ?? []).map((area) => [area.code, area])),
    isWhole: buildings.isWhole && risks.isWhole && (covered?.isWhole ?? true),
  };
}

// By building; none where the service does not count them.
export async function askHours(filter: string): Promise<Map<string, readonly number[]>> {
  const activity = await unlessAbsent(ask<Activity>(`/v1/activity?hours=${HOURS}${filter}`));
  return new Map((activity?.rows ?? []).map((row) => [row.code, row.counts]));
}

async function unlessAbsent<Body>(answer: Promise<Body>): Promise<Body | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProblemError && error.isAbsent) return null;
    throw error;
  }
}

export function none(): number[] {
  return new Array<number>(HOURS).fill(0);
}

// A device that never reported may count as silent too.
export function countOnline({ total, silent, never_seen }: Building["devices"]): number {
  return Math.max(0, total - silent - never_seen);
}

// Some device of it has been heard of late.
export function isRunning(building: Building, asOf: number): boolean {
  return building.last_received_at !== null && asOf - Date.parse(building.last_received_at) < RUNNING_MS;
}

// The areas an area lies in, itself the first.
export function liesIn(code: string, areas: readonly AreaRisk[]): string[] {
  const parents = new Map(areas.map((area) => [area.code, area.parent]));
  const chain: string[] = [];
  for (let at: string | null | undefined = code; at && !chain.includes(at); at = parents.get(at)) chain.push(at);
  return chain;
}
