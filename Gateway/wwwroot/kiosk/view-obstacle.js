/** What keeps from starting: what it is, until when, and what happens next. */
import { readiness, Readiness } from "../shared/devices.js";
import { h } from "../shared/dom.js";
import { clockTime } from "../shared/language.js";
import { chosenDevice, nameOf } from "./model.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("../shared/language.js").Words} Words
 * @typedef {"offline" | "sensor" | "busy" | "full" | "unknownPin" | "none"} Obstacle
 */

/** @type {Record<string, Obstacle>} */
const REFUSALS = { device_offline: "offline", sensor_fault: "sensor", device_busy: "busy", slots_full: "full" };

/**
 * @param {Model} model
 * @returns {Obstacle | null}
 */
export function obstacle(model) {
  const { start, pinned, devices } = model;
  const refused = REFUSALS[start.problem?.code ?? ""];
  if (refused !== undefined) return refused;
  const device = chosenDevice(model);
  if (pinned !== null && device === undefined) return "unknownPin";
  if (devices.items.length === 0) return "none";
  // With others to choose from, the list says it.
  if (device === undefined || (pinned === null && devices.items.length > 1)) return null;
  const ready = readiness(device);
  return ready === Readiness.OFFLINE ? "offline" : ready === Readiness.SENSOR ? "sensor" : null;
}

/**
 * @param {Obstacle} what
 * @param {Model} model
 * @param {Words} say
 * @param {import("./view.js").Handlers} handlers
 * @returns {import("./view.js").Screen}
 */
export function obstacleScreen(what, model, say, handlers) {
  const { start, chosen } = model;
  const values = { device: chosen ?? "", who: holderName(model, say), until: until(model, say) };
  const title = say(`obstacle.${what}`, values);
  const hint = say(`obstacle.${what}Hint`, values);
  const back = start.problem !== null && h("button", { type: "button", onclick: () => handlers.dismiss() }, say("obstacle.back"));
  return {
    name: "obstacle",
    title,
    spoken: `${title} · ${hint}`,
    body: [
      h("div", { class: "picture" }, scanner(what)),
      h(
        "div",
        { class: "guide" },
        h("h1", { tabindex: -1 }, title),
        h("p", { class: "lead" }, hint),
        what !== "full" && h("p", { class: "waiting-for" }, h("span", { class: "pulse", "aria-hidden": "true" }), say(`obstacle.${what}Next`, values)),
        back && h("div", { class: "row" }, back),
      ),
    ],
  };
}

/**
 * @param {Model} model
 * @param {Words} say
 */
function holderName(model, say) {
  const { holder } = model.start;
  return holder === null ? say("problem.device_busy.someone") : nameOf(model, holder.person);
}

/**
 * @param {Model} model
 * @param {Words} say
 */
function until({ start: { holder, problem } }, say) {
  const moment = holder?.expiresAt ?? problem?.expiresAt;
  return moment ? clockTime(moment).slice(0, 5) : say("obstacle.soon");
}

/**
 * The scanner, and what is wrong with it.
 *
 * @param {Obstacle} what
 */
function scanner(what) {
  return h(
    "svg",
    { class: `scanner-picture ${what}`, viewBox: "0 0 200 200", "aria-hidden": "true", focusable: "false" },
    h("rect", { class: "case", x: 40, y: 62, width: 120, height: 122, rx: 26 }),
    h("rect", { class: "window", x: 66, y: 92, width: 68, height: 68, rx: 20 }),
    WINDOW[what].map(d => h("path", { class: "sign", d })),
    h("g", { class: "air" }, AIR.map(d => h("path", { d }))),
    (what === "offline" || what === "unknownPin" || what === "none") && h("path", { class: "strike", d: "M70 52L130 14" }),
  );
}

/** Waves above the scanner, the innermost first. */
const AIR = ["M88 48a17 17 0 0 1 24 0", "M76 36a34 34 0 0 1 48 0", "M64 24a51 51 0 0 1 72 0"];

/** @type {Record<Obstacle, string[]>} */
const WINDOW = {
  offline: ["M88 126h24"],
  unknownPin: ["M91 119a9.5 9.5 0 1 1 14 8c-4 2.5-5 4-5 8", "M100 144v.1"],
  sensor: ["M100 109v20", "M100 141v.1"],
  none: ["M88 126h24"],
  busy: ["M100 108v18l12 8"],
  full: ["M84 112h32", "M84 126h32", "M84 140h32"],
};
