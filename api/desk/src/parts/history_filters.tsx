// What the history is asked for.

import type { RefObject } from "preact";
import { CLASSES, COLOURS, VERDICTS } from "../service/wire";
import { now } from "../service/clock";
import { words } from "../words";
import { Download } from "./download";

const SPAN_MS = 30 * 86_400_000;

export interface Filter {
  text: string;
  open: string;
  class: string;
  severity: string;
  verdict: string;
  from: string;
  till: string;
}

export const NO_FILTER: Filter = { text: "", open: "all", class: "", severity: "", verdict: "", from: "", till: "" };

export function writeQuestion(filter: Filter): string {
  const given = new URLSearchParams({ order: "newest", open: filter.open });
  if (filter.text.trim()) given.set("q", filter.text.trim());
  for (const name of ["class", "severity", "verdict"] as const) if (filter[name]) given.set(name, filter[name]);
  if (filter.from) given.set("raised_from", new Date(filter.from).toISOString());
  if (filter.till) given.set("raised_to", new Date(filter.till).toISOString());
  return given.toString();
}

// A file has to have a beginning and an end: without them, the last thirty days.
function writeSpan(filter: Filter): Record<string, string> {
  const till = filter.till ? new Date(filter.till) : new Date(now.value);
  const from = filter.from ? new Date(filter.from) : new Date(till.getTime() - SPAN_MS);
  const span = { from: from.toISOString(), to: till.toISOString() };
  return filter.class ? { ...span, class: filter.class } : span;
}

interface FiltersProperties {
  filter: Filter;
  onChange: (filter: Filter) => void;
  text: RefObject<HTMLInputElement | null>;
}

export function Filters({ filter, onChange, text }: FiltersProperties) {
  const { value } = words;
  const set = (name: keyof Filter) => (given: string) => onChange({ ...filter, [name]: given });
  const states: [string, string][] = [["all", value.all], ["true", value.open], ["false", value.closed]];
  const verdicts: [string, string][] = [["", value.all], ["none", value.noVerdict], ...VERDICTS.map((name): [string, string] => [name, value.verdicts[name]])];
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <h2>{value.views.history}</h2>
      <label>
        <span>{value.search} <kbd>/</kbd></span>
        <input ref={text} type="search" maxLength={64} value={filter.text} onChange={(event) => set("text")(event.currentTarget.value)} />
      </label>
      <Choice name={value.state} choices={states} value={filter.open} onChange={set("open")} />
      <Choice name={value.class} choices={[["", value.all], ...CLASSES.map((name): [string, string] => [name, value.classes[name]])]} value={filter.class} onChange={set("class")} />
      <Choice name={value.colour} choices={[["", value.all], ...COLOURS.map((name): [string, string] => [name, value.colours[name]])]} value={filter.severity} onChange={set("severity")} />
      <Choice name={value.verdict} choices={verdicts} value={filter.verdict} onChange={set("verdict")} />
      <Moment name={value.from} value={filter.from} onChange={set("from")} />
      <Moment name={value.till} value={filter.till} onChange={set("till")} />
      <Download table="alerts" question={writeSpan(filter)} />
      <button type="button" onClick={print}>
        {value.print} <kbd>P</kbd>
      </button>
    </form>
  );
}

interface ChoiceProperties {
  name: string;
  choices: [string, string][];
  value: string;
  onChange: (value: string) => void;
}

export function Choice({ name, choices, value, onChange }: ChoiceProperties) {
  return (
    <label>
      {name}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {choices.map(([key, label]) => (
          <option key={key} value={key}>{label}</option>
        ))}
      </select>
    </label>
  );
}

function Moment({ name, value, onChange }: { name: string; value: string; onChange: (value: string) => void }) {
  return (
    <label>
      {name}
      <input type="datetime-local" value={value} onChange={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}
