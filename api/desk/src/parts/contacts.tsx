// Whom to call in a building, where the register knows.

import { useAnswer } from "./answer";
import { words } from "../words";

interface Contact {
  name: string;
  role: string;
  phone: string;
}

export function Contacts({ building }: { building: string }) {
  const { body } = useAnswer<{ contacts?: Contact[] }>(`/v1/buildings/${encodeURIComponent(building)}/section`);
  const contacts = body?.contacts;
  // A register without contacts shows none; an empty card would look like something that failed.
  if (!contacts) return null;
  return (
    <section class="card contacts">
      <h2>{words.value.sections.contacts}</h2>
      {contacts.length === 0 && <p class="quiet">{words.value.noContacts}</p>}
      <ul>
        {contacts.map((contact) => (
          <li key={contact.phone}>
            {contact.role} {contact.name} <a href={`tel:${contact.phone}`}>{contact.phone}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}
