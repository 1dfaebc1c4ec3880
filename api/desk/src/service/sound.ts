// The sound and the flashing title of fires that nobody has acknowledged. Browsers keep a page silent until somebody
// has touched it; until then, and when it was switched off, the page says so.

import { computed, effect, signal } from "@preact/signals";
import { alerts, isUnacknowledgedFire } from "./alerts";
import { load, save } from "./memory";
import { unpersisted } from "./unpersisted";
import { words } from "../words";

const EVERY_MS = 1200;
const BEEP_SECONDS = 0.28;
const HIGH_HZ = 960;
const LOW_HZ = 720;

export type SoundState = "on" | "off" | "blocked";

const isWanted = signal(load("sound") !== "off");
const isAllowed = signal(false);
let context: AudioContext | null = null;

export const sound = computed((): SoundState => (!isWanted.value ? "off" : isAllowed.value ? "on" : "blocked"));
export const unacknowledgedFires = computed(
  () =>
    alerts.value.filter(isUnacknowledgedFire).length +
    unpersisted.value.filter((alert) => alert.class === "fire" && alert.condition === "active").length,
);

const isBurning = computed(() => unacknowledgedFires.value > 0);

export function switchSound(): void {
  // The first touch of the button is what the browser waits for; it does not also switch the sound off.
  if (sound.value !== "blocked") isWanted.value = !isWanted.value;
  save("sound", isWanted.value ? "on" : "off");
  allow();
}

function allow(): void {
  context ??= new AudioContext();
  const opened = context;
  opened.onstatechange = () => {
    isAllowed.value = opened.state === "running";
  };
  isAllowed.value = opened.state === "running";
  if (opened.state !== "running") void opened.resume().catch(() => undefined);
}

export function startAlarm(): void {
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, allow, { passive: true });
  // An installed or trusted page may sound at once.
  if (navigator.userActivation?.hasBeenActive) allow();
  let isLit = false;
  const beat = (): void => {
    isLit = !isLit;
    const fires = unacknowledgedFires.value;
    const plain = words.value.name;
    document.title = fires === 0 ? plain : isLit ? `🔥 ${words.value.fireTitle(fires)}` : `(${fires}) ${plain}`;
    if (fires > 0 && sound.value === "on") ring();
  };
  effect(() => {
    // The first beat comes with the first fire, not a second after it; more of them do not ring faster.
    if (isBurning.value) queueMicrotask(beat);
  });
  setInterval(beat, EVERY_MS);
}

function ring(): void {
  if (!context) return;
  beep(HIGH_HZ, context.currentTime);
  beep(LOW_HZ, context.currentTime + BEEP_SECONDS + 0.04);
}

function beep(hertz: number, at: number): void {
  if (!context) return;
  const tone = new OscillatorNode(context, { type: "square", frequency: hertz });
  const volume = new GainNode(context, { gain: 0.25 });
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + BEEP_SECONDS);
}
