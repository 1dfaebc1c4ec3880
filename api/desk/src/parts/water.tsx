// The fire-fighting water of a building: what its gauges read last, and what is wrong with it.

import { ask } from "../service/ask";
import type { Sensor } from "../service/city_wire";
import type { Alert, Readings } from "../service/wire";
import { now } from "../service/clock";
import { formatElapsed, formatMeasure } from "../format";
import { say, words } from "../words";
import { useAsked } from "./answer";

const QUANTITIES = ["pressure", "level", "flow"] as const;
const MOST_GAUGES = 9;
const WATER_RULES = /^(hydrant_|water_|tank_|fire_pump_|jockey_|riser_|pressure_|signal_valve|sprinkler_)/;

interface Gauge {
  sensor: Sensor;
  last: { value: number; at: string; unit: string } | null;
}

// A zero reading is an emergency, no reading a fault: the two must never look alike.
async function readGauges(building: string): Promise<Gauge[]> {
  const lists = await Promise.all(
    QUANTITIES.map((quantity) => ask<{ sensors: Sensor[] }>(`/v1/sensors?building=${encodeURIComponent(building)}&quantity=${quantity}&limit=50`)),
  );
  const sensors = lists.flatMap((list) => list.sensors.filter((sensor) => !sensor.retired).slice(0, MOST_GAUGES / 3));
  return Promise.all(
    sensors.map(async (sensor) => {
      const readings = await ask<Readings>(`/v1/sensors/${sensor.id}/readings`);
      const last = readings.points.at(-1);
      return { sensor, last: last ? { value: last.value, at: last.at, unit: readings.unit } : null };
    }),
  );
}

export function Water({ building, alerts }: { building: string; alerts: readonly Alert[] }) {
  const { body } = useAsked(building, alerts.length, readGauges);
  const wrong = alerts.filter((alert) => WATER_RULES.test(alert.rule));
  return (
    <section class="card water">
      <h2>{words.value.sections.water}</h2>
      {wrong.map((alert) => (
        <p key={alert.id} class={`wrong ${alert.severity}`}>{say(alert.title)}</p>
      ))}
      {body?.length === 0 && <p class="quiet">{words.value.waterNone}</p>}
      {body && body.length > 0 && (
        <table>
          <tbody>
            {body.map((gauge) => (
              <GaugeRow key={gauge.sensor.id} gauge={gauge} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function GaugeRow({ gauge: { sensor, last } }: { gauge: Gauge }) {
  return (
    <tr>
      <th scope="row">
        {sensor.device.name || sensor.device.code} <small>{words.value.quantities[sensor.quantity]}</small>
      </th>
      <td class="figure">{last ? formatMeasure(last.value, last.unit) : words.value.noReading}</td>
      <td class="quiet">{last ? formatElapsed(now.value - Date.parse(last.at)) : ""}</td>
    </tr>
  );
}
