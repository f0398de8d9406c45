// What is known of how a finished report was made: what is there is shown, and nothing else.
import { make } from "./people.mjs";
import { count } from "./words.mjs";

const STYLES = { use_case: "use case", technical: "technical", comparison: "comparison", summary: "summary" };

export function summary(place, report) {
  const found = report.result_summary ? rows(report.result_summary).filter(([, said]) => said) : [];
  place.hidden = found.length === 0;
  place.querySelector("[data-summary]").replaceChildren(
    ...found.flatMap(([name, said]) => [make("dt", { textContent: name }), make("dd", {}, ...[said].flat().map((one) => (one instanceof Node ? one : make("p", { textContent: one }))))]),
  );
}

function rows(known) {
  return [
    ["Style", style(known)],
    ["Words", known.words ? `about ${count(known.words)}` : ""],
    ["Quality", quality(known.quality ?? known.quality_code)],
    ["Tokens", tokens(known.usage ?? known.tokens)],
    ["Cost", cost(known.cost ?? known.usage?.cost, known.currency ?? known.usage?.currency)],
    ["Privacy", known.privacy ? privacy(known.privacy) : ""],
  ];
}

function style(known) {
  if (!known.style) return "";
  const name = STYLES[known.style] ?? known.style;
  const words = Object.entries(known.style_words ?? {}).filter(([, found]) => found.length);
  if (!words.length) return [name, known.style_chosen === false ? "" : "as it was asked for"].filter(Boolean);
  const why = words.map(([of, found]) => `${STYLES[of] ?? of}: ${found.join(", ")}`).join("; ");
  return [name, `Found by these words: ${why}`];
}

function quality(said) {
  if (!said) return "";
  const code = typeof said === "string" ? said : said.code;
  const good = code === "PASS";
  const badge = make("span", { className: good ? "state good" : "state", textContent: words(code) });
  const findings = (said.findings ?? said.warnings ?? []).map((one) => (typeof one === "string" ? words(one) : one.message ?? words(one.code ?? "")));
  return [make("p", {}, badge), ...findings];
}

// PASS_WITH_WARNINGS as people say it.
function words(code) {
  const text = /^[A-Z0-9_]+$/.test(code) ? code.replaceAll("_", " ").toLowerCase() : code;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function tokens(used) {
  if (!used) return "";
  if (typeof used === "number") return count(used);
  const read = used.prompt_tokens ?? used.prompt;
  const written = used.completion_tokens ?? used.completion;
  if (!read && !written) return "";
  return `${count(read ?? 0)} read, ${count(written ?? 0)} written`;
}

function cost(amount, currency) {
  if (amount === undefined || amount === null) return "";
  return `${Number(amount).toFixed(4)} ${currency ?? ""}`.trim();
}

function privacy(said) {
  return typeof said === "string" ? said : said.note ?? said.message ?? "";
}
