// What the API says, as far as the page reads it. Names are those of the wire; see /v1/openapi.json.

export const CLASSES = ["fire", "warning", "actuation", "supervisory", "fault", "disabled", "test"] as const;
export type SignalClass = (typeof CLASSES)[number];
export const COLOURS = ["red", "orange", "yellow", "blue"] as const;
export type Colour = (typeof COLOURS)[number];
export const VERDICTS = ["real_fire", "false_alarm", "test", "drill", "fault"] as const;
export type Verdict = (typeof VERDICTS)[number];
export type Referral = "supervisor" | "second_contact";
export type Condition = "active" | "cleared";

export interface Text {
  zh: string;
  en: string;
}

export interface Named {
  code: string;
  name: string;
}

export interface Place {
  area: Named | null;
  building: Named;
  floor: number | null;
  zone: (Named & { use: string }) | null;
  device: Named | null;
  channel?: { code: string; quantity: string; sensor_id: number; limitations: string[] } | null;
}

export interface Signed {
  at: string;
  by: string;
}

export interface Reason {
  text: Text;
  points: number | null;
}

// What a stored alert and one that is not stored yet have in common.
export interface Shown {
  rule: string;
  title: Text;
  class: SignalClass;
  severity: Colour;
  condition: Condition;
  latching: boolean;
  late: boolean;
  value: number | null;
  limit: number | null;
  unit: string | null;
  where: Place;
  advice: Text;
}

export interface Alert extends Shown {
  id: number;
  incident: number;
  change_id: number;
  severity_peak: Colour;
  subject: string;
  acknowledged: Signed | null;
  verdict: (Signed & { verdict: Verdict }) | null;
  assigned: (Signed & { to: string }) | null;
  referred: (Signed & { to: Referral }) | null;
  reminded_at: string | null;
  raised_at: string;
  recorded_at: string;
  cleared_at: string | null;
  closed_at: string | null;
  closed_by: string | null;
  forecast: { at: string; earliest: string; latest: string; confidence: number } | null;
  parts: Reason[];
  scope: { id: number; kind: string; ends_at: string; reason: string; declared_by: string } | null;
  parameters_version: string;
}

export interface UnpersistedAlert extends Shown {
  at: string;
  changed_at: string;
}

export interface HistoryEntry {
  change_id: number;
  action: string;
  at: string;
  recorded_at: string;
  actor: string;
  condition: Condition;
  severity: Colour;
  value: number | null;
  note: string | null;
  origin: string | null;
  detail: string | null;
  undoes: number | null;
}

export interface Change extends HistoryEntry {
  alert: Alert;
}

export interface Readings {
  sensor_id: number;
  quantity: string;
  unit: string;
  from: string;
  to: string;
  bucket_seconds: number | null;
  points: { at: string; value: number; minimum: number; maximum: number; count: number; quality: number }[];
}

export interface AlertDetail extends Alert {
  why: Text;
  grounds: Text;
  history: HistoryEntry[];
  readings: Readings | null;
  group_readings: Readings[];
  related: Alert[];
}

export type PipelineState = "running" | "stale" | "down" | "empty";

export interface Pipeline {
  state: PipelineState;
  note: string;
  lag_seconds: number | null;
  heartbeat_age_seconds: number | null;
  last_commit_at: string | null;
  broker: string;
  spool_batches: number;
  silent_devices: number;
}

export interface Answer {
  as_of: string;
  pipeline: Pipeline;
}

export interface Status extends Answer {
  pipeline: Pipeline & { messages_per_second: number; readings_per_second: number };
  devices: { total: number; online: number; silent: number; never_seen: number };
  rules: { state: string; error: string };
}

export interface AlertList extends Answer {
  change_id: number;
  alerts: Alert[];
  total: number | null;
  next: string | null;
}

export interface ChangeList extends Answer {
  changes: Change[];
  next: number;
  newest: number;
}

export interface UnpersistedList {
  heard: boolean;
  total: number;
  alerts: UnpersistedAlert[];
}

export type Role = "viewer" | "officer" | "supervisor" | "admin";

export interface SessionAnswer {
  name: string;
  role: Role;
  buildings: string[] | null;
}
