// Which view is open. The address says it, so that a view can be reloaded, kept and sent to a colleague.

import { computed, signal } from "@preact/signals";

export type Route =
  | { view: "watch" }
  | { view: "alert"; id: number }
  | { view: "city" }
  | { view: "building"; code: string }
  | { view: "history" }
  | { view: "ledger" }
  | { view: "report" };

const hash = signal(location.hash);

addEventListener("hashchange", () => {
  hash.value = location.hash;
});

export const route = computed((): Route => parse(hash.value));

function parse(text: string): Route {
  const [view = "", what = ""] = text.replace(/^#\/?/, "").split("?")[0]?.split("/") ?? [];
  if (view === "alerts" && /^\d+$/.test(what)) return { view: "alert", id: Number(what) };
  if (view === "buildings" && what) return { view: "building", code: decodeURIComponent(what) };
  if (view === "city" || view === "history" || view === "ledger" || view === "report") return { view };
  return { view: "watch" };
}

export const addresses = {
  watch: "#/",
  city: "#/city",
  history: "#/history",
  ledger: "#/ledger",
  report: "#/report",
  alert: (id: number) => `#/alerts/${id}`,
  building: (code: string) => `#/buildings/${encodeURIComponent(code)}`,
};

export function go(address: string): void {
  location.hash = address;
}
