// Light or dark: as the system has it, or as the officer chose.

import { effect, signal } from "@preact/signals";
import { load, save } from "./service/memory";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const theme = signal<Theme>(THEMES.find((name) => name === load("theme")) ?? "auto");

const system = matchMedia("(prefers-color-scheme: dark)");
export const isDark = signal(system.matches);

export function switchTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "auto";
  save("theme", theme.value);
}

export function startTheme(): void {
  const draw = (): void => {
    isDark.value = theme.value === "dark" || (theme.value === "auto" && system.matches);
    document.documentElement.dataset.theme = isDark.value ? "dark" : "light";
  };
  system.addEventListener("change", draw);
  effect(draw);
}
