// Watch: every open alert, the gravest first, fire above all.

import { computed, signal } from "@preact/signals";
import { useKeys } from "../keys";
import { AlertList, type Listed } from "../parts/alert_list";
import { IncidentStrip } from "../parts/incident_strip";
import { UnpersistedRow, isWaiting } from "../parts/alert_row";
import { addresses, go } from "../route";
import { type Act, act } from "../service/acts";
import { alerts, isLoaded } from "../service/alerts";
import { pipeline, trouble } from "../service/freshness";
import { incidents } from "../service/incidents";
import { mayAct } from "../service/session";
import { unpersisted } from "../service/unpersisted";
import { type Alert, CLASSES, type SignalClass, VERDICTS } from "../service/wire";
import { askedAct } from "../parts/act_dialog";
import { words } from "../words";

// What the officer looks at stays chosen while he is elsewhere.
const chosen = signal<number | null>(null);
const onlyClass = signal<SignalClass | null>(null);
const onlyWaiting = signal(false);
const onlyIncident = signal<number | null>(null);

const counts = computed(() => {
  const found = Object.fromEntries(CLASSES.map((name) => [name, { all: 0, waiting: 0 }])) as Record<SignalClass, { all: number; waiting: number }>;
  for (const alert of alerts.value) {
    found[alert.class].all += 1;
    if (isWaiting(alert)) found[alert.class].waiting += 1;
  }
  for (const alert of unpersisted.value) {
    if (alert.condition !== "active") continue;
    found[alert.class].all += 1;
    found[alert.class].waiting += 1;
  }
  return found;
});

const listed = computed((): readonly Alert[] => {
  const wanted = onlyClass.value;
  // An incident that is over takes its filter with it, so that nothing new stays hidden behind it.
  const incident = incidents.value.find((one) => one.id === onlyIncident.value);
  if (!wanted && !onlyWaiting.value && !incident) return alerts.value;
  return (incident?.alerts ?? alerts.value).filter((alert) => (!wanted || alert.class === wanted) && (!onlyWaiting.value || isWaiting(alert)));
});

function findChosen(): Alert | undefined {
  return listed.value.find((alert) => alert.id === chosen.value);
}

function acknowledge(): void {
  const one = findChosen();
  const alert = one && isWaiting(one) ? one : listed.value.find(isWaiting);
  if (alert && mayAct.value) void act(alert, { kind: "acknowledge" });
}

function actOnChosen(what: Act): void {
  const alert = findChosen();
  if (alert && mayAct.value) void act(alert, what);
}

// After the last one comes the whole list again.
function nextIncident(): void {
  const { value } = incidents;
  const at = value.findIndex((one) => one.id === onlyIncident.value);
  onlyIncident.value = value[at + 1]?.id ?? null;
}

function step(by: number): void {
  const { value } = listed;
  const at = value.findIndex((alert) => alert.id === chosen.value);
  const next = value[Math.max(0, Math.min(value.length - 1, at < 0 ? 0 : at + by))];
  if (next) chosen.value = next.id;
}

export function Watch() {
  useKeys([
    { keys: ["ArrowDown", "j"], name: "down", run: () => step(1) },
    { keys: ["ArrowUp", "k"], name: "up", run: () => step(-1) },
    { keys: ["Home"], name: "first", run: () => step(-Infinity) },
    { keys: ["End"], name: "last", run: () => step(Infinity) },
    { keys: ["Enter", "o"], name: "open", run: () => chosen.value !== null && go(addresses.alert(chosen.value)) },
    { keys: ["a"], name: "acknowledge", run: acknowledge },
    ...VERDICTS.map((verdict, i) => ({ keys: [String(i + 1)], name: verdict, run: () => actOnChosen({ kind: "verdict", verdict }) })),
    { keys: ["m"], name: "comment", run: () => askFor("comment") },
    { keys: ["e"], name: "escalate", run: () => askFor("escalate") },
    { keys: ["i"], name: "incident", run: nextIncident },
    { keys: ["n"], name: "unacknowledged", run: () => (onlyWaiting.value = !onlyWaiting.value) },
  ]);
  const list: Listed = { alerts: listed.value, chosen: chosen.value, onChoose: (id) => (chosen.value = id) };
  return (
    <div class="watch">
      <Counters />
      {incidents.value.length > 0 && (
        <IncidentStrip incidents={incidents.value} chosen={onlyIncident.value} onChoose={(id) => (onlyIncident.value = id)} />
      )}
      {unpersisted.value.length > 0 && (
        <ol class="unpersisted-list" aria-label={words.value.unstored}>
          {unpersisted.value.map((alert) => (
            <UnpersistedRow key={`${alert.rule} ${alert.where.building.code} ${alert.where.device?.code} ${alert.at}`} alert={alert} />
          ))}
        </ol>
      )}
      {listed.value.length > 0 ? <AlertList {...list} /> : <Empty />}
    </div>
  );
}

function askFor(kind: "comment" | "escalate"): void {
  const alert = findChosen();
  if (alert && mayAct.value) askedAct.value = { alert, kind };
}

function Counters() {
  // Until the list has been read nobody knows how many there are; nought would be a lie.
  return (
    <div class="counters">
      {CLASSES.map((name) => (
        <button
          key={name}
          class={`counter ${counts.value[name].all > 0 ? name : "none"}`}
          aria-pressed={onlyClass.value === name}
          onClick={() => (onlyClass.value = onlyClass.value === name ? null : name)}
        >
          <b>{isLoaded.value ? counts.value[name].all : "–"}</b>
          <span>{words.value.classes[name]}</span>
          {counts.value[name].waiting > 0 && (
            <small>
              {words.value.waiting} {counts.value[name].waiting}
            </small>
          )}
        </button>
      ))}
      <button class="waiting-only" aria-pressed={onlyWaiting.value} onClick={() => (onlyWaiting.value = !onlyWaiting.value)}>
        {words.value.onlyUnacknowledged} <kbd>N</kbd>
      </button>
    </div>
  );
}

function Empty() {
  const isKnown = isLoaded.value && pipeline.value;
  const { value } = words;
  const isFiltered = alerts.value.length > 0;
  if (!isLoaded.value && unpersisted.value.length) return null;
  const text = !isKnown ? value.loading : isFiltered ? value.noneMatch : trouble.value ? value.noneButDown : value.noneOpen;
  return <p class={`empty ${!isKnown || isFiltered ? "loading" : ""}`}>{text}</p>;
}
