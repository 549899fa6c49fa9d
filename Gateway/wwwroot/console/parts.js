/** The parts that pages are made of. */
import { h } from "../shared/dom.js";
import { problemText } from "../shared/problems.js";

/**
 * @typedef {import("../shared/dom.js").Child} Child
 * @typedef {import("../shared/dom.js").Node} Node
 * @typedef {import("./console.js").Scene} Scene
 * @typedef {import("./model.js").Load} Load
 */

/**
 * @param {string} title
 * @param {{ lead?: Child | Child[], actions?: Child[], back?: Child }} [more]
 */
export function pageHead(title, { lead, actions = [], back } = {}) {
  return h(
    "header",
    { class: "page-head", key: "head" },
    back && h("p", { class: "back" }, back),
    h("h1", { tabindex: -1 }, title),
    lead && h("p", { class: "lead" }, lead),
    actions.filter(Boolean).length > 0 && h("div", { class: "actions" }, actions),
  );
}

/**
 * @param {string | null} title
 * @param {(Child | Child[])[]} children
 * @param {{ aside?: Child, class?: string, key?: string }} [more]
 */
export function card(title, children, { aside, class: name = "", key } = {}) {
  const head = title !== null && h("div", { class: "card-head" }, h("h2", null, title), aside);
  return h("section", { class: `card ${name}`, key: key ?? title ?? undefined }, head, ...children);
}

/**
 * @param {string} label
 * @param {() => void} action
 * @param {string} [kind]
 */
export function button(label, action, kind = "") {
  return h("button", { type: "button", class: kind === "" ? null : kind, key: label, onclick: action }, label);
}

/**
 * Says that there is nothing, and what will be here or what to do.
 *
 * @param {string} title
 * @param {string} hint
 * @param {Child} [action]
 */
export function empty(title, hint, action) {
  return h(
    "div",
    { class: "empty", key: "empty" },
    h("span", { class: "empty-mark", "aria-hidden": "true" }),
    h("p", { class: "strong" }, title),
    h("p", null, hint),
    action,
  );
}

/**
 * @param {"good" | "bad" | "warn" | "busy" | "quiet"} mood
 * @param {string} text
 */
export function badge(mood, text) {
  return h("span", { class: `badge ${mood}` }, h("span", { class: "spot", "aria-hidden": "true" }), text);
}

/**
 * @param {string} label
 * @param {number} percent
 * @param {{ mood?: string, text?: string }} [more]
 */
export function progress(label, percent, { mood = "", text } = {}) {
  return h(
    "div",
    {
      class: `progress ${mood}`,
      role: "progressbar",
      "aria-label": label,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-valuenow": percent,
      "aria-valuetext": text ?? null,
    },
    h("span", { vars: { "--part": percent / 100 } }),
  );
}

/**
 * @param {Scene} scene
 * @param {string} name of the load
 * @param {(value: any, load: Load) => Child | Child[]} show
 */
export function loaded({ model, say, format, act }, name, show) {
  const load = model.loads[name];
  if (load === undefined || (load.at === 0 && load.problem === null)) {
    return h("p", { class: "waiting", key: "waiting" }, h("span", { class: "late" }, say("list.loading")));
  }
  const trouble =
    load.problem !== null &&
    h(
      "div",
      { class: "trouble", key: "trouble" },
      h("p", null, problemText(load.problem, say, "load")),
      load.at > 0 && h("p", null, say("list.asOf", { time: format.time(load.at) })),
      h("button", { type: "button", onclick: () => act.reload() }, say("list.retry")),
    );
  const content = load.at === 0 ? [] : [show(load.value, load)].flat();
  return h("div", { class: "loaded", key: "loaded" }, trouble, content);
}

/**
 * @param {[string, Child | Child[]][]} pairs
 */
export function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs.map(([name, value]) => h("div", { key: name }, h("dt", null, name), h("dd", null, value))),
  );
}
