// Shows the second factor, and goes on to where one wanted to.
import { ask, next, onSubmit, sentOn } from "./people.mjs";

const target = next("/account");
const form = document.querySelector("[data-step-up]");
const ways = [...form.querySelectorAll("[data-way]")];
const other = form.querySelector("[data-other]");
const words = { totp: "Use a recovery code instead", recovery_code: "Use the authenticator instead" };

function current() {
  return ways.find((way) => !way.hidden);
}

other.addEventListener("click", () => {
  for (const way of ways) way.hidden = !way.hidden;
  other.textContent = words[current().dataset.way];
  form.querySelector("[data-said]").hidden = true;
  current().querySelector("input").focus();
});

onSubmit(form, async (fields) => {
  const input = current().querySelector("input");
  try {
    await ask("POST", "/api/auth/step-up", { [input.name]: fields[input.name] });
  } catch (error) {
    input.select();
    throw error;
  }
  location.replace(target);
});

try {
  const who = await ask("GET", "/api/auth/session");
  if (who.federated && who.aal === "aal2") location.replace(target);
  else if (who.federated) {
    document.querySelector("[data-back]").href = target;
    document.querySelector("[data-elsewhere]").hidden = false;
  } else if (who.session && !who.second_factor.enrolled) {
    document.querySelector("[data-set-up]").hidden = false;
  } else {
    form.hidden = false;
    current().querySelector("input").focus();
  }
} catch (error) {
  if (!sentOn(error)) throw error;
}
