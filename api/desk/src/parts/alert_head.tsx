// The head of an alert's page: what, where, since when, whose; and the buttons of all that can be done.

import { addresses } from "../route";
import { act } from "../service/acts";
import { now } from "../service/clock";
import { mayAct } from "../service/session";
import { type Alert, VERDICTS } from "../service/wire";
import { formatElapsed, formatLimitations, formatMeasure, formatMoment, formatSteps, formatTime } from "../format";
import { say, words } from "../words";
import { type AskedKind, askedAct } from "./act_dialog";
import { classNames, describeState, isWaiting } from "./alert_row";

const ASKED: [AskedKind, string][] = [["comment", "M"], ["assign", "G"], ["escalate", "E"], ["close", "X"]];

export function AlertHead({ alert }: { alert: Alert }) {
  const { value } = words;
  return (
    <header class={`alert-head ${classNames(alert, isWaiting(alert))}`}>
      <p class="kind">
        <b>{value.classes[alert.class]}</b>
        <span>{value.colours[alert.severity]}</span>
      </p>
      <div class="what">
        <h2>
          {say(alert.title)} <small>{value.number} {alert.id}</small>
        </h2>
        <Where alert={alert} />
      </div>
      <dl class="facts">
        <Fact name={value.duration} figure={formatElapsed(end(alert) - Date.parse(alert.raised_at))} note={value.since(formatTime(alert.raised_at))} />
        {alert.value !== null && (
          <Fact
            name={nameFigure(alert)}
            figure={formatMeasure(alert.value, alert.unit)}
            note={alert.limit === null ? "" : `${value.limit} ${formatMeasure(alert.limit)}`}
          />
        )}
        <Fact name={value.state} figure={alert.closed_at ? value.closed : describeState(alert)} note={whose(alert)} />
      </dl>
      {mayAct.value && <Buttons alert={alert} />}
    </header>
  );
}

function nameFigure(alert: Alert): string {
  const { quantities, sections, sureness } = words.value;
  if (alert.unit === "points") return sureness;
  return quantities[alert.where.channel?.quantity ?? ""] ?? sections.readings;
}

function end(alert: Alert): number {
  return alert.cleared_at ? Date.parse(alert.cleared_at) : now.value;
}

function whose(alert: Alert): string {
  const { value } = words;
  const last = alert.verdict ?? alert.acknowledged;
  const said = last ? [`${last.by} ${formatTime(last.at)}`] : [];
  if (alert.assigned) said.push(value.assignedTo(alert.assigned.to));
  if (alert.referred) said.push(value.referredTo(value.referrals[alert.referred.to]));
  return said.join(" · ");
}

function Fact({ name, figure, note }: { name: string; figure: string; note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{figure}</b>
        <span>{note}</span>
      </dd>
    </div>
  );
}

function Where({ alert: { where, scope, raised_at } }: { alert: Alert }) {
  const { value } = words;
  const { floor, zone, device } = formatSteps(where);
  const more = [
    ...formatLimitations(where.channel?.limitations ?? []),
    scope ? `${value.scopes[scope.kind]} ${value.until} ${formatTime(scope.ends_at)} · ${scope.declared_by} · ${scope.reason}` : "",
    formatMoment(raised_at),
  ];
  return (
    <>
      <ol class="where">
        {where.area && <li>{where.area.name}</li>}
        <li><a href={addresses.building(where.building.code)}>{where.building.name}</a></li>
        {[floor, zone, device].filter(Boolean).map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ol>
      <p class="more">{more.filter(Boolean).join(" · ")}</p>
    </>
  );
}

function Buttons({ alert }: { alert: Alert }) {
  const { value } = words;
  const isClosed = alert.closed_at !== null;
  return (
    <p class="acts">
      {isWaiting(alert) && !isClosed && (
        <button class="acknowledge" onClick={() => void act(alert, { kind: "acknowledge" })}>
          {value.acknowledge} <kbd>A</kbd>
        </button>
      )}
      {VERDICTS.map((verdict, i) => (
        <button
          key={verdict}
          class={`verdict ${verdict}`}
          aria-pressed={alert.verdict?.verdict === verdict}
          onClick={() => void act(alert, { kind: "verdict", verdict })}
        >
          {value.verdicts[verdict]} <kbd>{i + 1}</kbd>
        </button>
      ))}
      {ASKED.filter(([kind]) => !isClosed || kind === "comment").map(([kind, key]) => (
        <button key={kind} onClick={() => (askedAct.value = { alert, kind })}>
          {value.acts[kind]} <kbd>{key}</kbd>
        </button>
      ))}
    </p>
  );
}
