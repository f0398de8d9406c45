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
    ["Figures", figures(known.metrics)],
    ["Findings", known.findings ? `${count(known.findings)} by rule` : ""],
    ["Commentary", { written: "Written by a language model" }[known.llm_insights] ?? (known.llm_insights === "off" ? "" : known.llm_insights)],
    ["Style", style(known)],
    ["Words", known.words ? `about ${count(known.words)}` : ""],
    ["Quality", quality(known.quality)],
    ["Tokens", tokens(known.usage)],
    ["Cost", cost(known.usage)],
    ["Privacy", known.privacy ? privacy(known.privacy) : ""],
  ];
}

// The first of the headline figures; all are in the report.
function figures(known) {
  const said = Object.entries(known ?? {}).filter(([, one]) => ["number", "string"].includes(typeof one));
  return said.slice(0, 6).map(([name, one]) => `${label(name)}: ${typeof one === "number" ? figure(one) : one}`);
}

function label(name) {
  const text = name.replaceAll("_", " ").replace(/\b(auc|aucpr|psi|rmse|mae|mse|pii|r2|f1|ece)\b/g, (short) => short.toUpperCase());
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function figure(value) {
  return Math.abs(value) < 1000 ? String(Number(value.toPrecision(4))) : count(Math.round(value));
}

function style(known) {
  if (!known.style) return "";
  const name = STYLES[known.style] ?? known.style;
  if (known.style_chosen) return [name, "as it was asked for"];
  const words = Object.entries(known.style_words ?? {}).filter(([, found]) => found.length);
  if (!words.length) return [name];
  const why = words.map(([of, found]) => `${STYLES[of] ?? of}: ${found.join(", ")}`).join("; ");
  return [name, `Found by these words: ${why}`];
}

function quality(said) {
  if (!said) return "";
  const badge = make("span", { className: said.code === "PASS" ? "state good" : "state", textContent: words(said.code) });
  return [make("p", {}, badge), ...(said.findings ?? []).map((one) => one.message ?? words(one.code))];
}

// PASS_WITH_WARNINGS as people say it.
function words(code) {
  const text = /^[A-Z0-9_]+$/.test(code) ? code.replaceAll("_", " ").toLowerCase() : code;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function tokens(used) {
  if (!used?.total_tokens) return "";
  const text = `${count(used.prompt_tokens)} read, ${count(used.completion_tokens)} written`;
  return used.estimated ? `about ${text}` : text;
}

function cost(used) {
  return used?.cost ? `${used.cost} ${used.currency ?? ""}`.trim() : "";
}

function privacy(found) {
  const counts = Object.entries(found.counts ?? {}).filter(([, many]) => many);
  const kinds = counts.map(([kind, many]) => `${words(kind.toUpperCase()).toLowerCase()} ${count(many)}`).join(", ");
  return [counts.length ? `Kept from the language model: ${kinds}` : "Nothing private was found", found.risk_level ? `Risk: ${found.risk_level}` : ""].filter(Boolean);
}
