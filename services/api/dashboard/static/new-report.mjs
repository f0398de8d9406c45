// A form for any template: its fields are the template's parameters.
import { ask, make, onSubmit } from "./people.mjs";
import { formats } from "./words.mjs";

// What a program may say in a template's parameters, and nobody wants to type.
const HIDDEN = new Set(["query", "conversation_id", "generation_mode"]);
const FIRST = new Set(["user_query", "report_style"]);
const LABELS = { user_query: "What shall it answer?", report_style: "Style", review: "Stop for a review before it is printed", web_search: "Also search the web" };
const LOOKS = ["theme", "page_size", "classification", "watermark"];

let templates;

export async function openForm(section) {
  if (!templates) {
    templates = (await ask("GET", "/api/reports/templates")).data.templates;
    await prepare(section);
  }
  section.querySelector("[data-templates]").focus();
}

async function prepare(section) {
  const form = section.querySelector("form");
  const chooser = form.elements.template_id;
  chooser.replaceChildren(...templates.map((template) => make("option", { value: template.id, textContent: template.name })));
  chooser.addEventListener("change", () => choose(form));
  onSubmit(form, (_fields, sent) => send(sent));
  await Promise.all([choose(form), offerBases(form)]);
}

async function offerBases(form) {
  const { data } = await ask("GET", "/api/knowledge/honey-jars/?limit=100");
  if (!data.honey_jars.length) return;
  form.elements.honey_jar_id.append(...data.honey_jars.map((base) => make("option", { value: base.id, textContent: base.name })));
  form.querySelector("[data-bases]").hidden = false;
}

async function choose(form) {
  const { template, parameters } = (await ask("GET", `/api/reports/templates/${form.elements.template_id.value}`)).data;
  if (template.id !== form.elements.template_id.value) return; // another one was chosen meanwhile
  form.querySelector("[data-about]").textContent = template.description;
  form.elements.output_format.replaceChildren(...template.output_formats.map((format) => make("option", { value: format, textContent: formats[format] })));
  form.querySelector("[data-documents]").hidden = !("context" in (parameters.properties ?? {}));
  // What a template demands cannot be switched off.
  form.elements.scrambling_enabled.checked = form.elements.scrambling_enabled.disabled = template.requires_scrambling;
  form.querySelector("[data-scramble]").hidden = template.max_output_tokens === 0;
  const shown = template.parameters.filter((one) => !HIDDEN.has(one.name) && !LOOKS.includes(one.name));
  const first = shown.filter((one) => one.required || FIRST.has(one.name) || !template.is_built_in || !("user_query" in (parameters.properties ?? {})));
  const more = shown.filter((one) => !first.includes(one));
  const typed = new Map([...form.querySelectorAll("[data-parameter]")].map((input) => [input.dataset.parameter, input]));
  form.querySelector("[data-parameters]").replaceChildren(...first.map(field));
  form.querySelector("[data-more-parameters]").replaceChildren(...more.map(field));
  for (const input of form.querySelectorAll("[data-parameter]")) keep(input, typed.get(input.dataset.parameter));
  form.querySelector("[data-more]").hidden = more.length === 0;
}

// What was typed for one template is not lost when another asks for the same.
function keep(input, before) {
  if (!before || before.dataset.kind !== input.dataset.kind || input.multiple) return;
  if (input.type === "checkbox") input.checked = before.checked;
  else if (before.value && (input.tagName !== "SELECT" || [...input.options].some((option) => option.value === before.value))) input.value = before.value;
}

function field(parameter) {
  const input = control(parameter);
  input.dataset.parameter = parameter.name;
  input.dataset.kind = parameter.type;
  const words = LABELS[parameter.name] ?? (parameter.label || parameter.name.replaceAll("_", " "));
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  const label = make("label", {}, ...(parameter.type === "boolean" ? [input, " ", make("span", { textContent: text })] : [text, " ", input]));
  label.classList.toggle("check", parameter.type === "boolean");
  if (!parameter.help || parameter.name in LABELS) return label;
  const help = make("p", { className: "hint", id: `help-${parameter.name}`, textContent: parameter.help });
  input.setAttribute("aria-describedby", help.id);
  return make("div", {}, label, help);
}

function control(parameter) {
  const said = parameter.default ?? "";
  const required = parameter.required;
  if (parameter.type === "boolean") return make("input", { type: "checkbox", checked: parameter.default === true });
  if (parameter.type === "select" || parameter.type === "multiselect") {
    const several = parameter.type === "multiselect";
    const chosen = new Set([parameter.default].flat());
    const options = parameter.options.map((option) => make("option", { value: option, textContent: option.replaceAll("_", " "), selected: chosen.has(option) }));
    return make("select", { multiple: several, required }, ...(several ? [] : [make("option", { value: "", textContent: "as it finds best" })]), ...options);
  }
  if (parameter.name === "user_query") return make("textarea", { rows: 4, required, value: said });
  if (parameter.type === "number") return make("input", { type: "number", step: "any", required, value: said });
  if (parameter.type === "date") return make("input", { type: "date", required, value: said });
  return make("input", { required, value: said, autocomplete: "off" });
}

function value(input) {
  if (input.dataset.kind === "boolean") return input.checked;
  if (input.dataset.kind === "multiselect") return input.selectedOptions.length ? [...input.selectedOptions].map((option) => option.value) : null;
  if (!input.value.trim()) return null;
  return input.dataset.kind === "number" ? Number(input.value) : input.value;
}

async function documents(form) {
  if (form.querySelector("[data-documents]").hidden) return [];
  const pasted = form.elements.documents.value.trim();
  const files = await Promise.all([...form.querySelector("[data-files]").files].map(async (file) => ({ title: file.name, text: await file.text() })));
  return [...(pasted ? [{ title: "Pasted text", text: pasted }] : []), ...files.filter((file) => file.text.trim())];
}

async function send(form) {
  const given = [...form.querySelectorAll("[data-parameter]")].map((input) => [input.dataset.parameter, value(input)]);
  const looks = LOOKS.map((name) => [name, form.elements[name].value.trim() || null]);
  const parameters = Object.fromEntries([...given, ...looks].filter(([, said]) => said !== null));
  const context = await documents(form);
  if (context.length) parameters.context = context;
  const body = {
    template_id: form.elements.template_id.value,
    title: form.elements.title.value.trim(),
    priority: form.elements.priority.value,
    output_format: form.elements.output_format.value,
    parameters,
  };
  if (form.elements.honey_jar_id.value) body.honey_jar_id = form.elements.honey_jar_id.value;
  const scrambling = form.elements.scrambling_enabled;
  if (!scrambling.disabled && !form.querySelector("[data-scramble]").hidden) body.scrambling_enabled = scrambling.checked;
  const { data } = await ask("POST", "/api/reports/", body);
  location.assign(`/reports/${data.report.id}`);
}
