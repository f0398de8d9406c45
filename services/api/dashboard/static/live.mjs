// Follows a run: its text goes onto the page as it is written, and every step that ends is told.
import { make } from "./people.mjs";

const ENDS = ["run.completed", "run.failed", "run.cancelled"];
const STEPS = ["run.started", "node.completed", "node.failed", "node.suspended", "node.resumed", "artifact.created", "approval.requested", "approval.received"];

// Calls `moved` after each step. Returns how to stop.
export function follow(runId, place, moved) {
  const sections = place.querySelector("[data-sections]");
  const written = new Map();
  let due = 0;
  let source = new EventSource(`/v1/runs/${encodeURIComponent(runId)}/events?streamMode=updates,messages`);

  function stop() {
    clearTimeout(due);
    source?.close();
    source = null;
    place.hidden = true;
  }

  function soon() {
    clearTimeout(due);
    due = setTimeout(moved, 150);
  }

  source.addEventListener("ai.message.chunk", (event) => {
    const { chunk, nodeId, slice } = JSON.parse(event.data).payload;
    if (!chunk) return;
    const key = `${nodeId}/${String(slice ?? 0).padStart(4, "0")}`;
    if (!written.has(key)) written.set(key, begin(sections, key, slice));
    written.get(key).append(chunk);
    place.hidden = false;
  });
  for (const type of STEPS) source.addEventListener(type, soon);
  for (const type of ENDS) {
    source.addEventListener(type, () => {
      stop();
      moved();
    });
  }
  // A run that was deleted ends its stream without a word; what is there now is asked for.
  source.addEventListener("error", soon);
  return stop;
}

// Sections are written side by side; they stand in their order all the same.
function begin(sections, key, slice) {
  const text = make("p", { className: "text" });
  const section = make("section", {}, ...(slice === undefined ? [] : [make("h3", { textContent: `Section ${slice + 1}` })]), text);
  section.dataset.key = key;
  const behind = [...sections.children].find((other) => other.dataset.key > key);
  sections.insertBefore(section, behind ?? null);
  return text;
}
