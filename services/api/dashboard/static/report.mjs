// One report: how far it is, its text as it is written, and everything that can be done with it.
import { follow } from "./live.mjs";
import { ask, make, sentOn, tell } from "./people.mjs";
import { openShare } from "./share.mjs";
import { summary } from "./summary.mjs";
import { at, fileOf, formats, isActive, on, outlook, size, states } from "./words.mjs";

const EVERY_MS = 4000;

const id = location.pathname.split("/")[2];
const page = document.querySelector("[data-report]");
const find = (selector) => page.querySelector(selector);
const trouble = document.querySelector("[data-trouble]");
const said = find("[data-said]");
let report = null;
let stop = null;
let timer = 0;
let reading = null;

// One reading at a time: an event in the middle of one asks for another behind it.
function refresh() {
  clearTimeout(timer);
  reading = (reading ?? Promise.resolve()).then(read);
  return reading;
}

async function read() {
  clearTimeout(timer);
  try {
    report = (await ask("GET", `/api/reports/${id}`)).report;
    trouble.hidden = true;
    show();
  } catch (error) {
    if (sentOn(error)) return;
    page.hidden = page.hidden || error.status === 404;
    if (error.status === 404) stop?.();
    tell(trouble, error);
    if (error.status === 404) return;
  }
  if (!report || isActive(report)) timer = setTimeout(() => document.hidden || refresh(), EVERY_MS);
}

function show() {
  const active = isActive(report);
  const own = report.access_type === "owner";
  document.title = `${report.title} · Pressrun`;
  find("[data-title]").textContent = report.title;
  find("[data-facts]").replaceChildren(...facts().map((text) => make("span", { textContent: text })));
  find("[data-description]").textContent = report.description;
  find("[data-description]").hidden = !report.description;
  find("[data-status]").textContent = states[report.status];
  page.dataset.status = report.status;
  find("[data-error]").textContent = report.error_message ?? "";
  find("[data-error]").hidden = !report.error_message;
  find("[data-cancel]").hidden = !own || !active;
  find("[data-retry]").hidden = !own || !["failed", "cancelled"].includes(report.status);
  find("[data-delete]").hidden = !own;
  find("[data-open-share]").hidden = !own || report.status !== "completed";
  showProgress(active);
  showFiles();
  summary(find("[data-about]"), report);
  page.hidden = false;
  if (active && own && !stop) stop = follow(report.run_id, find("[data-live]"), refresh);
  if (!active) {
    stop?.();
    stop = null;
  }
}

function facts() {
  return [
    report.template_name,
    report.completed_at ? `${states[report.status]} on ${at(report.completed_at)}` : `Asked for on ${at(report.created_at)}`,
    report.result_summary?.pages ? `${report.result_summary.pages} ${report.result_summary.pages === 1 ? "page" : "pages"}` : "",
    report.file_size_bytes ? size(report.file_size_bytes) : "",
    report.priority === "normal" ? "" : `${report.priority.charAt(0).toUpperCase()}${report.priority.slice(1)} priority`,
    `Kept until ${on(report.expires_at)}`,
    report.access_type === "grant" ? "Shared with you" : "",
  ].filter(Boolean);
}

function showProgress(active) {
  const { percent, nodes } = report.progress;
  find("[data-progress]").hidden = report.status === "completed";
  find("[data-bar]").value = percent;
  find("[data-percent]").textContent = `${percent} %`;
  find("[data-outlook]").textContent = active ? outlook(report) : "";
  find("[data-nodes]").replaceChildren(
    ...nodes.map((node) => {
      const item = make("li", {}, make("span", { textContent: node.name }));
      item.dataset.status = node.status;
      if (node.total > 1) item.append(make("small", { textContent: `${node.done} of ${node.total}` }));
      else if (node.status === "waiting") item.append(make("small", { textContent: "waits" }));
      return item;
    }),
  );
}

function showFiles() {
  const ready = report.status === "completed" && report.download_url;
  const place = find("[data-downloads]");
  const may = report.access_permissions;
  if (!ready || !may.includes("download")) place.replaceChildren();
  else if (!place.firstChild) {
    const made = report.result_summary?.formats ?? [report.output_format];
    const shown = ["pdf", "html", "md"].filter((format) => made.includes(format)).sort((a, b) => (b === report.output_format) - (a === report.output_format));
    place.append(...shown.map((format, index) => make("a", { className: index ? "button" : "button first", href: fileOf(report, format), download: "", textContent: index ? formats[format] : `Download ${formats[format]}` })));
  }
  const frame = find("[data-preview]");
  frame.hidden = !ready || !may.includes("view");
  if (!frame.hidden && !frame.src) frame.src = `/api/reports/${id}/preview`;
}

async function act(button, work) {
  button.disabled = true;
  said.hidden = true;
  try {
    await work();
  } catch (error) {
    tell(said, error);
  } finally {
    button.disabled = false;
  }
}

function onClick(selector, work) {
  find(selector).addEventListener("click", (event) => act(event.currentTarget, work));
}

onClick("[data-cancel]", () => ask("POST", `/api/reports/${id}/cancel`).then(refresh));
onClick("[data-retry]", () => ask("POST", `/api/reports/${id}/retry`).then(refresh));
find("[data-open-share]").addEventListener("click", () => openShare(id));

// The first click asks, the second one does it.
find("[data-delete]").addEventListener("click", (event) => {
  const button = event.currentTarget;
  if (button.dataset.sure === undefined) {
    button.dataset.sure = "";
    button.textContent = "Delete it for good?";
    setTimeout(() => {
      delete button.dataset.sure;
      button.textContent = "Delete";
    }, 4000);
    return;
  }
  act(button, async () => {
    stop?.();
    await ask("DELETE", `/api/reports/${id}`);
    location.assign("/reports");
  });
});

document.addEventListener("visibilitychange", () => document.hidden || (report && !isActive(report)) || refresh());
refresh();
