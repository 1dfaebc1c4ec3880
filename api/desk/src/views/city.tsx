// City: areas and buildings by risk and by coverage.

import { signal } from "@preact/signals";
import { useAsked } from "../parts/answer";
import { Areas } from "../parts/areas";
import { BuildingRow } from "../parts/building_row";
import { openByBuilding } from "../parts/open_counts";
import { Table } from "../parts/table";
import { useRef } from "preact/hooks";
import { useKeys } from "../keys";
import { type CityPicture, type Place, askCity, liesIn } from "../service/city";
import { now } from "../service/clock";
import { sortNames } from "../format";
import { words } from "../words";

const EVERY_MS = 30_000;
const FIRST_SHOWN = 200;

const text = signal("");
const area = signal("");
const onlyTrouble = signal(false);
const byName = signal(false);
const shown = signal(FIRST_SHOWN);

export function City() {
  const { body: picture, error } = useAsked("city", Math.floor(now.value / EVERY_MS), askCity);
  const search = useRef<HTMLInputElement>(null);
  useKeys([{ keys: ["/"], name: "search", run: () => search.current?.focus() }]);
  if (!picture) return <p class="empty loading">{error ? `${words.value.failed}: ${error.message}` : words.value.loading}</p>;
  const places = choose(picture);
  return (
    <div class="city">
      <Areas picture={picture} chosen={area.value} onChoose={(code) => (area.value = code === area.value ? "" : code)} />
      <section class="card buildings">
        <form class="filters" onSubmit={(event) => event.preventDefault()}>
          <h2>{words.value.buildings}</h2>
          <label>
            <span>{words.value.search} <kbd>/</kbd></span>
            <input ref={search} type="search" value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
          </label>
          <AreaChoice picture={picture} />
          <button type="button" aria-pressed={onlyTrouble.value} onClick={() => (onlyTrouble.value = !onlyTrouble.value)}>{words.value.onlyTrouble}</button>
          <button type="button" aria-pressed={byName.value} onClick={() => (byName.value = !byName.value)}>{words.value.byName}</button>
          <span class="quiet">{words.value.found(places.length)}</span>
        </form>
        <BuildingTable places={places} asOf={picture.asOf} />
      </section>
    </div>
  );
}

function AreaChoice({ picture }: { picture: CityPicture }) {
  return (
    <label>
      {words.value.area}
      <select value={area.value} onChange={(event) => (area.value = event.currentTarget.value)}>
        <option value="">{words.value.allAreas}</option>
        {[...picture.areas].sort((a, b) => sortNames(a.code, b.code)).map((one) => (
          <option key={one.code} value={one.code}>{one.name}</option>
        ))}
      </select>
    </label>
  );
}

function choose(picture: CityPicture): Place[] {
  const wanted = text.value.trim().toLowerCase();
  const open = openByBuilding.value;
  const found = picture.places.filter(
    ({ building }) =>
      (!wanted || `${building.name} ${building.code} ${building.area.name}`.toLowerCase().includes(wanted)) &&
      (!area.value || liesIn(building.area.code, picture.areas).includes(area.value)) &&
      (!onlyTrouble.value || open.has(building.code)),
  );
  return found.sort((a, b) => (byName.value ? 0 : compareRisk(a, b)) || sortNames(a.building.name, b.building.name));
}

// A building that burns comes before every one that might.
function compareRisk(a: Place, b: Place): number {
  const fires = (place: Place): number => openByBuilding.value.get(place.building.code)?.fire ?? 0;
  return fires(b) - fires(a) || (b.risk?.score ?? -1) - (a.risk?.score ?? -1);
}

function BuildingTable({ places, asOf }: { places: readonly Place[]; asOf: number }) {
  const { value } = words;
  return (
    <>
      <Table names={[value.risk, value.building, value.area, value.openAlerts, value.devices, value.coverage, value.lastDay]}>
        {places.slice(0, shown.value).map((place) => (
          <BuildingRow key={place.building.code} place={place} asOf={asOf} />
        ))}
      </Table>
      {places.length > shown.value && <button onClick={() => (shown.value += FIRST_SHOWN)}>{value.more}</button>}
    </>
  );
}
