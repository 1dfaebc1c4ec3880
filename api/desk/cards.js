// The list: one card an alert, kept in the order of the API. Data goes into the page as text only.

import { formatElapsed, formatMeasure, formatPlace, formatTime, language, words } from "./words.js";

const CLASSES = ["fire", "warning", "actuation", "supervisory", "fault", "disabled", "test"];
const VERDICTS = ["real_fire", "false_alarm", "test", "drill", "fault"];
const list = document.getElementById("alerts");
const template = document.getElementById("card").content.firstElementChild;
const cards = new Map();

export function rank(alert) {
  return CLASSES.indexOf(alert.class);
}

function compare(a, b) {
  return rank(a) - rank(b) || (a.raised_at < b.raised_at ? 1 : a.raised_at > b.raised_at ? -1 : b.id - a.id);
}

// Draws what differs from what is drawn; `act` is called with an alert and what the officer decided.
export function drawList(alerts, act) {
  for (const [id, card] of cards) {
    if (!alerts.has(id)) {
      card.element.remove();
      cards.delete(id);
    }
  }
  let place = list.firstElementChild;
  for (const alert of [...alerts.values()].sort(compare)) {
    const card = draw(alert, act);
    if (card.element === place) place = place.nextElementSibling;
    else list.insertBefore(card.element, place);
  }
}

export function drawElapsed(now) {
  for (const { alert, part } of cards.values()) {
    const text = formatElapsed(now - Date.parse(alert.raised_at));
    if (part(".since b").textContent !== text) part(".since b").textContent = text;
  }
}

export function complain(alert, text) {
  const card = cards.get(alert.id);
  if (card) card.part(".complaint").textContent = text;
}

function draw(alert, act) {
  const old = cards.get(alert.id);
  if (old && old.alert.change_id === alert.change_id && old.language === language) return old;
  const element = old ? old.element : template.cloneNode(true);
  const found = old ? old.found : new Map();
  const part = (selector) => {
    if (!found.has(selector)) found.set(selector, element.querySelector(selector));
    return found.get(selector);
  };
  const card = { alert, language, element, part, found };
  cards.set(alert.id, card);
  describe(alert, element, part);
  drawButtons(alert, part(".acts"), act);
  return card;
}

function describe(alert, element, part) {
  const state = alert.acknowledged ? "acknowledged" : "waiting";
  element.className = `${alert.class} ${alert.severity} ${alert.condition} ${state}`;
  part(".kind b").textContent = words.classes[alert.class];
  part(".kind span").textContent = words.colours[alert.severity] + (alert.late ? ` · ${words.late}` : "");
  part("h2").textContent = alert.title[language];
  const [near, detail] = formatPlace(alert.where);
  part(".where b").textContent = near;
  part(".where span").textContent = [detail, ...limitations(alert.where.channel)].filter(Boolean).join(" · ");
  part(".since time").textContent = words.since(formatTime(alert.raised_at));
  part(".figure b").textContent = alert.value === null ? "" : `${formatMeasure(alert.value)} ${alert.unit ?? ""}`;
  part(".figure span").textContent = alert.limit === null ? "" : `${words.limit} ${formatMeasure(alert.limit)}`;
  part(".state b").textContent = [
    alert.condition === "cleared" ? words.cleared : "",
    alert.verdict ? words.verdicts[alert.verdict.verdict] : alert.acknowledged ? words.acknowledged : words.waiting,
  ].filter(Boolean).join(" · ");
  const last = alert.verdict ?? alert.acknowledged;
  part(".state span").textContent = last ? `${last.by} ${formatTime(last.at)}` : "";
  part(".advice").textContent = alert.advice[language];
  part(".why").textContent = alert.parts.map((reason) => reason.text[language]).join(words.semicolon);
  part(".scope").textContent = alert.scope ? formatScope(alert.scope) : "";
  part(".complaint").textContent = "";
}

function limitations(channel) {
  return channel ? channel.limitations.map((label) => words.limitations[label] ?? label) : [];
}

function formatScope(scope) {
  const end = `${words.until} ${formatTime(scope.ends_at)}`;
  return [words.scopes[scope.kind], end, scope.declared_by, scope.reason].join(" · ");
}

function drawButtons(alert, place, act) {
  const buttons = VERDICTS.map((verdict) => makeButton(words.verdicts[verdict], verdict, () => act(alert, verdict)));
  if (!alert.acknowledged) buttons.unshift(makeButton(words.acknowledge, "acknowledge", () => act(alert, null)));
  for (const button of buttons) {
    if (alert.verdict && button.className === alert.verdict.verdict) button.setAttribute("aria-pressed", "true");
  }
  place.replaceChildren(...buttons);
}

function makeButton(text, name, onClick) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = name;
  button.textContent = text;
  button.addEventListener("click", onClick);
  return button;
}
