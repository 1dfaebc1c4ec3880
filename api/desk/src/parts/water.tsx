// The fire-fighting water of a building: what its gauges read last, and what is wrong with it.

import type { Latest, WaterState } from "../service/section_wire";
import type { Alert } from "../service/wire";
import { now } from "../service/clock";
import { formatElapsed, formatMeasure } from "../format";
import { say, words } from "../words";

const WATER_RULES = /^(hydrant_|water_|tank_|fire_pump_|jockey_|riser_|pressure_|signal_valve|sprinkler_)/;
const UNHEARD = new Set(["silent", "unknown", "never_seen"]);

export function Water({ water, alerts }: { water: readonly WaterState[]; alerts: readonly Alert[] }) {
  const wrong = alerts.filter((alert) => WATER_RULES.test(alert.rule));
  return (
    <section class="card water">
      <h2>{words.value.sections.water}</h2>
      {wrong.map((alert) => (
        <p key={alert.id} class={`wrong ${alert.severity}`}>{say(alert.title)}</p>
      ))}
      {water.length === 0 && <p class="quiet">{words.value.waterNone}</p>}
      {water.map((system) => (
        <System key={system.system} water={system} />
      ))}
    </section>
  );
}

function System({ water }: { water: WaterState }) {
  const { value } = words;
  return (
    <>
      <h3>
        {value.waterSystems[water.system] ?? water.system}{" "}
        <span class={UNHEARD.has(water.state) ? "bad" : "quiet"}>{value.deviceStates[water.state]}</span>
      </h3>
      <table>
        <tbody>
          {water.readings.map((reading) => (
            <Gauge key={reading.id} reading={reading} />
          ))}
        </tbody>
      </table>
    </>
  );
}

// A zero reading is an emergency, no reading a fault: the two must never look alike.
function Gauge({ reading }: { reading: Latest }) {
  return (
    <tr>
      <th scope="row">
        {reading.channel.split("/")[0]} <small>{words.value.quantities[reading.quantity]}</small>
      </th>
      <td class={reading.value === null ? "bad" : "figure"}>{reading.value === null ? words.value.noReading : formatMeasure(reading.value, reading.unit)}</td>
      <td class="quiet">{reading.at ? formatElapsed(now.value - Date.parse(reading.at)) : ""}</td>
    </tr>
  );
}
