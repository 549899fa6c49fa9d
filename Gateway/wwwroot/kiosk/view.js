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
 * @property {(on: boolean) => void} writing the name, or about to
 * @property {(person: string) => void} type
 * @property {(person: import("./people.js").Person) => void} pick
 * @property {() => void} start
 * @property {() => void} cancel
 * @property {(keepPerson: boolean) => void} close
 * @property {() => void} dismiss
 * @property {() => void} greeted
 * @property {(name: "sounds" | "checkIns", on: boolean) => void} wish
 * @property {{ open: () => void, leave: () => void, end: () => void, type: (text: string) => void, say: (text: string) => void }} help
 *
 * @typedef {import("../shared/screen.js").View} View
 */
import { isOver } from "../shared/enrollment.js";
import { h } from "../shared/dom.js";
import { clockTime } from "../shared/language.js";
import { obstacle, obstacleScreen } from "./view-obstacle.js";
import { chooseScreen } from "./view-choose.js";
import { endScreen, enrollScreen, loadingScreen, unknownScreen } from "./view-enroll.js";
import { header } from "./view-header.js";
import { helpScreen } from "./view-help.js";
import { greetingScreen, greetingText, idleScreen } from "./view-idle.js";
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
  const passing = notice ?? passingNotice(model, screen, say);
  const isStale = notice !== null ? " stale" : "";
  // What follows the first word only dresses the screen.
  const [key = ""] = screen.name.split(" ");
  return {
    screen: key,
    title: `${screen.title} · ${say("app.name")}`,
    spoken: passing ?? screen.spoken,
    tree: [
      header(model, say, handlers),
      h("main", { key, class: `screen ${screen.name}${isStale}` }, screen.body),
      banner(passing, notice !== null),
    ],
  };
}

/**
 * @param {Model} model
 * @param {Words} say
 * @param {Handlers} handlers
 * @returns {Screen}
 */
function currentScreen(model, say, handlers) {
  const { access, enrollment, help, devices, writing, checkIns: { greeting } } = model;
  if (access === "needed") return signInScreen(model, say, handlers);
  if (help.open) return helpScreen(model, say, handlers);
  if (enrollment !== null) return enrollmentScreen(model, say, handlers);
  if (!devices.known) return loadingScreen(say("app.loading"));
  if (greeting !== null && !writing && model.person === "" && !model.start.busy) return greetingScreen(model, greeting, say, handlers);
  const inTheWay = obstacle(model);
  if (inTheWay !== null) return obstacleScreen(inTheWay, model, say, handlers);
  return model.idle ? idleScreen(model, say) : chooseScreen(model, say, handlers);
}

/**
 * @param {Model} model
 * @param {Words} say
 * @param {Handlers} handlers
 */
function enrollmentScreen(model, say, handlers) {
  const { known, missing } = /** @type {import("./following.js").Following} */ (model.enrollment);
  if (missing) return unknownScreen(say, handlers);
  if (known === null) return loadingScreen(say("enroll.loading"));
  return isOver(known) ? endScreen(model, known, say, handlers) : enrollScreen(model, say, handlers);
}

/**
 * @param {Model} model
 * @param {Words} say
 */
function linkNotice({ link, access }, say) {
  if (link.up || access === "needed") return null;
  return link.heardAt > 0 ? say("link.lost", { time: clockTime(link.heardAt) }) : say("link.never");
}

/**
 * What is worth a line at the bottom while something else has the screen.
 *
 * @param {Model} model
 * @param {Screen} screen
 * @param {Words} say
 */
function passingNotice(model, screen, say) {
  const { checkIns: { greeting } } = model;
  if (model.access === "needed" || greeting === null || screen.name === "greeting") return null;
  return greetingText(model, greeting, say).title;
}

/**
 * @param {string | null} notice
 * @param {boolean} isWarning
 */
function banner(notice, isWarning) {
  // Its place in the layout is always there, so that nothing moves when it comes or goes.
  const pulse = isWarning && h("span", { class: "pulse", "aria-hidden": "true" });
  return h("footer", { key: "banner", class: "banner" }, notice !== null && h("p", { class: isWarning ? "warning" : null }, pulse, notice));
}
