/**
 * The view: a pure function from what the page knows to what is to be seen and said.
 *
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("../shared/language.js").Words} Words
 * @typedef {import("../shared/dom.js").Node} Node
 *
 * @typedef {object} Handlers
 * @property {(token: string) => void} signIn
 * @property {() => void} signOut
 * @property {(device: string) => void} choose
 * @property {(person: string) => void} type
 * @property {() => void} start
 * @property {() => void} cancel
 * @property {(keepPerson: boolean) => void} close
 * @typedef {import("../shared/screen.js").View} View
 */
import { isOver } from "../shared/enrollment.js";
import { h } from "../shared/dom.js";
import { clockTime } from "../shared/language.js";
import { chooseScreen } from "./view-choose.js";
import { endScreen, enrollScreen, loadingScreen, unknownScreen } from "./view-enroll.js";
import { signInScreen } from "./view-sign-in.js";

/**
 * What a screen is made of.
 *
 * @typedef {object} Screen
 * @property {string} name
 * @property {string} title
 * @property {string} spoken
 * @property {Node[]} body
 */

/**
 * @param {Model} model
 * @param {Words} say
 * @param {Handlers} handlers
 * @returns {View}
 */
export function view(model, say, handlers) {
  const screen = currentScreen(model, say, handlers);
  const notice = linkNotice(model, say);
  return {
    screen: screen.name,
    title: `${screen.title} · ${say("app.name")}`,
    spoken: notice ?? screen.spoken,
    tree: [header(model, say, handlers), h("main", { key: screen.name, class: `screen ${screen.name}` }, screen.body), banner(notice)],
  };
}

/**
 * @param {Model} model
 * @param {Words} say
 * @param {Handlers} handlers
 * @returns {Screen}
 */
function currentScreen(model, say, handlers) {
  if (model.access === "needed") return signInScreen(model, say, handlers);
  if (model.enrollment !== null) {
    const { known, missing } = model.enrollment;
    if (missing) return unknownScreen(say, handlers);
    if (known === null) return loadingScreen(say("enroll.loading"));
    return isOver(known) ? endScreen(known, say, handlers) : enrollScreen(model, say, handlers);
  }
  return model.devices.known ? chooseScreen(model, say, handlers) : loadingScreen(say("app.loading"));
}

/**
 * @param {Model} model
 * @param {Words} say
 * @param {Handlers} handlers
 */
function header(model, say, handlers) {
  const name = h("span", { class: "brand" }, h("span", { class: "mark", "aria-hidden": "true" }), say("app.name"));
  const signOut = h("button", { type: "button", class: "plain", onclick: () => handlers.signOut() }, say("app.signOut"));
  return h("header", { key: "header" }, name, model.canSignOut && signOut);
}

/**
 * @param {Model} model
 * @param {Words} say
 */
function linkNotice({ link, access }, say) {
  if (link.up || access === "needed") return null;
  return link.heardAt > 0 ? say("link.lost", { time: clockTime(link.heardAt) }) : say("link.never");
}

/** @param {string | null} notice */
function banner(notice) {
  // Its place in the layout is always there, so that nothing moves when it comes or goes.
  return h("footer", { key: "banner", class: "banner" }, notice !== null && h("p", null, h("span", { class: "pulse", "aria-hidden": "true" }), notice));
}
