// Watches: one loop follows the changes feed, one asks for the figures, one looks whether both still answer.

import { complain, drawElapsed, drawList } from "./cards.js";
import { drawUnpersisted, drawUnpersistedElapsed, heard, setHurried, unpersisted, watchUnpersisted } from "./unpersisted.js";
import { formatFigure, formatTime, language, switchLanguage, words } from "./words.js";

const STATUS_EVERY_MS = 2000;
const STALE_AFTER_MS = 4000;
const HEARTBEAT_MAX_MS = 4500;
const $ = (id) => document.getElementById(id);

const alerts = new Map();
let cursor = null;
let status = null;
let statusAt = performance.now();
let feedLostAt = null;
let databaseLostAt = null;
// The service's clock less ours: a desk whose clock is wrong still shows how long something has lasted.
let clockOffset = 0;

async function ask(path, timeout, options = {}) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(timeout), cache: "no-store", ...options });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.detail), { problem: body });
  return body;
}

// The service answers, but its database does not: that is known with the first such answer.
function noteDatabase(error) {
  if (!error) databaseLostAt = null;
  else if (error.problem?.type === "urn:fengsui:problem:unavailable") databaseLostAt ??= performance.now();
  drawTrouble();
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function loadList() {
  const loaded = new Map();
  let page = null;
  let first = null;
  do {
    const more = page ? `&cursor=${page.next}` : "";
    page = await ask(`/v1/alerts?limit=1000${more}`, 10000);
    first ??= page;
    for (const alert of page.alerts) loaded.set(alert.id, alert);
  } while (page.next);
  alerts.clear();
  for (const [id, alert] of loaded) alerts.set(id, alert);
  cursor = first.change_id;
}

function apply(change) {
  const { alert } = change;
  const known = alerts.get(alert.id);
  if (alert.closed_at) alerts.delete(alert.id);
  else if (!known || known.change_id <= alert.change_id) alerts.set(alert.id, alert);
}

async function followChanges() {
  for (;;) {
    try {
      if (cursor === null) await loadList();
      else {
        // After a loss the first answer is wanted at once: it tells that the feed is back.
        const wait = feedLostAt === null ? 20 : 0;
        const body = await ask(`/v1/alerts/changes?after=${cursor}&wait=${wait}&limit=1000`, 28000);
        body.changes.forEach(apply);
        cursor = body.next;
      }
      feedLostAt = null;
      noteDatabase(null);
      draw();
    } catch (error) {
      // The database is another one now: its list is read from the beginning.
      if (error.problem?.type === "urn:fengsui:problem:cursor-ahead") {
        cursor = null;
        alerts.clear();
        draw();
      }
      feedLostAt ??= performance.now();
      noteDatabase(error);
      await pause(1000);
    }
  }
}

async function watchStatus() {
  for (;;) {
    const begun = performance.now();
    try {
      status = await ask("/v1/status", 3000);
      statusAt = performance.now();
      clockOffset = Date.parse(status.as_of) - Date.now();
      noteDatabase(null);
      drawFigures();
    } catch (error) {
      // Without any answer the bar goes by the time since the last one.
      noteDatabase(error);
    }
    await pause(Math.max(200, STATUS_EVERY_MS - (performance.now() - begun)));
  }
}

function findTrouble() {
  const sinceAnswer = performance.now() - statusAt;
  if (databaseLostAt !== null) {
    const seconds = Math.round((performance.now() - databaseLostAt) / 1000);
    return words.databaseGone(seconds) + (heard ? words.stillHeard : words.notHeard);
  }
  if (sinceAnswer > STALE_AFTER_MS) return words.apiGone(Math.round(sinceAnswer / 1000));
  if (!status) return "";
  const { state, note, heartbeat_age_seconds: age } = status.pipeline;
  if (state !== "running") return `${words.pipeline[state]}(${note})`;
  const silence = age * 1000 + sinceAnswer;
  // Whose silence it is shows in what was said last.
  if (silence > HEARTBEAT_MAX_MS) {
    const whose = age * 1000 > sinceAnswer ? words.noBeat : words.apiGone;
    return whose(Math.round(Math.max(age * 1000, sinceAnswer) / 1000));
  }
  return feedLostAt !== null && performance.now() - feedLostAt > STALE_AFTER_MS ? words.feedGone : "";
}

function drawTrouble() {
  const trouble = findTrouble();
  if ($("bar").textContent !== trouble) $("bar").textContent = trouble;
  $("bar").hidden = !trouble;
  document.body.classList.toggle("stale", Boolean(trouble));
  setHurried(Boolean(trouble));
  $("empty").hidden = alerts.size + unpersisted.length > 0;
  $("empty").className = cursor === null || !status ? "loading" : "";
  $("empty").textContent = cursor === null || !status ? words.loading : trouble ? words.noneButDown : words.none;
  const now = Date.now() + clockOffset;
  $("clock").textContent = new Date(now).toTimeString().slice(0, 8);
  drawElapsed(now);
  drawUnpersistedElapsed(now);
}

function draw() {
  drawList(alerts, act);
  drawUnpersisted();
  // Until the list has been read nobody knows how many there are; nought would be a lie.
  const nothing = cursor === null ? "–" : 0;
  const counts = new Map(Object.keys(words.classes).map((name) => [name, nothing]));
  for (const alert of alerts.values()) counts.set(alert.class, counts.get(alert.class) + 1);
  for (const alert of unpersisted) {
    if (alert.condition === "active") counts.set(alert.class, (Number(counts.get(alert.class)) || 0) + 1);
  }
  $("classes").replaceChildren(...[...counts].map(([name, count]) => makeCounter(name, count)));
  const fires = counts.get("fire");
  document.title = (fires > 0 ? `(${fires} ${words.classes.fire}) ` : "") + words.name;
  drawTrouble();
}

function makeCounter(name, count) {
  const item = document.createElement("li");
  item.className = count > 0 ? name : `${name} none`;
  item.append(makeText("b", count), makeText("span", words.classes[name]));
  return item;
}

function makeText(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function drawFigures() {
  const { pipeline, devices } = status;
  const shown = [
    [words.messages, formatFigure(pipeline.messages_per_second, 0)],
    [words.lag, pipeline.lag_seconds === null ? words.unknown : `${pipeline.lag_seconds.toFixed(2)} ${words.seconds}`],
    [words.online, `${formatFigure(devices.online)}/${formatFigure(devices.total)}`],
    [words.silent, formatFigure(devices.silent)],
  ];
  $("figures").replaceChildren(...shown.flatMap(([label, figure]) => {
    const pair = document.createElement("div");
    pair.append(makeText("dt", label), makeText("dd", figure));
    return pair;
  }));
  $("clock").title = `${words.asOf} ${formatTime(status.as_of)}`;
}

function drawWords() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word];
  $("language").textContent = words.other;
  $("officer").textContent = localStorage.getItem("fengsui.officer") ?? words.nobody;
  if (status) drawFigures();
  draw();
}

function askName() {
  $("ask-name").value = localStorage.getItem("fengsui.officer") ?? "";
  $("ask").returnValue = "";
  $("ask").showModal();
  return new Promise((resolve) => $("ask").addEventListener("close", () => resolve($("ask").returnValue), { once: true }));
}

function closeAsk(name) {
  if (name) localStorage.setItem("fengsui.officer", name);
  $("ask").close(name);
  drawWords();
}

async function act(alert, verdict) {
  const by = localStorage.getItem("fengsui.officer") || (await askName());
  if (!by) return;
  const path = `/v1/alerts/${alert.id}/${verdict ? "verdict" : "acknowledge"}`;
  const body = JSON.stringify(verdict ? { by, verdict } : { by });
  try {
    // What it did comes back through the feed, as it does to every other desk.
    await ask(path, 8000, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  } catch (error) {
    complain(alert, `${words.failed}: ${error.message}`);
  }
}

$("language").addEventListener("click", () => {
  switchLanguage();
  drawWords();
});
$("officer").addEventListener("click", askName);
$("ask-ok").addEventListener("click", () => closeAsk($("ask-name").value.trim()));
$("ask-cancel").addEventListener("click", () => closeAsk(""));
$("ask-name").addEventListener("keydown", (event) => {
  if (event.key === "Enter") closeAsk($("ask-name").value.trim());
});

drawWords();
setInterval(drawTrouble, 500);
followChanges();
watchStatus();
watchUnpersisted(ask, draw);
