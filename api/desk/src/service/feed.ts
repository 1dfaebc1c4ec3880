// Follows every change from the first list on: by the stream, and by long polls where a stream does not come through.

import { ProblemError, ask, askAll } from "./ask";
import { forgetAll, replaceAll, takeAlert } from "./alerts";
import { noteDatabase, notePipeline, setFeed } from "./freshness";
import { noteLoggedOut, whenLoggedIn } from "./session";
import type { Alert, AlertList, Answer, Change, ChangeList } from "./wire";

// The service beats every two seconds; two beats missed are a loss.
const SILENCE_MS = 4500;
const RETRY_MS = 1000;
const POLL_MS = 60_000;
const PAGES = 200;

let cursor: number | null = null;

export async function followChanges(): Promise<never> {
  let failures = 0;
  for (;;) {
    try {
      await whenLoggedIn();
      if (cursor === null) await loadList();
      await poll(0);
      if (failures >= 2) await pollFor(POLL_MS);
      failures = (await stream()) ? 0 : failures + 1;
    } catch (error) {
      setFeed("lost");
      react(error);
      await pause(RETRY_MS);
    }
  }
}

async function loadList(): Promise<void> {
  const { pages } = await askAll<AlertList>("/v1/alerts?limit=1000", PAGES);
  const loaded = new Map<number, Alert>();
  for (const page of pages) for (const alert of page.alerts) loaded.set(alert.id, alert);
  replaceAll(loaded.values());
  // What changed while the later pages were read comes once more with the changes.
  cursor = pages[0]?.change_id ?? 0;
  if (pages[0]) notePipeline(pages[0]);
}

async function poll(wait: number): Promise<void> {
  const body = await ask<ChangeList>(`/v1/alerts/changes?after=${cursor}&wait=${wait}&limit=1000`, (wait + 8) * 1000);
  for (const change of body.changes) takeAlert(change.alert);
  cursor = body.next;
  notePipeline(body);
  noteDatabase(null);
  if (body.next < body.newest) await poll(wait);
}

async function pollFor(milliseconds: number): Promise<void> {
  setFeed("poll");
  const until = performance.now() + milliseconds;
  while (performance.now() < until) await poll(20);
}

// Ends when the stream does; returns whether it ever said anything.
function stream(): Promise<boolean> {
  return new Promise((resolve) => {
    const source = new EventSource(`/v1/alerts/stream?after=${cursor}`);
    let hasSpoken = false;
    const end = (): void => {
      clearTimeout(timer);
      source.close();
      resolve(hasSpoken);
    };
    let timer = setTimeout(end, SILENCE_MS);
    const hear = (take: (event: MessageEvent<string>) => void) => (event: MessageEvent<string>) => {
      hasSpoken = true;
      clearTimeout(timer);
      timer = setTimeout(end, SILENCE_MS);
      setFeed("stream");
      take(event);
    };
    source.addEventListener("position", hear(() => undefined));
    source.addEventListener("freshness", hear((event) => notePipeline(JSON.parse(event.data) as Answer)));
    source.addEventListener("change", hear((event) => {
      const change = JSON.parse(event.data) as Change;
      takeAlert(change.alert);
      cursor = change.change_id;
    }));
    source.addEventListener("reset", () => {
      startAnew();
      end();
    });
    source.addEventListener("error", end);
  });
}

// The database is another one now: its list is read from the beginning.
export function startAnew(): void {
  cursor = null;
  forgetAll();
}

function react(error: unknown): void {
  if (!(error instanceof ProblemError)) return;
  if (error.isCursorAhead) startAnew();
  if (error.isLoggedOut) noteLoggedOut();
  noteDatabase(error);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
