// A table of the service as a file that spreadsheets open; the browser saves it while it is read.

import { words } from "../words";

export function Download({ table, question }: { table: string; question: Record<string, string> }) {
  // The mark at the beginning tells Excel that the text is UTF-8.
  const address = `/v1/exports/${table}?${new URLSearchParams({ ...question, bom: "true" })}`;
  return (
    <a class="button not-printed" href={address} download={`${table}.csv`}>
      {words.value.download}
    </a>
  );
}
