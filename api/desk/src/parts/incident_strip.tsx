// The incidents above the list. One that is pressed leaves only its alerts in the list, and can be acknowledged whole.

import type { Incident } from "../service/incidents";
import { acknowledgeAll } from "../service/acts";
import { now } from "../service/clock";
import { mayAct } from "../service/session";
import { formatElapsed } from "../format";
import { words } from "../words";
import { OpenCounts } from "./open_counts";

const MOST_SHOWN = 6;

interface StripProperties {
  incidents: readonly Incident[];
  chosen: number | null;
  onChoose: (id: number | null) => void;
}

export function IncidentStrip({ incidents, chosen, onChoose }: StripProperties) {
  const shown = incidents.filter((one, i) => i < MOST_SHOWN || one.id === chosen);
  return (
    <ul class="incidents" aria-label={words.value.incidentList}>
      {shown.map((incident) => (
        <IncidentCard key={incident.id} incident={incident} isChosen={incident.id === chosen} onChoose={onChoose} />
      ))}
    </ul>
  );
}

interface CardProperties {
  incident: Incident;
  isChosen: boolean;
  onChoose: (id: number | null) => void;
}

function IncidentCard({ incident, isChosen, onChoose }: CardProperties) {
  const { value } = words;
  const { building, gravest, floors, waiting, begunAt, counts, id } = incident;
  return (
    <li>
      <button class={`incident ${gravest.severity}`} aria-pressed={isChosen} onClick={() => onChoose(isChosen ? null : id)}>
        <strong>{building.name}</strong>
        <span>{[writeFloors(floors), formatElapsed(now.value - Date.parse(begunAt))].filter(Boolean).join(" · ")}</span>
        <OpenCounts counts={counts} />
      </button>
      {isChosen && waiting.length > 0 && mayAct.value && (
        <button class="acknowledge" onClick={() => void acknowledgeAll(waiting)}>
          {value.acknowledgeAll} {waiting.length}
        </button>
      )}
    </li>
  );
}

function writeFloors(floors: readonly number[]): string {
  const [first, last] = [floors[0], floors.at(-1)];
  if (first === undefined || last === undefined) return "";
  const { floorShort } = words.value;
  return first === last ? floorShort(first) : `${floorShort(first)}–${floorShort(last)}`;
}
