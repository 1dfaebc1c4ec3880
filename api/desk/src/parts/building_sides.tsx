// What an alert's page and a building's page both show of the building: its section, whom to call, its water.

import type { Answered } from "./answer";
import { useAnswer } from "./answer";
import type { BuildingList } from "../service/city_wire";
import { now } from "../service/clock";
import type { BuildingSection } from "../service/section_wire";
import type { Alert } from "../service/wire";
import { addresses } from "../route";
import { words } from "../words";
import { Contacts } from "./contacts";
import { Section, SectionLegend } from "./section";
import { Water } from "./water";

const EVERY_MS = 10_000;

export function useSection(code: string): Answered<BuildingSection> {
  return useAnswer<BuildingSection>(`/v1/buildings/${encodeURIComponent(code)}/section`, Math.floor(now.value / EVERY_MS));
}

interface DrawnProperties {
  code: string;
  name: string;
  section: Answered<BuildingSection>;
  alerts: readonly Alert[];
  here?: number | null;
}

export function DrawnBuilding({ code, name, section, alerts, here = null }: DrawnProperties) {
  // A service without sections still knows how many floors there are.
  const list = useAnswer<BuildingList>(section.isAbsent ? "/v1/buildings?limit=1000" : null);
  const building = section.body?.building ?? list.body?.buildings.find((one) => one.code === code);
  return (
    <section class="card surroundings">
      <h2>{words.value.sections.section}</h2>
      {here !== null && (
        <p>
          <a href={addresses.building(code)}>
            {name} <kbd>B</kbd>
          </a>
        </p>
      )}
      {building ? (
        <Section name={name} floors={building.floors} section={section.body} alerts={alerts} here={here} />
      ) : (
        <p class="quiet">{words.value.loading}</p>
      )}
      <SectionLegend hasHere={here !== null} />
    </section>
  );
}

export function ContactsAndWater({ section, alerts }: { section: BuildingSection | null; alerts: readonly Alert[] }) {
  if (!section) return null;
  return (
    <>
      <Contacts contacts={section.contacts} />
      <Water water={section.water} alerts={alerts} />
    </>
  );
}
