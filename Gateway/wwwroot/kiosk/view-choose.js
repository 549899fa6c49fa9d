/** The first screen: which scanner, who, start. */
import { readiness, Readiness } from "../shared/devices.js";
import { h } from "../shared/dom.js";
import { problemText } from "../shared/problems.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("../shared/language.js").Words} Words
 * @typedef {import("./view.js").Handlers} Handlers
 * @typedef {import("../shared/devices.js").Device} Device
 */

/**
 * @param {Model} model
 * @param {Words} say
 * @param {Handlers} handlers
 * @returns {import("./view.js").Screen}
 */
export function chooseScreen(model, say, handlers) {
  const { problem, busy } = model.start;
  const error = problem === null ? null : problemText(problem, say, "choose", model.chosen ?? "");
  const device = model.devices.items.find(({ id }) => id === model.chosen);
  const personError = problem?.code === "noPerson" || problem?.field === "person";
  return {
    name: "choose",
    title: say("choose.title"),
    spoken: error ?? "",
    body: [
      h("h1", { tabindex: -1 }, say("choose.title")),
      h(
        "form",
        {
          novalidate: true,
          onsubmit: (/** @type {SubmitEvent} */ event) => {
            event.preventDefault();
            handlers.start();
          },
        },
        h("div", { class: "part scanners" }, scanners(model, say, handlers)),
        h(
          "div",
          { class: "part" },
          person(model.person, personError, say, handlers),
          h("button", { type: "submit", class: "primary wide", disabled: busy }, say(busy ? "choose.starting" : "choose.start")),
          h("p", { id: "start-note", class: error === null ? "note" : "error" }, error ?? warning(device, say) ?? ""),
        ),
      ),
    ],
  };
}

/**
 * @param {Model} model
 * @param {Words} say
 * @param {Handlers} handlers
 */
function scanners({ devices, pinned, chosen }, say, handlers) {
  if (pinned !== null) {
    const device = devices.items.find(({ id }) => id === pinned);
    return device === undefined
      ? [h("p", { class: "empty" }, say("choose.unknownPin", { device: pinned }))]
      : [h("h2", null, say("choose.scanner")), h("div", { class: "scanner pinned" }, label(device, say))];
  }
  if (devices.items.length === 0) return [h("p", { class: "empty" }, say("choose.none"))];
  return [
    h("h2", { id: "scanner-label" }, say("choose.scanner")),
    h(
      "div",
      { class: "list", role: "radiogroup", "aria-labelledby": "scanner-label" },
      devices.items.map(device => option(device, device.id === chosen, say, handlers)),
    ),
  ];
}

/**
 * @param {Device} device
 * @param {boolean} checked
 * @param {Words} say
 * @param {Handlers} handlers
 */
function option(device, checked, say, handlers) {
  return h(
    "label",
    { key: device.id, class: "scanner" },
    h("input", { type: "radio", name: "scanner", value: device.id, checked, onchange: () => handlers.choose(device.id) }),
    label(device, say),
  );
}

/**
 * @param {Device} device
 * @param {Words} say
 */
function label(device, say) {
  const ready = readiness(device);
  const place = [device.location, device.site === "main" ? null : device.site].filter(Boolean).join(" · ");
  return h(
    "span",
    { class: "what" },
    h("span", null, h("span", { class: "id" }, device.id), " ", h("span", { class: "place" }, place)),
    " ",
    h("span", { class: `readiness ${ready}` }, say(`readiness.${ready}`)),
  );
}

/**
 * @param {string} value
 * @param {boolean} invalid
 * @param {Words} say
 * @param {Handlers} handlers
 */
function person(value, invalid, say, handlers) {
  return h(
    "div",
    { class: "field" },
    h("label", { for: "person" }, say("choose.person")),
    h("input", {
      id: "person",
      name: "person",
      type: "text",
      value,
      maxlength: 128,
      required: true,
      autocomplete: "off",
      autocapitalize: "words",
      spellcheck: "false",
      enterkeyhint: "go",
      "aria-invalid": invalid ? "true" : null,
      "aria-describedby": invalid ? "start-note" : "person-hint",
      oninput: (/** @type {InputEvent} */ event) => handlers.type(/** @type {HTMLInputElement} */ (event.target).value),
    }),
    h("p", { id: "person-hint", class: "hint" }, say("choose.hint")),
  );
}

/**
 * Said before the service would say it.
 *
 * @param {Device | undefined} device
 * @param {Words} say
 */
function warning(device, say) {
  if (device === undefined) return null;
  const ready = readiness(device);
  return ready === Readiness.READY ? null : say(`choose.${ready}`, { device: device.id });
}
