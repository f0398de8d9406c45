// My reports: what there is, how far it is, and how to ask for another.
import { openForm } from "./new-report.mjs";
import { ask, make, Refused, sentOn, tell } from "./people.mjs";
import { at, fileOf, formats, isActive, outlook, size, states } from "./words.mjs";

const PAGE = 10;
const ACTIVE_MS = 3000;
const IDLE_MS = 20000;

const page = document.querySelector("[data-reports]");
const find = (selector) => page.querySelector(selector);
const filters = find("[data-filters]");
const trouble = find("[data-trouble]");
let offset = 0;
let timer = 0;
let asked = 0;

function wanted() {
  const chosen = Object.fromEntries([...new FormData(filters)].filter(([, value]) => value.trim()));
  return new URLSearchParams({ ...chosen, include_ml: true, limit: PAGE, offset });
}

async function refresh() {
  clearTimeout(timer);
  const mine = ++asked;
  let soon = IDLE_MS;
  try {
    const { data } = await ask("GET", `/api/reports/?${wanted()}`);
    if (mine !== asked) return; // something else was asked for meanwhile
    trouble.hidden = true;
    show(data);
    if (data.reports.some(isActive)) soon = ACTIVE_MS;
  } catch (error) {
    if (mine !== asked || sentOn(error)) return;
    tell(trouble, error);
    if (error.status === 429) soon = 3 * IDLE_MS;
  }
  timer = setTimeout(() => document.hidden || refresh(), soon);
}

function show({ reports, pagination }) {
  const list = find("[data-list]");
  // Rows are kept while they show the same report, so that the focus stays where it is.
  const known = new Map([...list.children].map((row) => [row.dataset.id, row]));
  list.replaceChildren(...reports.map((report) => filled(known.get(report.id) ?? row(report), report)));
  list.removeAttribute("aria-busy");
  const none = find("[data-none]");
  none.hidden = reports.length > 0;
  none.textContent = [...wanted().keys()].length > 3 ? "No report is like that." : "There is no report yet. Ask for the first one above.";
  const last = pagination.offset + reports.length;
  find("[data-pages]").hidden = pagination.total <= PAGE && pagination.offset === 0;
  find("[data-range]").textContent = reports.length ? `${pagination.offset + 1} to ${last} of ${pagination.total}` : `of ${pagination.total}`;
  find("[data-earlier]").disabled = pagination.offset === 0;
  find("[data-later]").disabled = !pagination.has_more;
}

function row(report) {
  const link = make("a", { href: `/reports/${report.id}`, className: "title" });
  const item = make(
    "li",
    { className: "one" },
    make("div", {}, link, make("p", { className: "facts" })),
    make("p", { className: "pill" }, make("i"), make("span")),
    make("p", { className: "row-actions" }),
  );
  item.dataset.id = report.id;
  return item;
}

function filled(item, report) {
  set(item.querySelector(".title"), report.title);
  const facts = [report.template_name, at(report.created_at), report.file_size_bytes ? size(report.file_size_bytes) : "", report.error_message ?? ""];
  set(item.querySelector(".facts"), facts.filter(Boolean).join(" · "));
  item.dataset.status = report.status;
  const done = report.status === "processing" ? ` ${report.progress_percentage} %` : "";
  set(item.querySelector(".pill span"), states[report.status] + done);
  item.querySelector(".pill").title = isActive(report) ? outlook(report) : "";
  let place = item.querySelector(".place");
  if (!place) item.querySelector("div").append((place = make("p", { className: "place" })));
  set(place, isActive(report) ? outlook(report) : "");
  const actions = item.querySelector(".row-actions");
  if (report.download_url && report.access_permissions.includes("download") && !actions.firstChild) {
    const format = report.output_format;
    actions.append(make("a", { className: "button", href: fileOf(report, format), download: "", textContent: formats[format], ariaLabel: `Download ${report.title} as ${formats[format]}` }));
  }
  return item;
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function turn(by) {
  offset = Math.max(0, offset + by);
  refresh();
  page.scrollIntoView({ block: "start" });
}

let typing = 0;
filters.addEventListener("submit", (event) => event.preventDefault());
filters.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    offset = 0;
    refresh();
  }, 250);
});
find("[data-earlier]").addEventListener("click", () => turn(-PAGE));
find("[data-later]").addEventListener("click", () => turn(PAGE));
document.addEventListener("visibilitychange", () => document.hidden || refresh());

const opener = find("[data-new]");
const form = find("[data-form]");
opener.addEventListener("click", () => toggle(form.hidden));
find("[data-cancel-new]").addEventListener("click", () => toggle(false));

async function toggle(open) {
  form.hidden = !open;
  opener.setAttribute("aria-expanded", String(open));
  if (!open) return opener.focus();
  try {
    await openForm(form);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(form.querySelector("[data-said]"), error);
  }
}

refresh();
if (location.hash === "#new") toggle(true);
