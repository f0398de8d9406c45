// Logs in, and goes on to what is still to be shown, or to where one wanted to.
import { ask, go, next, onSubmit } from "./people.mjs";

const target = next("/account");

function proceed(who) {
  if (who.must_change_password) location.replace("/account");
  else if (who.second_factor.demanded) go("/security-upgrade", target);
  else location.replace(target);
}

onSubmit(document.querySelector("[data-login]"), async ({ email, password }) => {
  proceed(await ask("POST", "/api/auth/login", { email, password }));
});

// Whoever is logged in already need not do it again.
ask("GET", "/api/auth/session").then(proceed, () => {});
