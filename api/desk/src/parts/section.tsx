// The building drawn as a section: one band a floor, alarms as discs in their colour, silent devices as hollow squares.

import type { Alert } from "../service/wire";
import { say, words } from "../words";
import { type Floor, layFloors } from "./floors";

const WIDTH = 420;
const LABEL = 58;
const LEAST_BAND = 17;
const MOST_BAND = 44;
const DRAWN_HEIGHT = 520;
const ROOF = 14;

interface SectionProperties {
  name: string;
  floors: number;
  alerts: readonly Alert[];
  here?: number | null;
}

export function Section({ name, floors, alerts, here = null }: SectionProperties) {
  const laid = layFloors(floors, alerts, here);
  const bands = laid.elsewhere.alarms.length || laid.elsewhere.silent ? [...laid.floors, laid.elsewhere] : laid.floors;
  const band = Math.max(LEAST_BAND, Math.min(MOST_BAND, DRAWN_HEIGHT / bands.length));
  const height = bands.length * band + ROOF + 4;
  const ground = laid.floors.findIndex((floor) => floor.number < 0);
  const groundY = ROOF + (ground < 0 ? laid.floors.length : ground) * band;
  return (
    <svg class="section" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={describe(name, bands)}>
      <path class="roof" d={`M ${LABEL} ${ROOF} L ${(WIDTH + LABEL) / 2} 1 L ${WIDTH - 2} ${ROOF} Z`} />
      {bands.map((floor, i) => (
        <Band key={floor.number} floor={floor} top={ROOF + i * band} height={band} />
      ))}
      <line class="ground" x1="0" y1={groundY} x2={WIDTH} y2={groundY} />
    </svg>
  );
}

function Band({ floor, top, height }: { floor: Floor; top: number; height: number }) {
  const worst = floor.alarms[0];
  const radius = Math.min(height / 2 - 2, 13);
  const room = Math.floor((WIDTH - LABEL - 90) / (radius * 2 + 6));
  const shown = floor.alarms.slice(0, room);
  const middle = top + height / 2;
  const state = floor.isHere ? "here" : worst ? "alarmed" : "";
  return (
    <g class={`band ${state} ${worst?.colour ?? ""} ${worst?.isFire ? "fire" : ""}`}>
      <rect x={LABEL} y={top} width={WIDTH - LABEL - 2} height={height} />
      <text class="floor" x={LABEL - 8} y={middle} font-size={Math.min(height * 0.72, 20)}>
        {floor.number ? words.value.floorShort(floor.number) : words.value.wholeBuilding}
      </text>
      {shown.map((mark, i) => (
        <circle
          key={mark.id}
          class={`mark ${mark.colour} ${mark.isHere ? "here" : ""}`}
          cx={LABEL + 14 + radius + i * (radius * 2 + 6)}
          cy={middle}
          r={radius}
        >
          <title>{`${say(mark.title)} ${mark.zone}`}</title>
        </circle>
      ))}
      {floor.alarms.length > room && (
        <text class="more" x={LABEL + 16 + room * (radius * 2 + 6)} y={middle} font-size={Math.min(height * 0.7, 18)}>
          +{floor.alarms.length - room}
        </text>
      )}
      {floor.silent > 0 && <Silent count={floor.silent} top={top} height={height} radius={radius} />}
    </g>
  );
}

function Silent({ count, top, height, radius }: { count: number; top: number; height: number; radius: number }) {
  const middle = top + height / 2;
  return (
    <>
      <rect class="silent" x={WIDTH - 62} y={middle - radius} width={radius * 2} height={radius * 2} />
      <text class="more" x={WIDTH - 58 + radius * 2} y={middle} font-size={Math.min(height * 0.7, 18)}>
        {count}
      </text>
    </>
  );
}

export function SectionLegend() {
  const { legend } = words.value;
  return (
    <ul class="legend">
      <li><i class="mark here" /> {legend.here}</li>
      <li><i class="mark" /> {legend.alarm}</li>
      <li><i class="silent" /> {legend.silent}</li>
    </ul>
  );
}

// What the drawing shows, for whoever hears the page instead of seeing it.
function describe(name: string, bands: readonly Floor[]): string {
  const told = bands
    .filter((floor) => floor.alarms.length || floor.silent)
    .map((floor) => {
      const counted = [];
      if (floor.alarms.length) counted.push(words.value.counts.alarms(floor.alarms.length));
      if (floor.silent) counted.push(words.value.counts.silent(floor.silent));
      return `${floor.number ? words.value.floor(floor.number) : ""} ${counted.join(", ")}`.trim();
    });
  return `${name}: ${told.join("; ") || words.value.legend.calm}`;
}
