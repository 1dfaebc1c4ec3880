// What the API says of buildings, their risk, their sensors and their hidden dangers.

import type { Answer, Colour, Named, SignalClass, Text } from "./wire";

export interface Building extends Named {
  area: Named;
  class: string;
  use: string;
  height_m: number;
  floors: number;
  high_risk: boolean;
  must_connect: boolean;
  alerts_open: Record<SignalClass, number>;
  devices: { total: number; silent: number; never_seen: number };
  last_received_at: string | null;
}

export interface BuildingList extends Answer {
  buildings: Building[];
  next: string | null;
}

export interface RiskPart {
  part: string;
  text: Text;
  points: number;
}

export interface BuildingRisk extends Named {
  area: Named;
  at: string;
  score: number;
  colour: Colour;
  parts: RiskPart[];
  changes: { change: string; text: Text; points: number }[];
}

export interface AreaRisk extends Named {
  at: string;
  level: string;
  parent: string | null;
  score: number;
  colour: Colour;
  buildings: number;
  worst: Named | null;
}

export interface DeviceDay extends Named {
  building: Named;
  day: string;
  received: number;
  expected: number;
  completeness: number;
  online: number;
}

export interface Hazard {
  id: number;
  kind: string;
  title: Text;
  state: "open" | "claimed" | "mended" | "dismissed";
  building: Named;
  zone: Named | null;
  device: Named | null;
  channel: string | null;
  rule: string | null;
  alert_id: number | null;
  found_at: string;
  found_by: string;
  note: string | null;
  owner: string;
  due_at: string;
  overdue: boolean;
  claimed_at: string | null;
  closed_at: string | null;
  reopened: number;
}

export interface FalseAlarmDay {
  day: string;
  building: Named;
  false_alarms: number;
  too_many: boolean;
  by_device: Record<string, number>;
}

export interface CoverageFigures {
  buildings: number;
  connected: number;
  running: number;
  online: number | null;
  completeness: number | null;
}

export interface AreaCoverage extends Named, CoverageFigures {}

export interface BuildingCoverage extends Named {
  state: "no_devices" | "never_heard" | "unproven" | "failing" | "running";
  online: number | null;
  completeness: number | null;
}

export interface Activity extends Answer {
  rows: (Named & { total: number; counts: number[] })[];
}
