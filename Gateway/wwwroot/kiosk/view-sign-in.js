/** The sign-in screen. */
import { h } from "../shared/dom.js";
import { problemText } from "../shared/problems.js";

/**
 * @param {import("./model.js").Model} model
 * @param {import("../shared/language.js").Words} say
 * @param {import("./view.js").Handlers} handlers
 * @returns {import("./view.js").Screen}
 */
export function signInScreen({ signIn }, say, handlers) {
  const refused = signIn.problem?.code === "unauthenticated" ? say("signIn.used") : null;
  const error = signIn.problem === null ? null : (refused ?? problemText(signIn.problem, say, "signIn"));
  const token = h("input", {
    id: "token",
    name: "token",
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
    "aria-invalid": error === null ? null : "true",
    "aria-describedby": error === null ? null : "token-error",
  });
  return {
    name: "sign-in",
    title: say("signIn.title"),
    spoken: error ?? "",
    body: [
      h("h1", { tabindex: -1 }, say("signIn.title")),
      h("p", { class: "lead" }, say("signIn.explain")),
      h(
        "form",
        { novalidate: true, onsubmit: (/** @type {SubmitEvent} */ event) => submitted(event, handlers) },
        h("label", { for: "token" }, say("signIn.token")),
        h("div", { class: "row" }, token, h("button", { type: "submit", class: "primary", disabled: signIn.busy }, say("signIn.submit"))),
        error !== null && h("p", { id: "token-error", class: "error" }, error),
      ),
      h("p", { class: "aside" }, say("signIn.again"), " ", h("code", null, say("signIn.command"))),
    ],
  };
}

/**
 * @param {SubmitEvent} event
 * @param {import("./view.js").Handlers} handlers
 */
function submitted(event, handlers) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.currentTarget);
  handlers.signIn(String(new FormData(form).get("token") ?? ""));
}
