// What the pages of people share: one way to ask the api, and one way to be sent on.

export class Refused extends Error {
  constructor(status, body) {
    super(body.message ?? body.error ?? `The host answered ${status}.`);
    this.status = status;
    this.code = body.code ?? body.details?.code ?? body.error;
  }
}

export async function ask(method, path, body) {
  // Reports of both kinds in one shape.
  const init = { method, headers: { Accept: "application/json", "X-Report-Dialect": "sting" } };
  if (body !== undefined) {
    init.headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, init);
  } catch {
    throw new Refused(0, { message: "The host does not answer. Try again in a moment." });
  }
  const said = answer.status === 204 ? null : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said ?? {});
  return said;
}

// A page of this host that somebody was on the way to; anything else is the fallback.
export function next(fallback) {
  const wanted = new URLSearchParams(location.search).get("next");
  if (!wanted) return fallback;
  try {
    const url = new URL(wanted, location.origin);
    const stays = url.origin === location.origin && /^\/(?![/\\])/.test(wanted) && url.pathname !== "/login";
    return stays ? url.pathname + url.search + url.hash : fallback;
  } catch {
    return fallback;
  }
}

export function go(path, wanted = location.pathname + location.search + location.hash) {
  location.replace(`${path}?next=${encodeURIComponent(wanted)}`);
}

// True when the refusal is answered by another page, which is being opened.
export function sentOn(error) {
  if (!(error instanceof Refused)) return false;
  if (error.code === "METHOD_REQUIRED") go("/security-upgrade");
  else if (error.code === "password_change_required") location.replace("/account");
  else if (error.status === 401 && !["login_failed", "second_factor_failed"].includes(error.code)) go("/login");
  else return false;
  return true;
}

export function tell(place, error) {
  if (!(error instanceof Refused)) throw error;
  if (sentOn(error)) return;
  const text = error.message.replace(/^\w+: /, "");
  place.textContent = text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
  place.hidden = false;
}

// Submits a form by script, with its button at rest meanwhile.
export function onSubmit(form, send) {
  const place = form.querySelector("[data-said]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button.first");
    place.hidden = true;
    button.disabled = true;
    try {
      await send(Object.fromEntries(new FormData(form)), form);
    } catch (error) {
      tell(place, error);
    } finally {
      button.disabled = false;
    }
  });
}

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
