/** The first screen: which scanner, where there are several; who; start. */
import { readiness, Readiness } from "../shared/devices.js";
import { h } from "../shared/dom.js";
import { problemText } from "../shared/problems.js";
import { chosenDevice } from "./model.js";

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
  const { pinned, devices } = model;
  const { problem, freed } = model.start;
  const error = problem === null ? null : problemText(problem, say, "choose", model.chosen ?? "");
  const device = chosenDevice(model);
  const isOne = pinned !== null || devices.items.length === 1;
  const news = error ?? (freed ? say("choose.freed", { device: model.chosen ?? "" }) : null);
  return {
    name: isOne ? "choose one" : "choose",
    title: say("choose.title"),
    spoken: news ?? found(model, say) ?? "",
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
        h("div", { class: "part scanners" }, isOne && device !== undefined ? theScanner(device, say) : scanners(model, say, handlers)),
        h(
          "div",
          { class: "part who" },
          ...(model.onlySees
            ? onlySees(say)
            : [...person(model, news ?? note(device, say), error !== null, say, handlers), people(model, say, handlers)]),
        ),
      ),
    ],
  };
}

/**
 * @param {Device} device
 * @param {Words} say
 */
function theScanner(device, say) {
  return [h("h2", { class: "unseen" }, say("choose.scanner")), h("p", { class: "the-scanner" }, label(device, say))];
}

/**
 * @param {Model} model
 * @param {Words} say
 * @param {Handlers} handlers
 */
function scanners({ devices, chosen }, say, handlers) {
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
 * @param {Model} model
 * @param {string | null} note
 * @param {boolean} isError
 * @param {Words} say
 * @param {Handlers} handlers
 */
function person({ person, people, start: { busy, problem } }, note, isError, say, handlers) {
  const isInvalid = problem?.code === "noPerson" || problem?.field === "person";
  const field = h("input", {
    id: "person",
    name: "person",
    type: "text",
    value: person,
    maxlength: 128,
    required: true,
    placeholder: say(people.known ? "choose.searchOrNew" : "choose.new"),
    autocomplete: "off",
    autocapitalize: "words",
    spellcheck: "false",
    enterkeyhint: "go",
    "aria-invalid": isInvalid ? "true" : null,
    "aria-describedby": "start-note",
    onfocus: () => handlers.writing(true),
    onblur: () => handlers.writing(false),
    oninput: (/** @type {InputEvent} */ event) => handlers.type(/** @type {HTMLInputElement} */ (event.target).value),
  });
  return [
    h("label", { for: "person" }, say("choose.person")),
    h("div", { class: "field" }, field, h("button", { type: "submit", class: "primary", disabled: busy }, say(busy ? "choose.starting" : "choose.start"))),
    h("p", { id: "start-note", class: isError ? "error" : "note" }, note ?? say("choose.hint")),
  ];
}

/** Instead of what the service would refuse: who may. @param {Words} say */
function onlySees(say) {
  return [h("h2", null, say("viewer.title")), h("p", { class: "note" }, say("viewer.who"))];
}

/**
 * Those whom the search found: tapping one fills the field.
 *
 * @param {Model} model
 * @param {Words} say
 * @param {Handlers} handlers
 */
function people({ people: { known, items, picked }, person }, say, handlers) {
  if (!known) return null;
  if (items.length === 0) return person.trim() !== "" && h("p", { class: "nobody" }, say("people.new", { person: person.trim() }));
  return h(
    "ul",
    { class: "people", "aria-label": say("people.list") },
    items.map(found =>
      h(
        "li",
        { key: found.id },
        h(
          "button",
          { type: "button", class: "person", "aria-pressed": String(found.id === picked), onclick: () => handlers.pick(found) },
          h("span", { class: "initials", "aria-hidden": "true" }, initials(found.name || found.id)),
          h("span", { class: "name" }, found.name || found.id, found.name && found.name !== found.id ? h("small", null, found.id) : null),
          found.registered === true && h("span", { class: "has-finger", title: say("people.registered") }, h("span", { class: "unseen" }, say("people.registered"))),
        ),
      ),
    ),
  );
}

/** @param {string} name */
export function initials(name) {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map(word => Array.from(word ?? "")[0] ?? "").join("").toUpperCase();
}

/**
 * @param {Model} model
 * @param {Words} say
 */
function found({ people: { known, items, picked }, person }, say) {
  if (!known || picked !== null || person.trim() === "") return null;
  return items.length === 0 ? say("people.new", { person: person.trim() }) : say("people.found", { count: items.length });
}

/**
 * Said before the service would say it.
 *
 * @param {Device | undefined} device
 * @param {Words} say
 */
function note(device, say) {
  if (device === undefined) return null;
  const ready = readiness(device);
  if (ready !== Readiness.READY) return say(`choose.${ready}`, { device: device.id });
  const { stored, known } = device;
  return stored === undefined || known === undefined || stored === known ? null : say("choose.mismatch", { device: device.id, stored, known });
}
