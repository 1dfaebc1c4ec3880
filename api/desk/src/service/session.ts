// Who sits at this desk, and what they may do. A service without accounts is open to everybody on its machine.

import { computed, effect, signal } from "@preact/signals";
import { ProblemError, ask, send } from "./ask";
import { load, save } from "./memory";
import type { Role, SessionAnswer } from "./wire";

const OPEN: SessionAnswer = { name: "open", role: "admin", buildings: null };
const RETRY_MS = 1000;

// null: not known yet; "out": somebody has to log in.
export const session = signal<SessionAnswer | "out" | null>(null);
// Nobody can say who sits here, because the service or its database does not answer. What is open to all goes on.
const isUnanswered = signal(false);
// Asked for once where the service knows no accounts; kept in the history of alerts.
export const officer = signal(load("officer") ?? "");

export const role = computed((): Role => (session.value && session.value !== "out" ? session.value.role : "viewer"));
export const mayAct = computed(() => role.value !== "viewer");
export const mayForce = computed(() => role.value === "supervisor" || role.value === "admin");
// By what name acts are signed; empty while nobody has given one.
export const signature = computed(() => (isNamed(session.value) ? session.value.name : officer.value));
export const hasAccount = computed(() => isNamed(session.value));

function isNamed(value: SessionAnswer | "out" | null): value is SessionAnswer {
  return value !== null && value !== "out" && value.name !== OPEN.name;
}

export async function beginSession(): Promise<void> {
  for (;;) {
    try {
      session.value = await ask<SessionAnswer>("/v1/session");
      return;
    } catch (error) {
      if (error instanceof ProblemError && (error.isAbsent || error.isLoggedOut)) {
        session.value = error.isAbsent ? OPEN : "out";
        return;
      }
      isUnanswered.value = true;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

export type Credentials = { key: string } | { account: string; password: string };

export async function logIn(credentials: Credentials): Promise<void> {
  await send("POST", "/v1/session", credentials);
  session.value = await ask<SessionAnswer>("/v1/session");
}

export async function logOut(): Promise<void> {
  await send("DELETE", "/v1/session", {});
  // Nothing that was shown to one person stays for the next.
  location.reload();
}

export function noteLoggedOut(): void {
  session.value = "out";
}

export function setOfficer(name: string): void {
  officer.value = name;
  save("officer", name);
}

export function whenLoggedIn(): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (session.value !== "out" && (session.value !== null || isUnanswered.value)) {
        queueMicrotask(() => stop());
        resolve();
      }
    });
  });
}
