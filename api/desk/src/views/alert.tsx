// One alert with all there is to judge it by, and what can be done to it.

import { useKeys } from "../keys";
import { AlertHead } from "../parts/alert_head";
import { Advice, Entries, Why } from "../parts/alert_facts";
import { useAnswer } from "../parts/answer";
import { askedAct, type AskedKind } from "../parts/act_dialog";
import { Briefs } from "../parts/briefs";
import { Chart } from "../parts/chart";
import { alertsOf } from "../parts/open_counts";
import { ContactsAndWater, DrawnBuilding, useSection } from "../parts/building_sides";
import { addresses, go } from "../route";
import { act, type Act } from "../service/acts";
import { alerts as openAlerts, findAlert } from "../service/alerts";
import { mayAct } from "../service/session";
import { type Alert, type AlertDetail, VERDICTS } from "../service/wire";
import { words } from "../words";

export function AlertView({ id }: { id: number }) {
  // The live list tells first that something changed; the rest is then asked for again.
  openAlerts.value;
  const live = findAlert(id);
  const { body, isAbsent } = useAnswer<AlertDetail>(`/v1/alerts/${id}`, live?.change_id ?? 0);
  const newest = newer(live, body);
  useAlertKeys(newest);
  if (isAbsent) return <p class="empty">{words.value.gone}</p>;
  if (!newest) return <p class="empty loading">{words.value.loading}</p>;
  return <AlertPage alert={newest} body={body} />;
}

function AlertPage({ alert: newest, body }: { alert: Alert; body: AlertDetail | null }) {
  const { id, where: { building } } = newest;
  const section = useSection(building.code);
  const around = alertsOf(building.code);
  const shown = around.some((one) => one.id === id) ? around : [newest, ...around];
  return (
    <article class="alert-view">
      <AlertHead alert={newest} />
      <div class="columns">
        <div class="column wide">
          <Advice alert={newest} />
          {body && <Why alert={{ ...body, ...newest }} />}
          {body && <Charts detail={body} />}
        </div>
        <div class="column">
          <DrawnBuilding code={building.code} name={building.name} section={section} alerts={shown} here={id} />
        </div>
        <div class="column">
          <ContactsAndWater section={section.body} alerts={around} />
          {body && <Briefs title={words.value.sections.related} alerts={body.related} />}
          {body && <Entries history={body.history} unit={body.unit} />}
        </div>
      </div>
    </article>
  );
}

function newer(live: Alert | undefined, detail: AlertDetail | null): Alert | null {
  if (!detail) return live ?? null;
  return live && live.change_id > detail.change_id ? live : detail;
}

function useAlertKeys(alert: Alert | null): void {
  const does = (what: Act) => () => {
    if (alert && mayAct.value) void act(alert, what);
  };
  const asks = (kind: AskedKind) => () => {
    if (alert && mayAct.value) askedAct.value = { alert, kind };
  };
  useKeys([
    { keys: ["Escape"], name: "back", run: () => go(addresses.watch) },
    { keys: ["a"], name: "acknowledge", run: does({ kind: "acknowledge" }) },
    ...VERDICTS.map((verdict, i) => ({ keys: [String(i + 1)], name: verdict, run: does({ kind: "verdict", verdict }) })),
    { keys: ["m"], name: "comment", run: asks("comment") },
    { keys: ["g"], name: "assign", run: asks("assign") },
    { keys: ["e"], name: "escalate", run: asks("escalate") },
    { keys: ["x"], name: "close", run: asks("close") },
    { keys: ["b"], name: "building", run: () => alert && go(addresses.building(alert.where.building.code)) },
  ]);
}

function Charts({ detail }: { detail: AlertDetail }) {
  const all = detail.readings ? [detail.readings, ...detail.group_readings] : detail.group_readings;
  const drawn = all.filter((readings) => readings.points.length > 0);
  return (
    <section class="card charts">
      <h2>{words.value.sections.readings}</h2>
      {drawn.length === 0 && <p class="quiet">{words.value.noReadings}</p>}
      {drawn.map((readings) => (
        <Chart
          key={readings.sensor_id}
          readings={readings}
          limit={readings === detail.readings && readings.unit === detail.unit ? detail.limit : null}
          raisedAt={detail.raised_at}
        />
      ))}
    </section>
  );
}
