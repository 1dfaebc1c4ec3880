// The building drawn as a section: one band a floor, a cell a zone, alarms as discs in their colour, silent devices as
// hollow squares with their number.

import type { BuildingSection } from "../service/section_wire";
import type { Alert } from "../service/wire";
import { say, words } from "../words";
import { type Floor, type Mark, type Room, countFloor, layFloors } from "./floors";

const WIDTH = 460;
const LABEL = 62;
const LEAST_BAND = 18;
const MOST_BAND = 42;
const DRAWN_HEIGHT = 640;
const ROOF = 14;
const LEAST_CELL = 34;

interface SectionProperties {
  name: string;
  floors: number;
  section: BuildingSection | null;
  alerts: readonly Alert[];
  here?: number | null;
}

export function Section({ name, floors, section, alerts, here = null }: SectionProperties) {
  const laid = layFloors(floors, section, alerts, here);
  const band = Math.max(LEAST_BAND, Math.min(MOST_BAND, DRAWN_HEIGHT / laid.length));
  const height = laid.length * band + ROOF + 4;
  const underground = laid.findIndex((floor) => floor.number <= 0);
  const ground = ROOF + (underground < 0 ? laid.length : underground) * band;
  return (
    <svg class="section" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={describe(name, laid)}>
      <path class="roof" d={`M ${LABEL} ${ROOF} L ${(WIDTH + LABEL) / 2} 1 L ${WIDTH - 2} ${ROOF} Z`} />
      {laid.map((floor, i) => (
        <Band key={floor.number} floor={floor} top={ROOF + i * band} height={band} />
      ))}
      <line class="ground" x1="0" y1={ground} x2={WIDTH} y2={ground} />
    </svg>
  );
}

function Band({ floor, top, height }: { floor: Floor; top: number; height: number }) {
  const { alarms, isFire } = countFloor(floor);
  const inside = WIDTH - LABEL - 2;
  const rooms = joinNarrow(floor.rooms, inside);
  const cell = inside / Math.max(1, rooms.length);
  return (
    <g class={`band ${floor.isHere ? "here" : ""} ${alarms ? "alarmed" : ""} ${isFire ? "fire" : ""}`}>
      <rect class="floor-area" x={LABEL} y={top} width={inside} height={height} />
      <text class="floor" x={LABEL - 8} y={top + height / 2} font-size={Math.min(height * 0.72, 20)}>
        {floor.number ? words.value.floorShort(floor.number) : words.value.wholeBuilding}
      </text>
      {rooms.map((room, i) => (
        <Cell key={room.name} room={room} left={LABEL + i * cell} top={top} width={cell} height={height} />
      ))}
      {floor.isHere && <rect class="frame" x={LABEL} y={top} width={inside} height={height} />}
    </g>
  );
}

// A floor of very many zones is drawn as one.
function joinNarrow(rooms: readonly Room[], inside: number): readonly Room[] {
  if (rooms.length <= inside / LEAST_CELL) return rooms;
  return [{ name: "", alarms: rooms.flatMap((room) => room.alarms), silent: rooms.reduce((sum, room) => sum + room.silent, 0) }];
}

interface CellProperties {
  room: Room;
  left: number;
  top: number;
  width: number;
  height: number;
}

function Cell({ room, left, top, width, height }: CellProperties) {
  const radius = Math.min(height / 2 - 3, 11);
  const step = radius * 2 + 3;
  const slots = Math.max(1, Math.floor((width - 6 - (room.silent ? step + 14 : 0)) / step));
  const shown = room.alarms.length > slots ? slots - 1 : room.alarms.length;
  const middle = top + height / 2;
  const isFire = room.alarms.some((one) => one.isFire);
  return (
    <g>
      <rect class={`zone ${isFire ? "fire" : ""}`} x={left} y={top} width={width} height={height}>
        <title>{room.name}</title>
      </rect>
      {room.alarms.slice(0, shown).map((one, i) => (
        <Disc key={one.id} mark={one} zone={room.name} x={left + 5 + radius + i * step} y={middle} radius={radius} />
      ))}
      {room.alarms.length > shown && (
        <text class="more" x={left + 4 + shown * step} y={middle} font-size={Math.min(height * 0.7, 16)}>
          {`${shown ? "+" : ""}${room.alarms.length - shown}`}
        </text>
      )}
      {room.silent > 0 && <Silent count={room.silent} right={left + width - 3} middle={middle} radius={radius} />}
    </g>
  );
}

function Disc({ mark, zone, x, y, radius }: { mark: Mark; zone: string; x: number; y: number; radius: number }) {
  return (
    <circle class={`mark ${mark.colour} ${mark.isHere ? "here" : ""}`} cx={x} cy={y} r={radius}>
      <title>{`${say(mark.title)} ${zone}`}</title>
    </circle>
  );
}

function Silent({ count, right, middle, radius }: { count: number; right: number; middle: number; radius: number }) {
  const side = radius * 2;
  return (
    <g>
      <rect class="silent" x={right - side - 2} y={middle - radius} width={side} height={side} />
      <text class="count" x={right - radius - 2} y={middle} font-size={radius * 1.3}>
        {count}
      </text>
    </g>
  );
}

export function SectionLegend({ hasHere = false }: { hasHere?: boolean }) {
  const { legend } = words.value;
  return (
    <ul class="legend">
      {hasHere && <li><i class="mark here" /> {legend.here}</li>}
      <li><i class="mark" /> {legend.alarm}</li>
      <li><i class="silent" /> {legend.silent}</li>
    </ul>
  );
}

// What the drawing shows, for whoever hears the page instead of seeing it.
function describe(name: string, floors: readonly Floor[]): string {
  const told = floors.flatMap((floor) => {
    const { alarms, silent } = countFloor(floor);
    const counted = [alarms && words.value.counts.alarms(alarms), silent && words.value.counts.silent(silent)].filter(Boolean);
    return counted.length ? [`${floor.number ? words.value.floor(floor.number) : ""} ${counted.join(", ")}`.trim()] : [];
  });
  return `${name}: ${told.join("; ") || words.value.legend.calm}`;
}
