// A table as wide as there is room, with the names of its columns; its rows are what it holds.

import type { ComponentChildren } from "preact";

interface Columns {
  names: readonly string[];
  class?: string;
  children: ComponentChildren;
}

export function Table({ names, class: kind = "", children }: Columns) {
  return (
    <table class={`wide ${kind}`.trim()}>
      <thead>
        <tr>
          {names.map((name) => (
            <th key={name} scope="col">{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
