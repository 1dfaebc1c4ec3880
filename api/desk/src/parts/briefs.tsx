// Alerts briefly; each leads to its page.

import type { Alert } from "../service/wire";
import { addresses } from "../route";
import { now } from "../service/clock";
import { formatElapsed, formatPlace } from "../format";
import { say, words } from "../words";
import { describeState } from "./alert_row";

export function Briefs({ title, alerts }: { title: string; alerts: readonly Alert[] }) {
  return (
    <section class="card related">
      <h2>{title}</h2>
      {alerts.length === 0 && <p class="quiet">{words.value.none}</p>}
      <ul>
        {alerts.map((alert) => (
          <li key={alert.id} class={alert.severity}>
            <a href={addresses.alert(alert.id)}>
              <b>{words.value.classes[alert.class]}</b> {say(alert.title)}
            </a>
            <span>
              {formatPlace(alert.where)[0]} · {formatElapsed(now.value - Date.parse(alert.raised_at))} · {describeState(alert)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
