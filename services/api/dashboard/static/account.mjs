// One's account: everything on it is a public route's answer.
import { ask, make, onSubmit, Refused, sentOn, tell } from "./people.mjs";

const page = document.querySelector("[data-account]");
const find = (selector, within = page) => within.querySelector(selector);
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
let who;

async function guarded(work, place) {
  try {
    await work();
  } catch (error) {
    if (place) tell(place, error);
    else if (!(error instanceof Refused) || !sentOn(error)) throw error;
  }
}

function on(selector, work, place) {
  find(selector).addEventListener("click", () => guarded(work, place));
}

function show(name) {
  for (const part of page.querySelectorAll("[data-factor]")) part.hidden = part.dataset.factor !== name;
}

async function showWho() {
  who = await ask("GET", "/api/auth/session");
  find("[data-name]").textContent = who.principal.name;
  find("[data-email]").textContent = who.principal.email && who.principal.email !== who.principal.name ? who.principal.email : "";
  find("[data-role]").textContent = who.principal.role.replace("_", " ");
  for (const input of page.querySelectorAll("[name=username]")) input.value = who.principal.email ?? "";
  find("[data-must]").hidden = !who.must_change_password;
  for (const part of page.querySelectorAll("[data-part]")) {
    const kept = part.dataset.part;
    const ours = !who.federated || !["password", "second-factor"].includes(kept);
    part.hidden = !ours || (who.must_change_password && kept !== "password") || (needsFactor() && kept !== "second-factor");
  }
  page.hidden = false;
}

// This host asks everybody for a second factor, and there is none yet.
function needsFactor() {
  return who.second_factor.demanded && !who.second_factor.enrolled && !who.must_change_password && !who.federated;
}

async function showFactor() {
  const factor = await ask("GET", "/api/auth/second-factor");
  const state = find("[data-factor-state]");
  state.textContent = factor.enrolled ? "on" : "off";
  state.classList.toggle("good", factor.enrolled);
  const left = factor.recovery_codes_left;
  find("[data-factor-text]").textContent = factor.enrolled
    ? `An authenticator since ${date.format(new Date(factor.confirmed_at))}; ${left} recovery ${left === 1 ? "code is" : "codes are"} left.`
    : "";
  show(factor.enrolled ? "on" : "off");
}

function showCodes(codes) {
  find("[data-code-list]").replaceChildren(...codes.map((code) => make("li", {}, make("code", { textContent: code }))));
  find("[data-codes]").hidden = false;
}

function keyRow(key) {
  const ended = key.revoked_at ? "revoked" : key.expires_at && new Date(key.expires_at) <= new Date() ? "expired" : "";
  const facts = [
    `${key.prefix}…`,
    key.scopes.join(", "),
    key.last_used_at ? `used ${date.format(new Date(key.last_used_at))}` : "never used",
    key.expires_at ? `until ${date.format(new Date(key.expires_at))}` : "no end",
  ];
  const row = make("li", {}, make("div", {}, make("strong", { textContent: key.name }), make("p", { textContent: facts.join(" · ") })));
  if (ended) {
    row.classList.add("ended");
    row.append(make("span", { className: "state", textContent: ended }));
  } else {
    const button = make("button", { type: "button", className: "risky", textContent: "Revoke" });
    button.addEventListener("click", () => confirmed(button, () => ask("DELETE", `/api/keys/${key.id}`).then(showKeys)));
    row.append(button);
  }
  return row;
}

async function showKeys() {
  const { keys } = await ask("GET", "/api/keys");
  const rows = keys.map(keyRow);
  find("[data-keys]").replaceChildren(...(rows.length ? rows : [make("li", { className: "none", textContent: "None yet." })]));
}

function sessionRow(session) {
  const row = make(
    "li",
    {},
    make(
      "div",
      {},
      make("strong", { textContent: browserName(session.agent) }),
      make("p", { textContent: [session.address, `since ${moment.format(new Date(session.created_at))}`].filter(Boolean).join(" · ") }),
    ),
  );
  if (session.current) row.append(make("span", { className: "state good", textContent: "this one" }));
  else {
    const button = make("button", { type: "button", textContent: "End" });
    button.addEventListener("click", () => guarded(() => ask("DELETE", `/api/auth/sessions/${session.id}`).then(showSessions)));
    row.append(button);
  }
  return row;
}

function browserName(agent) {
  const known = [["Edg/", "Edge"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
  const system = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["Linux", "Linux"]];
  const of = (pairs) => pairs.find(([sign]) => agent.includes(sign))?.[1];
  const browser = of(known) ?? (agent.split("/")[0] || "Unknown client");
  return of(system) ? `${browser} on ${of(system)}` : browser;
}

async function showSessions() {
  const { sessions } = await ask("GET", "/api/auth/sessions");
  find("[data-sessions]").replaceChildren(...sessions.map(sessionRow));
}

// The first click asks, the second one does it.
function confirmed(button, work, place) {
  if (button.dataset.sure === undefined) {
    const text = button.textContent;
    button.dataset.sure = "";
    button.textContent = `${text}: sure?`;
    setTimeout(() => {
      delete button.dataset.sure;
      button.textContent = text;
    }, 4000);
    return undefined;
  }
  return guarded(work, place);
}

onSubmit(find("[data-password]"), async (fields, form) => {
  await ask("POST", "/api/auth/password", { current: fields.current, new: fields.new });
  form.reset();
  await showAll();
  done(form, "The password was changed.");
});

function done(form, text) {
  const place = form.querySelector("[data-said]");
  place.textContent = text;
  place.hidden = false;
  place.classList.add("good");
  setTimeout(() => {
    place.hidden = true;
    place.classList.remove("good");
  }, 6000);
}

onSubmit(find("[data-enrol]"), async (fields, form) => {
  const made = await ask("POST", "/api/auth/second-factor", { password: fields.password });
  form.reset();
  // Our own host's drawing; parsed without running anything.
  const svg = new DOMParser().parseFromString(made.qr, "text/html").querySelector("svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "QR code of the key beside it");
  find("[data-qr]").replaceChildren(svg);
  find("[data-secret]").textContent = made.secret.match(/.{1,4}/g).join(" ");
  show("setup");
  find("[data-confirm] input").focus();
});

onSubmit(find("[data-confirm]"), async (fields, form) => {
  const { recovery_codes } = await ask("POST", "/api/auth/second-factor/confirm", { totp: fields.totp });
  form.reset();
  await showAll();
  showCodes(recovery_codes);
});

onSubmit(find("[data-new-key]"), async (fields, form) => {
  const scopes = [...form.querySelectorAll("[data-scopes] input:checked")].map((box) => box.value);
  const expires = fields.days ? new Date(Date.now() + Number(fields.days) * 86400000).toISOString() : null;
  const made = await ask("POST", "/api/keys", { name: fields.name, scopes, expires_at: expires });
  form.reset();
  form.closest("details").open = false;
  find("[data-key]").textContent = made.api_key;
  find("[data-made]").hidden = false;
  await showKeys();
});

on("[data-logout]", async () => {
  await ask("POST", "/api/auth/logout");
  location.replace("/login");
});
find("[data-logout-everywhere]").addEventListener("click", (event) =>
  confirmed(event.currentTarget, async () => {
    await ask("POST", "/api/auth/logout-everywhere");
    location.replace("/login");
  }),
);
const factorSaid = find("[data-factor=on] [data-said]");
on("[data-renew]", async () => {
  const { recovery_codes } = await ask("POST", "/api/auth/second-factor/recovery-codes");
  await showFactor();
  showCodes(recovery_codes);
}, factorSaid);
find("[data-disable]").addEventListener("click", (event) =>
  confirmed(event.currentTarget, async () => {
    await ask("DELETE", "/api/auth/second-factor");
    find("[data-codes]").hidden = true;
    await showAll();
  }, factorSaid),
);
for (const button of page.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const codes = [...button.closest("div").querySelectorAll("code")].map((code) => code.textContent);
    await navigator.clipboard.writeText(codes.join("\n"));
    button.textContent = "Copied";
  });
}

function showScopes() {
  const boxes = who.scopes.map((scope) =>
    make("label", {}, make("input", { type: "checkbox", value: scope, checked: scope !== "admin" }), make("span", { textContent: scope })),
  );
  find("[data-scopes]").replaceChildren(...boxes);
}

async function showAll() {
  await showWho();
  if (who.must_change_password) return;
  if (!who.federated) await showFactor();
  if (needsFactor()) return;
  showScopes();
  await Promise.all([showKeys(), showSessions()]);
}

await guarded(showAll);
if (location.hash) find(location.hash)?.scrollIntoView();
