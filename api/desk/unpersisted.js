// Alerts that are judged and not stored yet, above the list: nobody can act on them, everybody must see them.

import { formatElapsed, formatMeasure, formatPlace, formatTime, language, words } from "./words.js";

const HURRIED_MS = 1000;
const CALM_MS = 10000;
const list = document.getElementById("unpersisted");
const template = document.getElementById("card").content.firstElementChild;

export let unpersisted = [];
export let heard = null;
let drawn = "";
let hurried = false;
let wake = () => {};

// `ask` fetches an address; `onChange` is called when there is something else to show.
export async function watchUnpersisted(ask, onChange) {
  for (;;) {
    try {
      const body = await ask("/v1/alerts/unpersisted", 3000);
      unpersisted = body.alerts;
      heard = body.heard;
      if (drawUnpersisted()) onChange();
    } catch {
      // What was known stays in sight; the bar tells that nothing new comes.
    }
    // What is shown here must go as soon as it is in the list below.
    await pause(hurried || unpersisted.length ? HURRIED_MS : CALM_MS);
  }
}

// Asks at once, and then often, while something is wrong.
export function setHurried(isHurried) {
  if (isHurried && !hurried) wake();
  hurried = isHurried;
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

// Returns whether anything differs from what was drawn.
export function drawUnpersisted() {
  const shown = JSON.stringify([language, unpersisted]);
  if (shown === drawn) return false;
  drawn = shown;
  list.replaceChildren(...unpersisted.map(makeCard));
  list.hidden = !unpersisted.length;
  return true;
}

export function drawUnpersistedElapsed(now) {
  unpersisted.forEach((alert, i) => {
    list.children[i].querySelector(".since b").textContent = formatElapsed(now - Date.parse(alert.at));
  });
}

function makeCard(alert) {
  const element = template.cloneNode(true);
  const say = (selector, text) => (element.querySelector(selector).textContent = text);
  element.className = `${alert.class} ${alert.severity} ${alert.condition} waiting`;
  say(".kind b", words.classes[alert.class]);
  say(".kind span", words.colours[alert.severity] + (alert.late ? ` · ${words.late}` : ""));
  say("h2", alert.title[language]);
  const [near, detail] = formatPlace(alert.where);
  say(".where b", near);
  say(".where span", detail);
  say(".since time", words.since(formatTime(alert.at)));
  say(".figure b", alert.value === null ? "" : `${formatMeasure(alert.value)} ${alert.unit ?? ""}`);
  say(".figure span", alert.limit === null ? "" : `${words.limit} ${formatMeasure(alert.limit)}`);
  say(".state b", words.unstored);
  say(".state span", alert.condition === "cleared" ? words.cleared : "");
  say(".advice", alert.advice[language]);
  return element;
}
