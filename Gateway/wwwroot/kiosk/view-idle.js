/** When nobody is registering: an invitation, the last check-ins, and a greeting for whoever puts a finger on the scanner. */
import { h } from "../shared/dom.js";
import { clockTime } from "../shared/language.js";
import { fingerprint } from "./fingerprint.js";
import { nameOf } from "./model.js";
import { Greeting, standing } from "./checkins.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("../shared/language.js").Words} Words
 * @typedef {import("./checkins.js").CheckIn} CheckIn
 * @typedef {import("./view.js").Screen} Screen
 */

/**
 * @param {Model} model
 * @param {Words} say
 * @returns {Screen}
 */
export function idleScreen(model, say) {
  const { checkIns, wishes, chosen } = model;
  const shows = wishes.checkIns && checkIns.known;
  const hint = checkIns.known && chosen !== null ? say("idle.checkIn", { device: chosen }) : say("idle.hint");
  // Touching anything wakes the page; the button says so, and is there for keyboards.
  const invitation = h(
    "div",
    { class: "guide" },
    h("h1", { tabindex: -1 }, say("idle.title")),
    h("p", { class: "lead" }, hint),
    h("div", { class: "row" }, h("button", { type: "button", class: "primary big" }, say("idle.start"))),
  );
  return {
    name: shows ? "idle with-list" : "idle",
    title: say("idle.title"),
    spoken: "",
    body: [h("div", { class: "picture" }, fingerprint({ percent: 100, mood: "alive" })), invitation, shows && recent(model, say)].filter(part => part !== false),
  };
}

/**
 * @param {Model} model
 * @param {Words} say
 */
function recent(model, say) {
  const recent = standing(model.checkIns.recent);
  const list = recent.map(checkIn =>
    h(
      "li",
      { key: String(checkIn.seq), class: `check-in is-${checkIn.type}` },
      h("span", { class: "way", "aria-hidden": "true" }),
      h("span", { class: "name" }, checkIn.person === undefined || checkIn.person === null ? say("checkIns.nobody") : nameOf(model, checkIn.person)),
      h("span", { class: "when" }, say(`checkIns.${checkIn.type}`), " ", h("time", { datetime: checkIn.at }, clockTime(checkIn.at).slice(0, 5))),
    ),
  );
  return h(
    "section",
    { class: "recent", "aria-label": say("checkIns.title") },
    h("h2", null, say("checkIns.title")),
    list.length === 0 ? h("p", { class: "empty" }, say("checkIns.none")) : h("ul", null, list),
  );
}

/**
 * @param {Model} model
 * @param {CheckIn} greeting
 * @param {Words} say
 */
export function greetingText(model, { type, person, minutes, device }, say) {
  const values = { person: person ? nameOf(model, person) : "", stay: stay(minutes ?? 0, say), device: device ?? "" };
  const hint = type === "out" && !minutes ? say("greeting.outHintShort", values) : say(`greeting.${type}Hint`, values);
  return { title: say(`greeting.${type}`, values), hint };
}

/**
 * @param {Model} model
 * @param {CheckIn} greeting
 * @param {Words} say
 * @param {import("./view.js").Handlers} handlers
 * @returns {Screen}
 */
export function greetingScreen(model, greeting, say, handlers) {
  const { title, hint } = greetingText(model, greeting, say);
  const isUnknown = greeting.type === "unknown";
  const buttons = isUnknown && [
    h("button", { type: "button", class: "primary", onclick: () => handlers.greeted() }, say("greeting.register")),
    model.help.possible && h("button", { type: "button", onclick: () => handlers.help.open() }, say("help.call")),
  ];
  return {
    name: "greeting",
    title,
    spoken: `${title} · ${hint}`,
    body: [
      h("div", { class: "picture", key: `${greeting.seq}` }, fingerprint({ percent: 100, mood: isUnknown ? "retry" : greeting.type === "out" ? "out" : "in" })),
      h(
        "div",
        { class: "guide" },
        h("h1", { tabindex: -1, class: title.length > 48 ? "long" : null }, title),
        h("p", { class: "lead" }, hint),
        buttons && h("div", { class: "row" }, buttons),
        h("p", { class: "returning", vars: { "--stay": `${isUnknown ? Greeting.UNKNOWN_MS : Greeting.PASSED_MS}ms` }, "aria-hidden": "true" }),
      ),
    ],
  };
}

/**
 * @param {number} minutes
 * @param {Words} say
 */
function stay(minutes, say) {
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? say("greeting.minutes", { minutes }) : say("greeting.hours", { hours, minutes: minutes % 60 });
}
