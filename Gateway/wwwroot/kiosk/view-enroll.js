/** The screens of one enrollment, from waking the scanner to its end. */
import { readiness, Readiness } from "../shared/devices.js";
import { h } from "../shared/dom.js";
import { fingerprint } from "./fingerprint.js";
import { problemText } from "../shared/problems.js";
import { nameOf } from "./model.js";
import { Stay } from "./patience.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("../shared/language.js").Words} Words
 * @typedef {import("./view.js").Handlers} Handlers
 * @typedef {import("./view.js").Screen} Screen
 * @typedef {import("../shared/enrollment.js").Enrollment} Enrollment
 */

/**
 * @param {string} what
 * @returns {Screen}
 */
export function loadingScreen(what) {
  return {
    name: "loading",
    title: what,
    spoken: "",
    body: [h("div", { class: "picture" }, fingerprint({ percent: 0, mood: "quiet" })), h("h1", { class: "late" }, what)],
  };
}

/**
 * @param {Model} model
 * @param {Words} say
 * @param {Handlers} handlers
 * @returns {Screen}
 */
export function enrollScreen(model, say, handlers) {
  const { known, unanswered, cancelling, problem } = /** @type {import("./model.js").Following} */ (model.enrollment);
  const enrollment = /** @type {Enrollment} */ (known);
  const { scans, step, percent, device } = enrollment;
  const person = nameOf(model, enrollment.person);
  const trouble = scannerTrouble(model, device);
  const { mood, title, hint } = trouble === null ? instruction(enrollment, unanswered, say) : troubled(trouble, device, say);
  const stepText = say("enroll.step", { step: Math.max(step, 1), scans });
  const refusal = problem === null ? null : problemText(problem, say, "enroll", device);
  return {
    name: "enroll",
    title: `${say("enroll.percent", { percent })} · ${person}`,
    spoken: [step > 0 && stepText, title, refusal ?? hint].filter(Boolean).join(" · "),
    body: [
      progressBar(enrollment, mood, say),
      h(
        "div",
        { class: "guide" },
        h("p", { class: "who" }, say("enroll.who"), " ", h("strong", null, person)),
        h("h1", { tabindex: -1 }, title),
        h("p", { class: refusal === null && trouble === null ? "lead" : "lead trouble" }, refusal ?? hint),
        steps(enrollment, stepText),
        !model.onlySees &&
          h("button", { type: "button", disabled: cancelling, onclick: () => handlers.cancel() }, say(cancelling ? "enroll.cancelling" : "enroll.cancel")),
      ),
    ],
  };
}

/**
 * @param {Enrollment} enrollment
 * @param {Parameters<typeof fingerprint>[0]["mood"]} mood
 * @param {Words} say
 */
function progressBar({ percent, captured, scans }, mood, say) {
  return h(
    "div",
    { key: "picture", class: "picture" },
    h(
      "div",
      {
        role: "progressbar",
        "aria-label": say("enroll.progress"),
        "aria-valuemin": 0,
        "aria-valuemax": 100,
        "aria-valuenow": percent,
        "aria-valuetext": say("enroll.captured", { percent, captured, scans }),
      },
      fingerprint({ percent, mood }),
      h("p", { class: "percent" }, say("enroll.percent", { percent })),
    ),
  );
}

/**
 * @param {Enrollment} enrollment
 * @param {boolean} unanswered
 * @param {Words} say
 * @returns {{ mood: Parameters<typeof fingerprint>[0]["mood"], title: string, hint: string }}
 */
function instruction({ state, device, captured, scans, reason }, unanswered, say) {
  if (state === "requested") {
    const words = unanswered || reason === "no_answer" ? "enroll.noAnswer" : "enroll.wake";
    return { mood: "busy", title: say(words, { device }), hint: say(`${words}Hint`) };
  }
  if (captured >= scans) return { mood: "busy", title: say("enroll.finishing"), hint: say("enroll.finishingHint") };
  if (reason !== undefined) {
    const known = say.has(`retry.${reason}`) ? `retry.${reason}` : "retry.other";
    return { mood: "retry", title: say("retry.title"), hint: say(known) };
  }
  const words = captured === 0 ? "enroll.place" : "enroll.again";
  return { mood: "waiting", title: say(words), hint: say(`${words}Hint`, { device }) };
}

/**
 * @param {Model} model
 * @param {string} id
 */
function scannerTrouble({ devices }, id) {
  const device = devices.items.find(item => item.id === id);
  const ready = device === undefined ? Readiness.READY : readiness(device);
  return ready === Readiness.READY ? null : ready;
}

/**
 * @param {string} trouble
 * @param {string} device
 * @param {Words} say
 * @returns {ReturnType<typeof instruction>}
 */
function troubled(trouble, device, say) {
  return { mood: "quiet", title: say(`enroll.${trouble}`, { device }), hint: say(`enroll.${trouble}Hint`, { device }) };
}

/**
 * @param {Enrollment} enrollment
 * @param {string} stepText
 */
function steps({ scans, captured, step }, stepText) {
  const dots = Array.from({ length: scans }, (_, index) => {
    const state = index < captured ? "taken" : index === step - 1 ? "awaited" : "";
    return h("span", { class: `dot ${state}` });
  });
  return h("p", { class: "steps" }, h("span", { class: "dots", "aria-hidden": "true" }, dots), stepText);
}

/**
 * @param {Model} model
 * @param {Enrollment} enrollment
 * @param {Words} say
 * @param {Handlers} handlers
 * @returns {Screen}
 */
export function endScreen(model, enrollment, say, handlers) {
  const { state, device } = enrollment;
  const person = nameOf(model, enrollment.person);
  const done = state === "succeeded";
  const title = done ? say("done.title", { person }) : say(`${state}.title`);
  const hint = done ? say("done.hint", { device }) : why(enrollment, model.enrollment?.cancelledHere === true, say);
  const buttons = done
    ? [h("button", { type: "button", class: "primary", onclick: () => handlers.close(false) }, say("done.next"))]
    : [
        !model.onlySees && h("button", { type: "button", class: "primary", onclick: () => handlers.close(true) }, say("end.retry")),
        h("button", { type: "button", onclick: () => handlers.close(false) }, say("end.new")),
      ];
  const body = [
    h("h1", { tabindex: -1, class: title.length > 48 ? "long" : null }, title),
    h("p", { class: "lead" }, hint),
    h("div", { class: "row" }, buttons),
    h("p", { class: "returning", vars: { "--stay": `${done ? Stay.DONE_MS : Stay.ENDED_MS}ms` } }, say("end.returning")),
  ];
  return {
    name: state,
    title,
    spoken: `${title} · ${hint}`,
    body: [progressBar(enrollment, done ? "done" : "ended", say), h("div", { class: "guide" }, body)],
  };
}

/**
 * @param {Enrollment} enrollment
 * @param {boolean} cancelledHere
 * @param {Words} say
 */
function why({ state, reason }, cancelledHere, say) {
  const own = `${state}.${reason}`;
  if (reason !== undefined && say.has(own)) return say(own);
  if (state === "cancelled" && !cancelledHere) return say("cancelled.elsewhere");
  if (state === "failed") return reason === undefined ? say("failed.unknown") : say("failed.other", { reason });
  return say(`${state}.hint`);
}

/**
 * @param {Words} say
 * @param {Handlers} handlers
 * @returns {Screen}
 */
export function unknownScreen(say, handlers) {
  return {
    name: "unknown",
    title: say("unknown.title"),
    spoken: `${say("unknown.title")} · ${say("unknown.hint")}`,
    body: [
      h("div", { class: "picture" }, fingerprint({ percent: 0, mood: "ended" })),
      h(
        "div",
        { class: "guide" },
        h("h1", { tabindex: -1 }, say("unknown.title")),
        h("p", { class: "lead" }, say("unknown.hint")),
        h("div", { class: "row" }, h("button", { type: "button", class: "primary", onclick: () => handlers.close(false) }, say("end.new"))),
      ),
    ],
  };
}
