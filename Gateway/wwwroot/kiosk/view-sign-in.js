/** Before this screen may do anything: a code that an operator confirms, or a sign-in link. */
import { h } from "../shared/dom.js";
import { problemText } from "../shared/problems.js";

/**
 * @param {import("./model.js").Model} model
 * @param {import("../shared/language.js").Words} say
 * @param {import("./view.js").Handlers} handlers
 * @returns {import("./view.js").Screen}
 */
export function signInScreen({ signIn, pairing }, say, handlers) {
  const refused = signIn.problem?.code === "unauthenticated" ? say("signIn.used") : null;
  const error = signIn.problem === null ? null : (refused ?? problemText(signIn.problem, say, "signIn"));
  return {
    name: "sign-in",
    title: say("signIn.title"),
    spoken: error ?? (pairing === null ? "" : say("pairing.spoken", { code: Array.from(pairing).join(" ") })),
    body: [
      h("h1", { tabindex: -1 }, say("signIn.title")),
      h("div", { class: "ways" }, code(pairing, say), link(error, signIn.busy, say, handlers)),
    ],
  };
}

/**
 * @param {string | null} pairing
 * @param {import("../shared/language.js").Words} say
 */
function code(pairing, say) {
  const half = pairing === null ? 0 : pairing.length / 2;
  const letters = pairing === null ? ["····", "····"] : [pairing.slice(0, half), pairing.slice(half)];
  return h(
    "section",
    { class: "part pairing" },
    h("h2", null, say("pairing.title")),
    h("p", { class: "code", "aria-hidden": pairing === null ? "true" : null }, h("span", null, letters[0] ?? ""), "-", h("span", null, letters[1] ?? "")),
    h("p", { class: "aside" }, say("pairing.explain")),
  );
}

/**
 * @param {string | null} error
 * @param {boolean} busy
 * @param {import("../shared/language.js").Words} say
 * @param {import("./view.js").Handlers} handlers
 */
function link(error, busy, say, handlers) {
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
  return h(
    "section",
    { class: "part" },
    h("h2", null, say("signIn.withLink")),
    h(
      "form",
      { novalidate: true, onsubmit: (/** @type {SubmitEvent} */ event) => submitted(event, handlers) },
      h("label", { for: "token", class: "small" }, say("signIn.token")),
      h("div", { class: "field" }, token, h("button", { type: "submit", class: "primary", disabled: busy }, say("signIn.submit"))),
      error !== null && h("p", { id: "token-error", class: "error" }, error),
    ),
    h("p", { class: "aside" }, say("signIn.explain"), " ", say("signIn.again"), " ", h("code", null, say("signIn.command"))),
  );
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
