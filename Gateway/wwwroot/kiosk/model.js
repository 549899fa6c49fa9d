/**
 * What the page knows. `next` is the only way it changes, and is pure.
 *
 * @typedef {import("../shared/enrollment.js").Enrollment} Enrollment
 * @typedef {import("../shared/enrollment.js").EnrollmentEvent} EnrollmentEvent
 * @typedef {import("../shared/devices.js").Device} Device
 * @typedef {import("../shared/devices.js").DeviceEvent} DeviceEvent
 * @typedef {import("../shared/requests.js").Problem} Problem
 *
 * @typedef {object} Following an enrollment that the page follows
 * @property {string} id
 * @property {Enrollment | null} known null until its channel has answered
 * @property {number} cursor up to which event `known` is true
 * @property {boolean} unanswered the scanner has had its time to accept
 * @property {boolean} missing the service does not know it
 * @property {boolean} cancelling
 * @property {Problem | null} problem of the last thing asked for
 *
 * @typedef {object} Model
 * @property {"unknown" | "needed" | "granted"} access
 * @property {{ busy: boolean, problem: Problem | null }} signIn
 * @property {boolean} canSignOut
 * @property {{ up: boolean, heardAt: number }} link what is shown is true as of `heardAt` (0: nothing came yet)
 * @property {{ known: boolean, items: Device[], cursor: number }} devices
 * @property {string | null} pinned the scanner this page belongs to
 * @property {string | null} chosen
 * @property {string} person
 * @property {{ busy: boolean, problem: Problem | null }} start
 * @property {Following | null} enrollment
 *
 * @typedef {{ type: "signInNeeded" } | { type: "signInSent" } | { type: "signedIn" } | { type: "signedOut" }
 *   | { type: "signInFailed", problem: Problem }
 *   | { type: "linkUp" } | { type: "linkDown", heardAt: number }
 *   | { type: "devices", items: Device[], cursor: number } | { type: "moreDevices", items: Device[] }
 *   | { type: "device", event: DeviceEvent, cursor: number }
 *   | { type: "chose", device: string } | { type: "typed", person: string }
 *   | { type: "startSent" } | { type: "startFailed", problem: Problem }
 *   | { type: "opened", id: string } | { type: "state", state: Enrollment, cursor: number }
 *   | { type: "event", event: EnrollmentEvent, cursor: number } | { type: "unanswered" } | { type: "missing" }
 *   | { type: "cancelSent" } | { type: "cancelFailed", problem: Problem } | { type: "cancelAnswered" }
 *   | { type: "closed", keepPerson: boolean }} Action
 */
import { foldDevices, sorted } from "../shared/devices.js";
import { fold } from "../shared/enrollment.js";

/**
 * @param {{ pinned?: string | null, canSignOut?: boolean }} [page]
 * @returns {Model}
 */
export function start({ pinned = null, canSignOut = false } = {}) {
  return {
    access: "unknown",
    signIn: { busy: false, problem: null },
    canSignOut,
    link: { up: true, heardAt: 0 },
    devices: { known: false, items: [], cursor: 0 },
    pinned,
    chosen: pinned,
    person: "",
    start: { busy: false, problem: null },
    enrollment: null,
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
      return { ...model, access: "needed", canSignOut: false };
    case "signInSent":
      return { ...model, signIn: { busy: true, problem: null } };
    case "signInFailed":
      return { ...model, signIn: { busy: false, problem: action.problem } };
    case "signedIn":
      return { ...model, signIn: { busy: false, problem: null }, canSignOut: true };
    case "signedOut":
      return { ...start({ pinned: model.pinned }), access: "needed" };
    case "linkUp":
      return { ...model, access: "granted", signIn: { busy: false, problem: null }, link: { ...model.link, up: true } };
    case "linkDown":
      return { ...model, link: { up: false, heardAt: action.heardAt } };
    case "devices":
    case "moreDevices":
    case "device":
      return withOnlyScannerChosen({ ...model, devices: devices(model.devices, action) });
    case "chose":
      return { ...model, chosen: action.device, start: { busy: false, problem: null } };
    case "typed":
      return { ...model, person: action.person, start: { busy: false, problem: null } };
    case "startSent":
      return { ...model, start: { busy: true, problem: null } };
    case "startFailed":
      return { ...model, start: { busy: false, problem: action.problem } };
    case "state":
      // The next one is likely to be at the same scanner, also when this page was opened in the middle of this one.
      return withEnrollment({ ...model, chosen: model.pinned ?? action.state.device }, action);
    case "opened":
      return { ...model, start: { busy: false, problem: null }, enrollment: following(action.id) };
    case "closed":
      return { ...model, enrollment: null, person: action.keepPerson ? (model.enrollment?.known?.person ?? "") : "" };
    default:
      return withEnrollment(model, action);
  }
}

/**
 * @param {Model} model
 * @param {Action} action
 * @returns {Model}
 */
function withEnrollment(model, action) {
  return model.enrollment === null ? model : { ...model, enrollment: enrollment(model.enrollment, action) };
}

/**
 * @param {Model["devices"]} before
 * @param {Extract<Action, { type: "devices" | "moreDevices" | "device" }>} action
 * @returns {Model["devices"]}
 */
function devices(before, action) {
  switch (action.type) {
    case "devices":
      return { known: true, items: sorted(action.items), cursor: action.cursor };
    case "moreDevices": {
      // A page of the list may be older than an event that came meanwhile: what is known already wins.
      const known = new Set(before.items.map(device => device.id));
      return { ...before, items: sorted([...before.items, ...action.items.filter(device => !known.has(device.id))]) };
    }
    case "device":
      return { ...before, items: foldDevices(before.items, action.event), cursor: action.cursor };
  }
}

/** @param {Model} model */
function withOnlyScannerChosen(model) {
  const [only, ...others] = model.devices.items;
  return model.chosen === null && only !== undefined && others.length === 0 ? { ...model, chosen: only.id } : model;
}

/**
 * @param {string} id
 * @returns {Following}
 */
function following(id) {
  return { id, known: null, cursor: 0, unanswered: false, missing: false, cancelling: false, problem: null };
}

/**
 * @param {Following} before
 * @param {Action} action
 * @returns {Following}
 */
function enrollment(before, action) {
  switch (action.type) {
    case "state":
      return { ...before, known: action.state, cursor: action.cursor, unanswered: false, missing: false };
    case "event":
      if (before.known === null) return before;
      return { ...before, known: fold(before.known, action.event), cursor: action.cursor, unanswered: false };
    case "unanswered":
      return { ...before, unanswered: true };
    case "missing":
      return { ...before, missing: true };
    case "cancelSent":
      return { ...before, cancelling: true, problem: null };
    case "cancelAnswered":
      return { ...before, cancelling: false };
    case "cancelFailed":
      return { ...before, cancelling: false, problem: action.problem };
    default:
      return before;
  }
}
