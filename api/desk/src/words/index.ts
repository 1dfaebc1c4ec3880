// The language of the page: Chinese, until somebody chooses English.

import { computed, effect, signal } from "@preact/signals";
import { load, save } from "../service/memory";
import type { Text } from "../service/wire";
import { en } from "./en";
import { type Words, zh } from "./zh";

export type { Words };
export type Language = "zh" | "en";

export const language = signal<Language>(load("language") === "en" ? "en" : "zh");
export const words = computed((): Words => (language.value === "zh" ? zh : en));

effect(() => {
  document.documentElement.lang = words.value.languageCode;
});

export function switchLanguage(): void {
  language.value = language.value === "zh" ? "en" : "zh";
  save("language", language.value);
}

// A text that the service gives in both languages.
export function say(text: Text): string {
  return text[language.value] || text.zh || text.en;
}
