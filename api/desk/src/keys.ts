// Keys. A view names its own while it is open; the list of keys shows just those that work at the moment.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { load, save } from "./service/memory";
import type { Words } from "./words";

export interface Binding {
  keys: readonly string[];
  name: keyof Words["keyNames"];
  run: () => void;
}

interface Layer {
  current: readonly Binding[];
}

const layers: Layer[] = [];
export const isListOpen = signal(false);
// Letters can be switched off: whoever speaks to their machine must not act by it (WCAG 2.1.4).
export const areLettersOn = signal(load("letters") !== "off");

export function switchLetters(): void {
  areLettersOn.value = !areLettersOn.value;
  save("letters", areLettersOn.value ? "on" : "off");
}

export function activeBindings(): Binding[] {
  return [...layers].reverse().flatMap((layer) => layer.current);
}

export function useKeys(bindings: readonly Binding[]): void {
  const layer = useRef<readonly Binding[]>(bindings);
  layer.current = bindings;
  useEffect(() => {
    const held = layer as Layer;
    layers.push(held);
    return () => {
      layers.splice(layers.indexOf(held), 1);
    };
  }, []);
}

// What has the keyboard and is pressed by Enter keeps its Enter.
function isPressed(event: KeyboardEvent): boolean {
  return event.key === "Enter" && event.target instanceof Element && event.target.closest("a, button") !== null;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

export function startKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (isTyping(event.target) || isPressed(event) || document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key.length === 1 && !areLettersOn.value) return;
    const found = activeBindings().find((binding) => binding.keys.includes(key));
    if (!found) return;
    event.preventDefault();
    found.run();
  });
}
