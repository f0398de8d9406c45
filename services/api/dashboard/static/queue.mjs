// Keeps the queue page live. The page is complete without it: this only replaces text and bar lengths.

const page = document.querySelector(".queue");
const pill = page.querySelector("[data-pill]");
const note = page.querySelector("[data-note]");
const age = page.querySelector("[data-age]");
const words = { live: "Live", stale: "Old figures", away: "No figures", lost: "Connection lost, trying again" };
const QUIET_MS = 8000;

let source = null;
let retry = 0;
let heardAt = 0;
let recountedAt = null;

function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

function say(state) {
  if (page.dataset.state !== state) page.dataset.state = state;
  text(pill, words[state]);
}

function show(view) {
  heardAt = performance.now();
  recountedAt = view.age_s === null ? null : heardAt - view.age_s * 1000;
  for (const element of page.querySelectorAll("[data-text]")) {
    text(element, String(view[element.dataset.text]));
    element.closest(".tile")?.toggleAttribute("data-zero", view[element.dataset.text] === 0);
  }
  for (const element of page.querySelectorAll("[data-plural]")) {
    text(element, view[element.dataset.plural] === 1 ? element.dataset.one : element.dataset.many);
  }
  for (const row of page.querySelectorAll("[data-lane]")) lane(row, view.lanes[row.dataset.lane]);
  text(note, view.note);
  note.hidden = !view.note;
  page.dataset.stream = "";
  say(view.state);
  tellAge();
}

function lane(row, counts) {
  for (const cell of row.querySelectorAll("[data-lane-text]")) text(cell, String(counts[cell.dataset.laneText]));
  row.querySelector(".running").setAttribute("width", counts.running_share);
  row.querySelector(".pending").setAttribute("x", counts.running_share);
  row.querySelector(".pending").setAttribute("width", counts.pending_share);
}

function tellAge() {
  if (recountedAt === null) return text(age, "No figures. Days are UTC.");
  const seconds = Math.max(0, Math.round((performance.now() - recountedAt) / 1000));
  text(age, `Figures recounted ${seconds} s ago. Days are UTC.`);
}

function lost() {
  delete page.dataset.stream;
  say("lost");
}

function open() {
  close();
  source = new EventSource("/queue/events");
  source.addEventListener("queue", (event) => {
    retry = 0;
    show(JSON.parse(event.data));
  });
  source.addEventListener("error", () => {
    lost();
    // A refused stream is not opened again by the browser itself.
    if (source.readyState === EventSource.CLOSED) later();
  });
}

function later() {
  close();
  retry += 1;
  setTimeout(() => document.hidden || source || open(), Math.min(30000, 1000 * 2 ** retry) * (0.7 + Math.random() * 0.3));
}

function close() {
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
setInterval(() => {
  if (document.hidden || !heardAt) return;
  if (source && performance.now() - heardAt > QUIET_MS) lost();
  tellAge();
}, 1000);
if (!document.hidden) open();
