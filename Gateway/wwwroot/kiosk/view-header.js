/** The line at the top: whose page this is, and what can be switched on at any time. */
import { h } from "../shared/dom.js";

/**
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("../shared/language.js").Words} Words
 * @typedef {import("./view.js").Handlers} Handlers
 */

/** Drawn on 24 × 24. */
const ICONS = {
  help: ["M9.2 9.2a2.9 2.9 0 1 1 4.2 2.6c-.9.5-1.4 1-1.4 2", "M12 17.2v.1", "M12 3a9 9 0 1 1 0 18a9 9 0 1 1 0-18"],
  sounds: ["M4 9.5h3.5L12 5.5v13l-4.5-4H4z", "M15.5 9a4 4 0 0 1 0 6", "M18 6.5a7.5 7.5 0 0 1 0 11"],
  silent: ["M4 9.5h3.5L12 5.5v13l-4.5-4H4z", "M16 9.5l5 5", "M21 9.5l-5 5"],
  checkIns: ["M4 6.5h2", "M4 12h2", "M4 17.5h2", "M9.5 6.5h10.5", "M9.5 12h10.5", "M9.5 17.5h10.5"],
  signOut: ["M14 4H6v16h8", "M11 12h9", "M16.5 8.5L20 12l-3.5 3.5"],
};

/**
 * @param {Model} model
 * @param {Words} say
 * @param {Handlers} handlers
 */
export function header(model, say, handlers) {
  const { access, help, wishes, checkIns, canSignOut } = model;
  const isIn = access === "granted";
  const name = h("span", { class: "brand" }, h("span", { class: "mark", "aria-hidden": "true" }), say("app.name"));
  const answers = help.messages.slice(help.seen).filter(({ mine }) => !mine).length;
  const ask = () => (help.open ? handlers.help.leave() : handlers.help.open());
  return h(
    "header",
    { key: "header" },
    name,
    h(
      "nav",
      { "aria-label": say("app.tools") },
      isIn && help.possible && tool("help", answers > 0 ? say("help.answers", { count: answers }) : say("help.call"), help.open, ask, answers > 0),
      isIn && checkIns.known && tool("checkIns", say("checkIns.show"), wishes.checkIns, () => handlers.wish("checkIns", !wishes.checkIns)),
      tool(wishes.sounds ? "sounds" : "silent", say("app.sounds"), wishes.sounds, () => handlers.wish("sounds", !wishes.sounds)),
      canSignOut && tool("signOut", say("app.signOut"), null, () => handlers.signOut()),
    ),
  );
}

/**
 * @param {keyof typeof ICONS} icon
 * @param {string} label
 * @param {boolean | null} isPressed null: it is no switch
 * @param {() => void} onclick
 * @param {boolean} [isUrgent]
 */
function tool(icon, label, isPressed, onclick, isUrgent = false) {
  const key = icon === "silent" ? "sounds" : icon;
  const pressed = isPressed === null ? null : String(isPressed);
  return h(
    "button",
    { key, type: "button", class: `plain tool ${key}${isUrgent ? " urgent" : ""}`, title: label, "aria-pressed": pressed, onclick },
    h("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, ICONS[icon].map(d => h("path", { d }))),
    h("span", { class: "name" }, label),
  );
}
