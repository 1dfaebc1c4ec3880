// One alert in a list: what, where, since when, how much, and whose it is.

import { act } from "../service/acts";
import { now } from "../service/clock";
import { mayAct } from "../service/session";
import type { Alert, Shown, UnpersistedAlert } from "../service/wire";
import { addresses } from "../route";
import { formatElapsed, formatLimitations, formatMeasure, formatPlace, formatTime } from "../format";
import { say, words } from "../words";

interface RowProperties {
  alert: Alert;
  top: number;
  position: number;
  count: number;
  isChosen: boolean;
  onChoose: (id: number) => void;
}

export function describeState(alert: Alert): string {
  const { value } = words;
  const seen = alert.verdict ? value.verdicts[alert.verdict.verdict] : alert.acknowledged ? value.acknowledged : value.waiting;
  return alert.condition === "cleared" ? `${value.cleared} · ${seen}` : seen;
}

function describeWho(alert: Alert): string {
  const last = alert.verdict ?? alert.acknowledged;
  if (last) return `${last.by} ${formatTime(last.at)}`;
  return alert.referred ? words.value.referredTo(words.value.referrals[alert.referred.to]) : "";
}

export function classNames(alert: Shown, isWaiting: boolean): string {
  return `${alert.class} ${alert.severity} ${alert.condition} ${isWaiting ? "waiting" : "acknowledged"}`;
}

export function isWaiting(alert: Alert): boolean {
  return !alert.acknowledged && !alert.verdict;
}

export function AlertRow({ alert, top, position, count, isChosen, onChoose }: RowProperties) {
  return (
    <li
      class={`row ${classNames(alert, isWaiting(alert))}${isChosen ? " chosen" : ""}`}
      style={{ top: `${top}px` }}
      aria-posinset={position}
      aria-setsize={count}
    >
      <Kind alert={alert} />
      <a class="what" id={`alert-${alert.id}`} href={addresses.alert(alert.id)} onFocus={() => onChoose(alert.id)}>
        <What alert={alert} />
      </a>
      <Since at={alert.raised_at} />
      <Figure alert={alert} />
      <p class="state">
        <b>{describeState(alert)}</b>
        <span>{describeWho(alert)}</span>
      </p>
      {mayAct.value && isWaiting(alert) && (
        <button class="acknowledge" onClick={() => void act(alert, { kind: "acknowledge" })}>{words.value.acknowledge}</button>
      )}
    </li>
  );
}

export function UnpersistedRow({ alert }: { alert: UnpersistedAlert }) {
  return (
    <li class={`row unpersisted ${classNames(alert, true)}`}>
      <Kind alert={alert} />
      <div class="what">
        <What alert={alert} />
      </div>
      <Since at={alert.at} />
      <Figure alert={alert} />
      <p class="state">
        <b>{words.value.unstored}</b>
        <span>{alert.condition === "cleared" ? words.value.cleared : ""}</span>
      </p>
    </li>
  );
}

function Kind({ alert }: { alert: Shown }) {
  return (
    <p class="kind">
      <b>{words.value.classes[alert.class]}</b>
      <span>
        {words.value.colours[alert.severity]}
        {alert.late && ` · ${words.value.late}`}
      </span>
    </p>
  );
}

function What({ alert }: { alert: Shown }) {
  const [near, detail] = formatPlace(alert.where);
  const scope = (alert as Alert).scope;
  const more = [
    detail,
    ...formatLimitations(alert.where.channel?.limitations ?? []),
    scope ? `${words.value.scopes[scope.kind]} ${words.value.until} ${formatTime(scope.ends_at)}` : "",
  ];
  return (
    <>
      <strong>{say(alert.title)}</strong>
      <b>{near}</b>
      <span>{more.filter(Boolean).join(" · ")}</span>
    </>
  );
}

function Since({ at }: { at: string }) {
  return (
    <p class="since">
      <b>{formatElapsed(now.value - Date.parse(at))}</b>
      <time>{words.value.since(formatTime(at))}</time>
    </p>
  );
}

function Figure({ alert }: { alert: Shown }) {
  return (
    <p class="figure">
      <b>{alert.value === null ? "" : formatMeasure(alert.value, alert.unit)}</b>
      <span>{alert.limit === null ? "" : `${words.value.limit} ${formatMeasure(alert.limit)}`}</span>
    </p>
  );
}
