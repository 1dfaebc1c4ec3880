// Whom to call in a building, in the order in which they are called.

import type { Contact } from "../service/section_wire";
import { words } from "../words";

export function Contacts({ contacts }: { contacts: readonly Contact[] }) {
  return (
    <section class="card contacts">
      <h2>{words.value.sections.contacts}</h2>
      {contacts.length === 0 && <p class="quiet">{words.value.noContacts}</p>}
      <ol>
        {contacts.map((contact) => (
          <li key={contact.phone}>
            <span>{contact.role}</span> <b>{contact.name}</b> <a href={`tel:${contact.phone.replace(/[^+\d]/g, "")}`}>{contact.phone}</a>
          </li>
        ))}
      </ol>
    </section>
  );
}
