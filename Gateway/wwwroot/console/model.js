/**
 * What the console knows. `next` is the only way it changes, and is pure.
 *
 * @typedef {import("../shared/enrollment.js").Enrollment} Enrollment
 * @typedef {import("../shared/requests.js").Problem} Problem
 * @typedef {import("./route.js").Route} Route
 * @typedef {import("./dialog.js").Dialog} Dialog
 * @typedef {import("./scanners.js").Scanner} Scanner
 * @typedef {import("../channel-client/channel.js").ChannelEvent} ChannelEvent
 *
 * @typedef {{ kind: string, name: string, role?: string }} Me
 * @typedef {object} Load an answer that a page stands on
 * @property {string} path
 * @property {any} value the last good one
 * @property {number} at when that was; 0: never
 * @property {Problem | null} problem why there is no newer one
 *
 * @typedef {object} Model
 * @property {"unknown" | "needed" | "granted"} access
 * @property {{ busy: boolean, problem: Problem | null }} signIn
 * @property {Me | null} me
 * @property {{ up: boolean, heardAt: number }} link
 * @property {number} now
 * @property {Route} route
 * @property {{ known: boolean, refused: boolean, items: Scanner[] }} scanners
 * @property {{ known: boolean, refused: boolean, items: Map<string, Enrollment> }} enrollments
 * @property {ChannelEvent[]} activity newest first
 * @property {Record<string, Load>} loads
 * @property {Record<string, string>} draft what is typed into the page's own fields
 * @property {Dialog | null} dialog
 * @property {{ text: string, failed: boolean } | null} notice
 *
 * @typedef {{ type: "signInNeeded" } | { type: "signInSent" } | { type: "signedIn" } | { type: "signInFailed", problem: Problem }
 *   | { type: "linkUp" } | { type: "linkDown", heardAt: number } | { type: "me", me: Me } | { type: "tick", now: number }
 *   | { type: "went", route: Route }
 *   | { type: "scanners", items: Scanner[] } | { type: "moreScanners", items: Scanner[] }
 *   | { type: "enrollments", items: Enrollment[] } | { type: "moreEnrollments", items: Enrollment[] }
 *   | { type: "refused", feed: string } | { type: "event", event: ChannelEvent } | { type: "past", events: ChannelEvent[] }
 *   | { type: "loaded", name: string, path: string, value: any, at: number } | { type: "loadFailed", name: string, path: string, problem: Problem }
 *   | { type: "drafted", name: string, value: string } | { type: "dialog", dialog: Dialog | null } | { type: "dialogChanged", change: Partial<Dialog> }
 *   | { type: "notice", notice: { text: string, failed: boolean } | null }} Action
 */
import { fold } from "../shared/enrollment.js";
import { byId, foldScanners } from "./scanners.js";

const MOST_ACTIVITY = 200;

/**
 * @param {{ route: Route, now: number }} page
 * @returns {Model}
 */
export function start({ route, now }) {
  return {
    access: "unknown",
    signIn: { busy: false, problem: null },
    me: null,
    link: { up: true, heardAt: 0 },
    now,
    route,
    scanners: { known: false, refused: false, items: [] },
    enrollments: { known: false, refused: false, items: new Map() },
    activity: [],
    loads: {},
    draft: {},
    dialog: null,
    notice: null,
  };
}

/**
 * @param {Model} model
 * @param {Action} action
 * @returns {Model}
 */
export function next(model, action) {
  switch (action.type) {
    case "signInNeeded":
      return { ...start({ route: model.route, now: model.now }), access: "needed", signIn: { busy: false, problem: model.signIn.problem } };
    case "signInSent":
      return { ...model, signIn: { busy: true, problem: null } };
    case "signInFailed":
      return { ...model, signIn: { busy: false, problem: action.problem } };
    case "signedIn":
      return { ...model, signIn: { busy: false, problem: null } };
    case "linkUp":
      return { ...model, access: "granted", signIn: { busy: false, problem: null }, link: { ...model.link, up: true } };
    case "linkDown":
      return { ...model, link: { up: false, heardAt: action.heardAt } };
    case "me":
      return { ...model, me: action.me };
    case "tick":
      return { ...model, now: action.now };
    case "went":
      return { ...model, ...arrival(model, action.route), route: action.route };
    case "drafted":
      return { ...model, draft: { ...model.draft, [action.name]: action.value } };
    case "dialog":
      return { ...model, dialog: action.dialog };
    case "dialogChanged":
      return { ...model, dialog: model.dialog === null ? null : { ...model.dialog, ...action.change } };
    case "notice":
      return { ...model, notice: action.notice };
    case "loaded":
    case "loadFailed":
      return { ...model, loads: { ...model.loads, [action.name]: load(model.loads[action.name], action) } };
    default:
      return heard(model, action);
  }
}

/**
 * Another page begins with nothing; another part of the same list shows the old one until the new is there.
 *
 * @param {Model} model
 * @param {Route} route
 */
function arrival({ route: from, loads }, route) {
  return from.page === route.page && from.id === route.id ? { loads } : { loads: {}, draft: {}, dialog: null };
}

/**
 * @param {Load | undefined} before
 * @param {Extract<Action, { type: "loaded" | "loadFailed" }>} action
 * @returns {Load}
 */
function load(before, action) {
  if (action.type === "loaded") return { path: action.path, value: action.value, at: action.at, problem: null };
  const isSame = before?.path === action.path;
  return { path: action.path, value: isSame ? before.value : null, at: isSame ? before.at : 0, problem: action.problem };
}

/**
 * What came over the feeds.
 *
 * @param {Model} model
 * @param {Action} action
 * @returns {Model}
 */
function heard(model, action) {
  const { scanners, enrollments } = model;
  switch (action.type) {
    case "scanners":
      return { ...model, scanners: { known: true, refused: false, items: byId(action.items) } };
    case "moreScanners": {
      // A page of the list may be older than an event that came meanwhile: what is known already wins.
      const known = new Set(scanners.items.map(item => item.id));
      return { ...model, scanners: { ...scanners, items: byId([...scanners.items, ...action.items.filter(item => !known.has(item.id))]) } };
    }
    case "enrollments":
      return { ...model, enrollments: { known: true, refused: false, items: new Map(action.items.map(item => [item.id, item])) } };
    case "moreEnrollments": {
      const items = new Map([...action.items.map(item => /** @type {const} */ ([item.id, item])), ...enrollments.items]);
      return { ...model, enrollments: { ...enrollments, items } };
    }
    case "refused":
      if (action.feed === "devices") return { ...model, scanners: { ...scanners, refused: true } };
      return action.feed === "enrollments" ? { ...model, enrollments: { ...enrollments, refused: true } } : model;
    case "past":
      return { ...model, activity: merged(model.activity, action.events) };
    case "event":
      return withEvent({ ...model, activity: merged(model.activity, [action.event]) }, action.event);
    default:
      return model;
  }
}

/**
 * @param {Model} model
 * @param {ChannelEvent} event
 * @returns {Model}
 */
function withEvent(model, event) {
  const [kind, id = ""] = event.channel.split("/");
  if (kind === "devices") return { ...model, scanners: { ...model.scanners, items: foldScanners(model.scanners.items, event) } };
  if (kind !== "enrollments") return model;
  const before = model.enrollments.items.get(id);
  if (before === undefined && event.type !== "requested") return model;
  const items = new Map(model.enrollments.items);
  items.set(id, fold(before ?? /** @type {Enrollment} */ ({ id }), event));
  return { ...model, enrollments: { ...model.enrollments, items } };
}

/**
 * @param {ChannelEvent[]} known newest first
 * @param {ChannelEvent[]} more
 */
function merged(known, more) {
  const positions = new Set(known.map(event => event.position));
  const fresh = more.filter(event => !positions.has(event.position));
  return [...fresh, ...known].sort((a, b) => b.position - a.position).slice(0, MOST_ACTIVITY);
}
