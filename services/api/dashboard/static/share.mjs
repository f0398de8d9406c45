// The dialog that shares a report, and shows who has access to it.
import { ask, make, onSubmit, tell } from "./people.mjs";
import { at } from "./words.mjs";

const dialog = document.querySelector("[data-share]");
const form = dialog.querySelector("[data-share-form]");
const made = dialog.querySelector("[data-made]");
const said = form.querySelector("[data-said]");
let report = "";

export function openShare(id) {
  report = id;
  made.hidden = true;
  said.hidden = true;
  fit();
  dialog.showModal();
  showGrants();
}

function fit() {
  const method = form.elements.method.value;
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(method);
  form.elements.recipients.required = method === "email";
  form.elements.user_email.required = method === "principal";
}

onSubmit(form, async () => {
  made.hidden = true;
  const { method, recipients, message, user_email, download, expires_in } = form.elements;
  const body = { expires_in: Number(expires_in.value), permissions: download.checked ? ["view", "download"] : ["view"] };
  if (method.value === "principal") {
    await ask("POST", `/api/reports/${report}/grant-access`, { ...body, user_email: user_email.value });
    done(`${user_email.value} finds it among what is shared.`);
  } else {
    if (method.value === "download_token") delete body.permissions;
    const to = recipients.value.split(/[\s,;]+/).filter(Boolean);
    const more = method.value === "email" ? { recipients: to, message: message.value } : {};
    const { data } = await ask("POST", `/api/reports/${report}/share`, { ...body, method: method.value, ...more });
    const secret = data.share_url ?? (data.download_url ? new URL(data.download_url, location.origin).href : "");
    const words = { link: "The link, shown only now:", download_token: "The download, shown only now:", email: `${data.message}.` };
    done(words[method.value], secret);
  }
  await showGrants();
});

function done(text, secret = "") {
  made.querySelector("[data-made-text]").textContent = text;
  made.querySelector("[data-made-secret]").hidden = !secret;
  made.querySelector("code").textContent = secret;
  dialog.querySelector("[data-copy]").textContent = "Copy";
  made.hidden = false;
}

async function showGrants() {
  try {
    const { data } = await ask("GET", `/api/reports/${report}/grants`);
    dialog.querySelector("[data-grants-part]").hidden = !data.count;
    dialog.querySelector("[data-grants]").replaceChildren(...data.grants.map(row));
  } catch (error) {
    tell(said, error);
  }
}

const NAMES = { link: "Link", email: "Mail", download_token: "Download", principal: "Access" };

function row(grant) {
  const whom = grant.recipient ?? grant.principal_name;
  const facts = [
    grant.permissions.includes("download") ? "" : "to look at only",
    grant.mail_status && grant.state === "valid" ? `mail ${grant.mail_status}` : "",
    grant.used ? `used ${grant.used === 1 ? "once" : `${grant.used} times`}` : "not used yet",
    `until ${at(grant.expires_at)}`,
  ];
  const name = [NAMES[grant.method], whom].filter(Boolean).join(" to ");
  const item = make("li", {}, make("div", {}, make("strong", { textContent: name }), make("p", { textContent: facts.filter(Boolean).join(" · ") })));
  if (grant.state === "valid") {
    const button = make("button", { type: "button", className: "risky", textContent: "Take back", ariaLabel: `Take back: ${name}` });
    button.addEventListener("click", () => takeBack(button, grant));
    item.append(button);
  } else {
    item.classList.add("ended");
    item.append(make("span", { className: "state", textContent: { revoked: "taken back", used: "used up" }[grant.state] ?? grant.state }));
  }
  return item;
}

async function takeBack(button, grant) {
  button.disabled = true;
  try {
    await ask("DELETE", `/api/reports/${report}/grants/${grant.id}`);
  } catch (error) {
    tell(said, error);
  }
  await showGrants();
}

form.addEventListener("change", fit);
dialog.querySelector("[data-close-share]").addEventListener("click", () => dialog.close());
dialog.querySelector("[data-copy]").addEventListener("click", async (event) => {
  await navigator.clipboard.writeText(made.querySelector("code").textContent);
  event.target.textContent = "Copied";
});
