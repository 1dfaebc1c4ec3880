// History: every alert there was, by whatever is known of it.

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { useKeys } from "../keys";
import { AlertTable } from "../parts/alert_table";
import { Filters, type Filter, NO_FILTER, writeQuestion } from "../parts/history_filters";
import { ProblemError, ask } from "../service/ask";
import { noteLoggedOut } from "../service/session";
import type { Alert, AlertList } from "../service/wire";
import { words } from "../words";

const PAGE = 100;
const filter = signal<Filter>(NO_FILTER);

export function History() {
  const [alerts, setAlerts] = useState<Alert[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [complaint, setComplaint] = useState("");
  const text = useRef<HTMLInputElement>(null);
  const asked = useRef(0);
  useKeys([
    { keys: ["/"], name: "search", run: () => text.current?.focus() },
    { keys: ["p"], name: "print", run: print },
  ]);

  const read = async (cursor: string | null): Promise<void> => {
    const turn = ++asked.current;
    try {
      const page = await ask<AlertList>(`/v1/alerts?limit=${PAGE}&${writeQuestion(filter.value)}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`, 15000);
      // An answer to a question that was changed meanwhile is of no use.
      if (turn !== asked.current) return;
      setAlerts((old) => (cursor && old ? [...old, ...page.alerts] : page.alerts));
      setNext(page.next);
      setComplaint("");
    } catch (error) {
      if (error instanceof ProblemError && error.isLoggedOut) noteLoggedOut();
      if (turn === asked.current) setComplaint(`${words.value.failed}: ${(error as Error).message}`);
    }
  };
  useEffect(() => void read(null), [filter.value]);

  return (
    <section class="card history">
      <Filters filter={filter.value} onChange={(changed) => (filter.value = changed)} text={text} />
      {complaint && <p class="bad" role="alert">{complaint}</p>}
      {!alerts && !complaint && <p class="empty loading">{words.value.loading}</p>}
      {alerts?.length === 0 && <p class="empty loading">{words.value.noneMatch}</p>}
      {alerts && alerts.length > 0 && <AlertTable alerts={alerts} />}
      {alerts && (
        <p class="buttons">
          <span class="quiet">{next ? words.value.foundMore(alerts.length) : words.value.found(alerts.length)}</span>
          {next && <button onClick={() => void read(next)}>{words.value.more}</button>}
        </p>
      )}
    </section>
  );
}
