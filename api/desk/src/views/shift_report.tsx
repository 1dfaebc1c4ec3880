// The report that one shift hands to the next, on A4.

import { signal } from "@preact/signals";
import { useKeys } from "../keys";
import { AlertTable } from "../parts/alert_table";
import { useAsked } from "../parts/answer";
import { countClasses } from "../parts/open_counts";
import { Choice } from "../parts/history_filters";
import { Table } from "../parts/table";
import { type Shift, type Times, askShift } from "../service/shift";
import { alerts as openAlerts } from "../service/alerts";
import { now } from "../service/clock";
import { signature } from "../service/session";
import { CLASSES } from "../service/wire";
import { formatElapsed, formatMoment } from "../format";
import { words } from "../words";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const hours = signal("8");

export function ShiftReport() {
  const { value } = words;
  useKeys([{ keys: ["p"], name: "print", run: print }]);
  const minute = Math.floor(now.value / MINUTE_MS);
  const { body: shift, error } = useAsked(hours.value, minute, (length) =>
    askShift((minute + 1) * MINUTE_MS - Number(length) * HOUR_MS, (minute + 1) * MINUTE_MS),
  );
  const choices: [string, string][] = [["8", value.report.last8], ["12", value.report.last12], ["24", value.report.last24]];
  return (
    <div class="report">
      <div class="filters not-printed">
        <Choice name={value.report.shift} choices={choices} value={hours.value} onChange={(chosen) => (hours.value = chosen)} />
        <button onClick={print}>
          {value.print} <kbd>P</kbd>
        </button>
      </div>
      {error && <p class="bad" role="alert">{`${value.failed}: ${error.message}`}</p>}
      {shift && <Paper shift={shift} />}
    </div>
  );
}

function Paper({ shift }: { shift: Shift }) {
  const { value } = words;
  const grave = shift.raised.filter((alert) => alert.class === "fire" || alert.class === "warning");
  return (
    <article class="paper">
      <h2>{value.report.title}</h2>
      <p class="span">{value.between(formatMoment(new Date(shift.from).toISOString()), formatMoment(new Date(shift.till).toISOString()))}</p>
      {!shift.isWhole && <p class="bad">{value.report.cut}</p>}
      <Sums shift={shift} />
      <People shift={shift} />
      <h3>{`${value.report.fires} (${grave.length})`}</h3>
      {grave.length ? <AlertTable alerts={grave} /> : <p class="quiet">{value.report.nothing}</p>}
      <h3>{`${value.report.still} (${openAlerts.value.length})`}</h3>
      {openAlerts.value.length > 0 ? <AlertTable alerts={openAlerts.value} /> : <p class="quiet">{value.noneOpen}</p>}
      <h3>{value.report.remarks}</h3>
      <div class="remarks" />
      <Signatures />
    </article>
  );
}

function write(times: Times | null): string {
  return times === null ? "–" : formatElapsed(times.median_seconds * 1000);
}

function Sums({ shift }: { shift: Shift }) {
  const { value } = words;
  const raised = countClasses(shift.raised);
  const open = countClasses(openAlerts.value);
  return (
    <table class="wide sums">
      <thead>
        <tr>
          <td />
          {CLASSES.map((name) => (
            <th key={name} scope="col">{value.classes[name]}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{value.report.raised}</th>
          {CLASSES.map((name) => (
            <td key={name}>{raised[name] ?? 0}</td>
          ))}
        </tr>
        <tr>
          <th scope="row">{value.report.still}</th>
          {CLASSES.map((name) => (
            <td key={name}>{open[name] ?? 0}</td>
          ))}
        </tr>
      </tbody>
    </table>
  );
}

function People({ shift }: { shift: Shift }) {
  const { value } = words;
  const names = [value.person, value.acknowledged, value.report.acknowledgedIn, value.ruled, value.report.ruledIn];
  return (
    <Table names={names}>
      {[...shift.people, shift.everybody].map(({ person, acknowledged, verdict }) => (
        <tr key={person}>
          <th scope="row">{person ?? value.all}</th>
          <td>{acknowledged?.n ?? 0}</td>
          <td>{write(acknowledged)}</td>
          <td>{verdict?.n ?? 0}</td>
          <td>{write(verdict)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Signatures() {
  const { report } = words.value;
  return (
    <dl class="signatures">
      <div>
        <dt>{report.handedOver}</dt>
        <dd>{signature.value}</dd>
      </div>
      <div>
        <dt>{report.takenOver}</dt>
        <dd />
      </div>
      <div>
        <dt>{report.date}</dt>
        <dd>{formatMoment(new Date(now.value).toISOString()).slice(0, 10)}</dd>
      </div>
    </dl>
  );
}
