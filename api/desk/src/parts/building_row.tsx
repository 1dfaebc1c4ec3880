// One building in the city's table.

import { type Place, countOnline, isRunning } from "../service/city";
import { addresses } from "../route";
import type { Building, BuildingCoverage } from "../service/city_wire";
import { formatFigure, formatShare } from "../format";
import { words } from "../words";
import { OpenCounts, openByBuilding } from "./open_counts";
import { RiskBadge } from "./risk_badge";
import { Sparkline } from "./sparkline";

export function BuildingRow({ place: { building, risk, coverage, hours }, asOf }: { place: Place; asOf: number }) {
  const { value } = words;
  const { total, silent } = building.devices;
  const counts = openByBuilding.value.get(building.code) ?? {};
  return (
    <tr class={counts.fire ? "burns" : ""}>
      <td>{risk ? <RiskBadge colour={risk.colour} score={risk.score} /> : <span class="quiet">{value.notJudged}</span>}</td>
      <th scope="row">
        <a href={addresses.building(building.code)}>{building.name}</a> {building.high_risk && <small class="tag">{value.highRisk}</small>}
      </th>
      <td>{building.area.name}</td>
      <td><OpenCounts counts={counts} /></td>
      <td class="figure">
        {formatFigure(countOnline(building.devices))}/{formatFigure(total)}
        {silent > 0 && <span class="bad"> {value.counts.silent(silent)}</span>}
      </td>
      <td>
        <Heard building={building} asOf={asOf} />
        {coverage && <Covered coverage={coverage} />}
      </td>
      <td><Sparkline hours={hours} /></td>
    </tr>
  );
}

// Of a building that was never heard, its coverage says so.
function Heard({ building, asOf }: { building: Building; asOf: number }) {
  const { value } = words;
  if (isRunning(building, asOf)) return <>{value.heard}</>;
  return building.last_received_at ? <b class="bad">{value.notHeard}</b> : null;
}

function Covered({ coverage }: { coverage: BuildingCoverage }) {
  const { value } = words;
  const isShort = coverage.state === "failing" || coverage.state === "no_devices" || coverage.state === "never_heard";
  return (
    <small>
      {" "}
      <span class={isShort ? "bad" : ""}>{value.coverageStates[coverage.state]}</span>
      {coverage.completeness !== null && ` · ${value.complete} ${formatShare(coverage.completeness)}`}
    </small>
  );
}
