/** Dialogs that several pages ask with. */
import { h } from "../shared/dom.js";
import { rowButton } from "./lists.js";

/**
 * @typedef {import("./console.js").Scene} Scene
 * @typedef {import("./dialog.js").Dialog} Dialog
 */

/**
 * A row's button that asks, and then removes what the row is about.
 *
 * @param {Scene} scene
 * @param {string} name
 * @param {string} path
 * @param {string} text what goes with it
 */
export function removal(scene, name, path, text) {
  const { say, act } = scene;
  return rowButton(say("access.remove"), say("access.removeOf", { name }), () => act.open(askRemove(scene, name, path, text)), "danger");
}

/** @param {Scene} scene @param {string} name @param {string} path @param {string} text @returns {Dialog} */
function askRemove({ say, act }, name, path, text) {
  return {
    title: say("access.removeTitle", { name }),
    text,
    confirm: say("access.remove"),
    danger: true,
    run: () => act.send("DELETE", path),
    done: () => say("dialog.removed"),
  };
}

/**
 * @param {import("../shared/language.js").Words} say
 * @param {string} title
 * @param {string} text
 * @param {string} secret
 * @returns {Dialog}
 */
export function secretOnce(say, title, text, secret) {
  return {
    title,
    text,
    body: () => h("p", null, h("span", { class: "hint" }, say("provision.secret")), " ", h("code", { class: "secret" }, secret)),
  };
}

/** @param {string} text with commas between */
export function wordsIn(text) {
  return text
    .split(",")
    .map(word => word.trim())
    .filter(word => word !== "");
}
