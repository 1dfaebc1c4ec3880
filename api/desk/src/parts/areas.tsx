// The areas of the city, each with its risk, its coverage and its last day; one that is pressed filters the buildings.

import type { AreaRisk, CoverageFigures } from "../service/city_wire";
import { type CityPicture, type Place, isRunning, liesIn, none } from "../service/city";
import { formatShare } from "../format";
import { words } from "../words";
import { OpenCounts, openByBuilding } from "./open_counts";
import { RiskBadge } from "./risk_badge";
import { Sparkline } from "./sparkline";
import type { SignalClass } from "../service/wire";

// Grids are many and small; they are in the filter.
const SMALLEST = "grid";

interface AreasProperties {
  picture: CityPicture;
  chosen: string;
  onChoose: (code: string) => void;
}

export function Areas({ picture, chosen, onChoose }: AreasProperties) {
  const larger = picture.areas.filter((area) => area.level !== SMALLEST);
  const areas = larger.length ? larger : picture.areas;
  return (
    <section class="areas" aria-label={words.value.areas}>
      {areas.map((area) => (
        <AreaCard key={area.code} area={area} picture={picture} isChosen={area.code === chosen} onChoose={onChoose} />
      ))}
    </section>
  );
}

interface AreaCardProperties {
  area: AreaRisk;
  picture: CityPicture;
  isChosen: boolean;
  onChoose: (code: string) => void;
}

function AreaCard({ area, picture, isChosen, onChoose }: AreaCardProperties) {
  const within = picture.places.filter(({ building }) => liesIn(building.area.code, picture.areas).includes(area.code));
  return (
    <button class={`area ${area.colour}`} aria-pressed={isChosen} onClick={() => onChoose(area.code)}>
      <strong>{area.name}</strong>
      <RiskBadge colour={area.colour} score={area.score} />
      <CoverageLine figures={picture.coverage.get(area.code) ?? count(within, picture.asOf)} />
      <OpenCounts counts={sum(within)} />
      <Sparkline hours={addHours(within)} />
    </button>
  );
}

function CoverageLine({ figures }: { figures: CoverageFigures }) {
  const { value } = words;
  const { buildings, connected, running, completeness } = figures;
  return (
    <span class={connected < buildings ? "bad" : ""}>
      {value.connected} <b>{connected}/{buildings}</b> · {value.running} <b>{running}/{buildings}</b>
      {completeness !== null && ` · ${value.complete} ${formatShare(completeness)}`}
    </span>
  );
}

// Where the service judges no coverage: what is heard at the moment.
function count(places: readonly Place[], asOf: number): CoverageFigures {
  const wanted = places.filter(({ building }) => building.must_connect);
  const connected = wanted.filter(({ building }) => building.last_received_at !== null).length;
  const running = wanted.filter(({ building }) => isRunning(building, asOf)).length;
  return { buildings: wanted.length, connected, running, online: null, completeness: null };
}

function sum(places: readonly Place[]): Partial<Record<SignalClass, number>> {
  const total: Partial<Record<SignalClass, number>> = {};
  for (const { building } of places) {
    for (const [name, count] of Object.entries(openByBuilding.value.get(building.code) ?? {})) {
      total[name as SignalClass] = (total[name as SignalClass] ?? 0) + count;
    }
  }
  return total;
}

function addHours(places: readonly Place[]): number[] {
  return places.reduce((total, { hours }) => total.map((count, i) => count + (hours[i] ?? 0)), none());
}
