// Alerts as a table, for looking back and for paper.

import type { Alert } from "../service/wire";
import { addresses } from "../route";
import { now } from "../service/clock";
import { formatElapsed, formatMeasure, formatPlace, formatTime } from "../format";
import { say, words } from "../words";
import { Table } from "./table";

export function AlertTable({ alerts }: { alerts: readonly Alert[] }) {
  const { value } = words;
  const names = [value.number, value.class, value.what, value.place, value.raisedAt, value.duration, value.state, value.verdict, value.who];
  return (
    <Table names={names} class="alert-table">
      {alerts.map((alert) => (
        <Row key={alert.id} alert={alert} />
      ))}
    </Table>
  );
}

function Row({ alert }: { alert: Alert }) {
  const { value } = words;
  const [near, detail] = formatPlace(alert.where);
  const end = alert.cleared_at ? Date.parse(alert.cleared_at) : now.value;
  const state = alert.closed_at ? value.closed : alert.condition === "active" ? value.active : value.cleared;
  return (
    <tr>
      <td><a href={addresses.alert(alert.id)}>{alert.id}</a></td>
      <td class={`class ${alert.severity_peak}`}>
        <b>{value.classes[alert.class]}</b> <small>{value.colours[alert.severity_peak]}</small>
      </td>
      <th scope="row">
        {say(alert.title)} <small>{alert.value === null ? "" : formatMeasure(alert.value, alert.unit)}</small>
      </th>
      <td>
        {near} <small>{detail}</small>
      </td>
      <td class="time">{formatTime(alert.raised_at)}</td>
      <td class="time">{formatElapsed(end - Date.parse(alert.raised_at))}</td>
      <td class="time">{state}</td>
      <td class="time">{alert.verdict ? value.verdicts[alert.verdict.verdict] : value.noVerdict}</td>
      <td>{[...new Set([alert.acknowledged?.by, alert.verdict?.by].filter(Boolean))].join(", ")}</td>
    </tr>
  );
}
