// The parts of an alert's page that only tell: why it was raised, what to do, what happened, what else there is.

import type { Alert, AlertDetail, HistoryEntry } from "../service/wire";
import { formatFigure, formatMeasure, formatMoment, formatTime } from "../format";
import { say, words } from "../words";

export function Why({ alert }: { alert: AlertDetail }) {
  const weighed = alert.parts.filter((part) => part.points !== null);
  const most = Math.max(1, ...weighed.map((part) => Math.abs(part.points ?? 0)));
  return (
    <section class="card why">
      <h2>{words.value.sections.why}</h2>
      <p class="account">{say(alert.why)}</p>
      {weighed.length > 0 && (
        <>
          <h3>{words.value.likelihood}</h3>
          <ul class="parts">
            {weighed.map((part, i) => (
              <li key={i}>
                <meter min={0} max={most} value={Math.max(0, part.points ?? 0)} aria-label={say(part.text)} />
                <b>{formatFigure(part.points)}</b> {say(part.text)}
              </li>
            ))}
          </ul>
        </>
      )}
      {weighed.length === 0 && alert.parts.length > 0 && (
        <ul class="parts">
          {alert.parts.map((part, i) => (
            <li key={i}>{say(part.text)}</li>
          ))}
        </ul>
      )}
      {alert.forecast && (
        <p>
          {words.value.sections.forecast}: <b>{formatMoment(alert.forecast.at)}</b>{" "}
          {words.value.between(formatMoment(alert.forecast.earliest), formatMoment(alert.forecast.latest))}
          {words.value.interval}
        </p>
      )}
      <dl class="pairs">
        <dt>{words.value.rule}</dt>
        <dd><code>{alert.rule}</code></dd>
        <dt>{words.value.source}</dt>
        <dd>{say(alert.grounds)}</dd>
        {alert.parameters_version && (
          <>
            <dt>{words.value.version}</dt>
            <dd><code>{alert.parameters_version}</code></dd>
          </>
        )}
      </dl>
    </section>
  );
}

export function Advice({ alert }: { alert: Alert }) {
  return (
    <section class={`card advice ${alert.severity}`}>
      <h2>{words.value.sections.advice}</h2>
      <p>{say(alert.advice)}</p>
    </section>
  );
}

export function Entries({ history, unit }: { history: readonly HistoryEntry[]; unit: string | null }) {
  return (
    <section class="card entries">
      <h2>{words.value.sections.history}</h2>
      <ol>
        {[...history].reverse().map((entry) => (
          <li key={entry.change_id}>
            <time>{formatTime(entry.at)}</time> <b>{words.value.actions[entry.action] ?? entry.action}</b> {tellDetail(entry, unit)}
            <span class="quiet">{tellActor(entry)}</span>
            {entry.note && <q>{entry.note}</q>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function tellDetail(entry: HistoryEntry, unit: string | null): string {
  const { verdicts, referrals } = words.value;
  const named: Record<string, string> = { ...verdicts, ...referrals };
  const detail = entry.detail ? (named[entry.detail] ?? entry.detail) : "";
  return [detail, entry.value === null ? "" : formatMeasure(entry.value, unit)].filter(Boolean).join(" ");
}

function tellActor(entry: HistoryEntry): string {
  const actor = entry.actor === "timer" ? words.value.timer : entry.actor;
  return ` ${actor}${entry.origin ? ` · ${entry.origin}` : ""}`;
}
