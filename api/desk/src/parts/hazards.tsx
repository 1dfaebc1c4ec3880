// The ledger of hidden dangers. What a rule found counts as mended only once the readings prove it.

import { signal } from "@preact/signals";
import { nameWanted, tell } from "../service/acts";
import { askAll, send } from "../service/ask";
import type { Hazard } from "../service/city_wire";
import { mayAct, signature } from "../service/session";
import { addresses } from "../route";
import { formatDate } from "../format";
import { say, words } from "../words";
import { useAsked } from "./answer";
import { Choice } from "./history_filters";
import { Table } from "./table";

const PAGES = 10;
const state = signal("true");
const onlyOverdue = signal(false);
const version = signal(0);

async function askHazards(question: string): Promise<Hazard[]> {
  const { pages } = await askAll<{ hazards: Hazard[]; next: string | null }>(`/v1/hazards?limit=1000&${question}`, PAGES);
  return pages.flatMap((page) => page.hazards);
}

async function markMended(hazard: Hazard): Promise<void> {
  if (!signature.value) {
    nameWanted.value = (name) => {
      nameWanted.value = null;
      if (name) void markMended(hazard);
    };
    return;
  }
  try {
    await send("POST", `/v1/hazards/${hazard.id}/mended`, { by: signature.value });
    version.value += 1;
  } catch (error) {
    tell(`${words.value.failed}: ${(error as Error).message}`, true);
  }
}

export function Hazards() {
  const { value } = words;
  const { body, error } = useAsked(`open=${state.value}&overdue=${onlyOverdue.value}`, version.value, askHazards);
  const names = [value.number, value.what, value.place, value.foundAt, value.foundBy, value.owner, value.due, value.state];
  return (
    <section class="card">
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <h2>{value.ledgers.hazards}</h2>
        <Choice
          name={value.state}
          choices={[["true", value.open], ["false", value.closed], ["all", value.all]]}
          value={state.value}
          onChange={(chosen) => (state.value = chosen)}
        />
        <button type="button" aria-pressed={onlyOverdue.value} onClick={() => (onlyOverdue.value = !onlyOverdue.value)}>{value.overdueOnly}</button>
        <span class="quiet">{body ? value.found(body.length) : ""}</span>
      </form>
      {error && <p class="bad" role="alert">{`${value.failed}: ${error.message}`}</p>}
      {body?.length === 0 && <p class="empty loading">{value.noHazards}</p>}
      {body && body.length > 0 && (
        <Table names={names}>
          {body.map((hazard) => (
            <HazardRow key={hazard.id} hazard={hazard} />
          ))}
        </Table>
      )}
    </section>
  );
}

function HazardRow({ hazard }: { hazard: Hazard }) {
  const { value } = words;
  const place = [hazard.zone?.name, hazard.device?.name].filter(Boolean).join(" ");
  return (
    <tr>
      <td>{hazard.id}</td>
      <th scope="row">
        {say(hazard.title)} {hazard.note && <small>{hazard.note}</small>}
      </th>
      <td>
        <a href={addresses.building(hazard.building.code)}>{hazard.building.name}</a> <small>{place}</small>
      </td>
      <td class="time">{formatDate(hazard.found_at)}</td>
      <td>{hazard.alert_id === null ? hazard.found_by : <a href={addresses.alert(hazard.alert_id)}>{hazard.found_by}</a>}</td>
      <td>{value.owners[hazard.owner] ?? hazard.owner}</td>
      <td class={hazard.overdue ? "time bad" : "time"}>{`${formatDate(hazard.due_at)}${hazard.overdue ? ` ${value.overdue}` : ""}`}</td>
      <td>
        {value.hazardStates[hazard.state]}{" "}
        {hazard.state === "open" && mayAct.value && (
          <button class="small" onClick={() => void markMended(hazard)}>{value.markMended}</button>
        )}
      </td>
    </tr>
  );
}
