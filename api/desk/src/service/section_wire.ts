// One building as a section: floors with zones and devices, its water, and whom to call.

import type { Building } from "./city_wire";
import type { Named } from "./wire";

export type DeviceState =
  | "fire" | "warning" | "actuation" | "silent" | "unknown" | "never_seen" | "supervisory" | "fault" | "disabled" | "test" | "normal";

export interface Latest {
  id: number;
  channel: string;
  quantity: string;
  unit: string;
  at: string | null;
  value: number | null;
  quality: number | null;
}

export interface SectionDevice extends Named {
  id: number;
  state: DeviceState;
  sensors: Latest[];
}

export interface SectionZone extends Named {
  use: string;
  state: DeviceState;
  devices: SectionDevice[];
}

export interface WaterState {
  system: string;
  state: DeviceState;
  devices: number;
  readings: Latest[];
}

export interface Contact {
  role: string;
  name: string;
  phone: string;
}

export interface BuildingSection {
  building: Building;
  floors: { floor: number; state: DeviceState; zones: SectionZone[] }[];
  elsewhere: SectionDevice[];
  water: WaterState[];
  contacts: Contact[];
}
