// One building: its risk and what would lower it, its section, what is open there, its water, devices and hidden dangers.

import { useKeys } from "../keys";
import { useAnswer, useAsked } from "../parts/answer";
import { ContactsAndWater, DrawnBuilding, useSection } from "../parts/building_sides";
import { Briefs } from "../parts/briefs";
import { RiskBadge } from "../parts/risk_badge";
import { Sparkline } from "../parts/sparkline";
import { addresses, go } from "../route";
import { askHours, countOnline, isRunning, none } from "../service/city";
import type { Building, BuildingList, BuildingRisk, DeviceDay, Hazard } from "../service/city_wire";
import { now } from "../service/clock";
import { alertsOf } from "../parts/open_counts";
import { formatDate, formatFigure, formatShare, formatTime } from "../format";
import { say, words } from "../words";

const EVERY_MS = 30_000;

export function BuildingView({ code }: { code: string }) {
  const tick = Math.floor(now.value / EVERY_MS);
  const risk = useAnswer<{ buildings: BuildingRisk[] }>(`/v1/risk/buildings?building=${code}`, tick).body?.buildings[0];
  useKeys([{ keys: ["Escape"], name: "back", run: () => go(addresses.city) }]);
  const section = useSection(code);
  const list = useAnswer<BuildingList>(section.isAbsent ? "/v1/buildings?limit=1000" : null, tick);
  const building = section.body?.building ?? list.body?.buildings.find((one) => one.code === code);
  if (!building) return <p class="empty loading">{list.body || section.error ? words.value.unknown : words.value.loading}</p>;
  const open = alertsOf(code);
  return (
    <article class="building-view">
      <BuildingHead building={building} risk={risk ?? null} />
      <div class="columns">
        <div class="column wide">
          <Briefs title={words.value.list} alerts={open} />
          {risk && <RiskParts risk={risk} />}
          <Dangers code={code} />
        </div>
        <div class="column">
          <DrawnBuilding code={code} name={building.name} section={section} alerts={open} />
        </div>
        <div class="column">
          <ContactsAndWater section={section.body} alerts={open} />
          <Completeness code={code} />
        </div>
      </div>
    </article>
  );
}

function BuildingHead({ building, risk }: { building: Building; risk: BuildingRisk | null }) {
  const { value } = words;
  const asOf = now.value;
  const day = useAsked(building.code, Math.floor(asOf / EVERY_MS), async (code) => {
    return (await askHours(`&building=${encodeURIComponent(code)}`)).get(code) ?? none();
  });
  return (
    <header class={`building-head ${risk?.colour ?? ""}`}>
      <div>
        <h2>{building.name}</h2>
        <p>
          {building.area.name} · {value.buildingClasses[building.class] ?? building.class} · {value.buildingUses[building.use] ?? building.use} ·{" "}
          {formatFigure(building.height_m)} m · {building.floors} {value.floors}
          {building.high_risk && ` · ${value.highRisk}`}
          {building.must_connect && ` · ${value.mustConnect}`}
        </p>
      </div>
      {risk && <RiskBadge colour={risk.colour} score={risk.score} />}
      <p>
        <b>{countOnline(building.devices)}/{building.devices.total}</b> <span>{value.online}</span>
      </p>
      <p>
        <b class={isRunning(building, asOf) ? "" : "bad"}>{isRunning(building, asOf) ? value.heard : value.notHeard}</b>
        <span>{building.last_received_at ? `${value.lastHeard} ${formatTime(building.last_received_at)}` : value.neverSeen}</span>
      </p>
      <p>
        <span>{value.lastDay}</span>
        <Sparkline hours={day.body ?? none()} />
      </p>
    </header>
  );
}

function RiskParts({ risk }: { risk: BuildingRisk }) {
  const most = Math.max(1, ...risk.parts.map((part) => part.points));
  return (
    <section class="card why">
      <h2>{words.value.made}</h2>
      <ul class="parts">
        {risk.parts.filter((part) => part.points > 0).map((part) => (
          <li key={part.part}>
            <meter min={0} max={most} value={part.points} aria-label={say(part.text)} />
            <b>{formatFigure(part.points)}</b> {say(part.text)}
          </li>
        ))}
      </ul>
      {risk.changes.length > 0 && <h3>{words.value.whatLowers}</h3>}
      <ul class="parts">
        {risk.changes.map((change) => (
          <li key={change.change}>
            <b>−{formatFigure(change.points)}</b> {say(change.text)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Dangers({ code }: { code: string }) {
  const { body } = useAnswer<{ hazards: Hazard[] }>(`/v1/hazards?building=${encodeURIComponent(code)}`);
  const { value } = words;
  if (!body) return null;
  return (
    <section class="card">
      <h2>{value.ledgers.hazards}</h2>
      {body.hazards.length === 0 && <p class="quiet">{value.noHazards}</p>}
      <ul class="parts">
        {body.hazards.map((hazard) => (
          <li key={hazard.id}>
            <b>{say(hazard.title)}</b> {hazard.zone?.name} {hazard.device?.name}
            <span class={hazard.overdue ? "bad" : "quiet"}>{`${value.due} ${formatDate(hazard.due_at)}${hazard.overdue ? ` · ${value.overdue}` : ""}`}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Completeness({ code }: { code: string }) {
  const { body } = useAnswer<{ devices: DeviceDay[] }>(`/v1/completeness?limit=8&building=${encodeURIComponent(code)}`);
  const { value } = words;
  if (!body?.devices.length) return null;
  return (
    <section class="card">
      <h2>{`${value.complete} · ${body.devices[0]?.day ?? ""}`}</h2>
      <table class="wide">
        <tbody>
          {body.devices.map((device) => (
            <tr key={device.code}>
              <th scope="row">{device.name || device.code}</th>
              <td class="figure">{formatShare(device.completeness)}</td>
              <td class="figure quiet">{`${value.onlineRate} ${formatShare(device.online)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
