// One building in the city's table.

import { type Place, isRunning } from "../service/city";
import { addresses } from "../route";
import { formatFigure } from "../format";
import { words } from "../words";
import { OpenCounts, openByBuilding } from "./open_counts";
import { RiskBadge } from "./risk_badge";
import { Sparkline } from "./sparkline";

export function BuildingRow({ place: { building, risk, hours }, asOf }: { place: Place; asOf: number }) {
  const { value } = words;
  const { total, silent, never_seen } = building.devices;
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
        {formatFigure(total - silent - never_seen)}/{formatFigure(total)}
        {silent > 0 && <span class="bad"> {value.counts.silent(silent)}</span>}
      </td>
      <td>{isRunning(building, asOf) ? value.running : <b class="bad">{building.last_received_at ? value.notRunning : value.neverSeen}</b>}</td>
      <td><Sparkline hours={hours} /></td>
    </tr>
  );
}
