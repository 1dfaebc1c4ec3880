// Alarms that were ruled to be false in the last thirty days, by day and building.

import type { FalseAlarmDay } from "../service/city_wire";
import { addresses } from "../route";
import { words } from "../words";
import { useAnswer } from "./answer";
import { Download } from "./download";
import { Table } from "./table";
import { now } from "../service/clock";

const DAYS = 30;
const DAY_MS = 86_400_000;

// The days of the ledger are those of China.
function dayOf(milliseconds: number): string {
  return new Date(milliseconds + 8 * 3_600_000).toISOString().slice(0, 10);
}

export function FalseAlarms() {
  const { value } = words;
  const today = now.peek();
  const span = { from: dayOf(today - DAYS * DAY_MS), to: dayOf(today) };
  const { body, error } = useAnswer<{ days: FalseAlarmDay[] }>(`/v1/false-alarms?${new URLSearchParams(span)}`);
  return (
    <section class="card">
      <div class="filters">
        <h2>{value.ledgers.falseAlarms}</h2>
        <Download table="false-alarms" question={span} />
      </div>
      {error && <p class="bad" role="alert">{`${value.failed}: ${error.message}`}</p>}
      {body?.days.length === 0 && <p class="empty loading">{value.noFalseAlarms}</p>}
      {body && body.days.length > 0 && (
        <Table names={[value.day, value.building, value.falseAlarms, value.byDevice]}>
          {[...body.days].reverse().map((day) => (
            <tr key={`${day.day} ${day.building.code}`}>
              <td class="time">{day.day}</td>
              <th scope="row">
                <a href={addresses.building(day.building.code)}>{day.building.name}</a>
              </th>
              <td class="figure">
                {day.false_alarms} {day.too_many && <span class="bad">{value.tooMany}</span>}
              </td>
              <td>{Object.entries(day.by_device).map(([device, count]) => `${device}: ${count}`).join(", ")}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}
