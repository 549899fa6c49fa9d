/**
 * What the page knows. `next` is the only way it changes, and is pure.
 *
 * @typedef {import("../shared/enrollment.js").Enrollment} Enrollment
 * @typedef {import("../shared/enrollment.js").EnrollmentEvent} EnrollmentEvent
 * @typedef {import("../shared/devices.js").Device} Device
 * @typedef {import("../shared/devices.js").DeviceEvent} DeviceEvent
 * @typedef {import("../shared/requests.js").Problem} Problem
 * @typedef {import("./following.js").Following} Following
 *
 * @typedef {object} Model
 * @property {"unknown" | "needed" | "granted"} access
 * @property {{ busy: boolean, problem: Problem | null }} signIn
 * @property {string | null} pairing the code that an operator may confirm
 * @property {boolean} canSignOut
 * @property {{ up: boolean, heardAt: number }} link what is shown is true as of `heardAt` (0: nothing came yet)
 * @property {{ known: boolean, items: Device[], cursor: number }} devices
 * @property {string | null} pinned the scanner this page belongs to
 * @property {string | null} chosen
 * @property {string} person as typed
 * @property {boolean} writing the name's field has the focus
 * @property {import("./people.js").People} people
 * @property {{ busy: boolean, problem: Problem | null, holder: Enrollment | null, freed: boolean }} start `holder`: the enrollment that is in the way
 * @property {Following | null} enrollment
 * @property {boolean} onlySees whoever is signed in may start and cancel nothing
 * @property {boolean} idle nobody has touched the page for a while
 * @property {import("./checkins.js").CheckIns} checkIns
 * @property {import("./help.js").Help} help
 * @property {{ sounds: boolean, checkIns: boolean }} wishes remembered for this browser
 *
 * @typedef {{ type: "signInNeeded" } | { type: "signInSent" } | { type: "signedIn" } | { type: "signedOut" }
 *   | { type: "signInFailed", problem: Problem } | { type: "pairing", code: string | null } | { type: "pinned", scanner: string }
 *   | { type: "maySee", only: boolean }
 *   | { type: "linkUp" } | { type: "linkDown", heardAt: number }
 *   | { type: "devices", items: Device[], cursor: number } | { type: "moreDevices", items: Device[] }
 *   | { type: "device", event: DeviceEvent, cursor: number }
 *   | { type: "chose", device: string } | { type: "writing", on: boolean } | { type: "typed", person: string }
 *   | { type: "picked", person: import("./people.js").Person }
 *   | { type: "people", items: import("./people.js").Person[] } | { type: "named", id: string, name: string }
 *   | { type: "startSent" } | { type: "startFailed", problem: Problem } | { type: "holder", known: Enrollment }
 *   | { type: "freed" } | { type: "dismissed" } | { type: "idle" } | { type: "touched" }
 *   | { type: "wish", name: "sounds" | "checkIns", on: boolean }
 *   | import("./following.js").FollowingAction | Parameters<typeof foldCheckIns>[1] | import("./help.js").HelpAction
 *   | { type: "closed", keepPerson: boolean }} Action
 */
import { foldDevices, readiness, Readiness, sorted } from "../shared/devices.js";
import { foldCheckIns, noCheckIns } from "./checkins.js";
import { follow, following } from "./following.js";
import { foldHelp, noHelp } from "./help.js";
import { namesOf, noPeople } from "./people.js";

const NOT_STARTED = Object.freeze({ busy: false, problem: null, holder: null, freed: false });

/** What keeps from starting only as long as the scanner is in that state. */
const PASSING = new Set(["device_offline", "sensor_fault"]);

/**
 * @param {{ pinned?: string | null, chosen?: string | null, canSignOut?: boolean, names?: Record<string, string>, wishes?: Model["wishes"] }} [page]
 * @returns {Model}
 */
export function start({ pinned = null, chosen = null, canSignOut = false, names = {}, wishes = { sounds: false, checkIns: false } } = {}) {
  return {
    access: "unknown",
    signIn: { busy: false, problem: null },
    pairing: null,
    canSignOut,
    link: { up: true, heardAt: 0 },
    devices: { known: false, items: [], cursor: 0 },
    pinned,
    chosen: pinned ?? chosen,
    person: "",
    writing: false,
    people: { ...noPeople, names },
    start: NOT_STARTED,
    enrollment: null,
    onlySees: false,
    idle: false,
    checkIns: noCheckIns,
    help: noHelp,
    wishes,
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
      return withEnrollment({ ...model, access: "needed", canSignOut: false, onlySees: false, start: NOT_STARTED }, action);
    case "signInSent":
      return { ...model, signIn: { busy: true, problem: null } };
    case "signInFailed":
      return { ...model, signIn: { busy: false, problem: action.problem } };
    case "signedIn":
      return { ...model, signIn: { busy: false, problem: null }, canSignOut: true };
    case "signedOut":
      return { ...start({ pinned: model.pinned, wishes: model.wishes }), access: "needed" };
    case "pairing":
      return { ...model, pairing: action.code };
    case "pinned":
      return { ...model, pinned: action.scanner, chosen: action.scanner };
    case "linkUp":
      return { ...model, access: "granted", pairing: null, signIn: { busy: false, problem: null }, link: { ...model.link, up: true } };
    case "linkDown":
      return { ...model, link: { up: false, heardAt: action.heardAt } };
    case "devices":
    case "moreDevices":
    case "device":
      return withPassedProblem(withChoice({ ...model, devices: devices(model.devices, action) }));
    case "maySee":
      return { ...model, onlySees: action.only };
    case "idle":
      return { ...model, idle: true, person: "", writing: false, people: { ...model.people, picked: null }, start: NOT_STARTED };
    case "touched":
      return model.idle ? { ...model, idle: false, checkIns: foldCheckIns(model.checkIns, { type: "greeted" }) } : model;
    case "wish":
      return { ...model, wishes: { ...model.wishes, [action.name]: action.on } };
    case "checkIns":
    case "checkIn":
    case "greeted":
      return { ...model, checkIns: foldCheckIns(model.checkIns, action) };
    case "state":
      // The next one is likely to be at the same scanner, also when this page was opened in the middle of this one.
      return withEnrollment({ ...model, chosen: model.pinned ?? action.state.device }, action);
    case "opened":
      return { ...model, start: NOT_STARTED, idle: false, writing: false, enrollment: following(action.id, action.cancelledHere) };
    case "closed": {
      const person = model.enrollment?.known?.person ?? "";
      const kept = action.keepPerson ? { person: model.people.names[person] ?? person, picked: person || null } : { person: "", picked: null };
      return { ...model, enrollment: null, person: kept.person, people: { ...model.people, picked: kept.picked } };
    }
    default:
      if (action.type.startsWith("help")) return { ...model, help: foldHelp(model.help, /** @type {import("./help.js").HelpAction} */ (action)) };
      return withEnrollment({ ...model, ...choice(model, action) }, action);
  }
}

/**
 * What somebody does before the start.
 *
 * @param {Model} model
 * @param {Action} action
 * @returns {Partial<Model>}
 */
function choice({ people, start, checkIns }, action) {
  switch (action.type) {
    case "chose":
      return { chosen: action.device, start: NOT_STARTED };
    case "writing":
      // Who leaves the field goes to a button beside it: no greeting may take its place now.
      return { writing: action.on, checkIns: foldCheckIns(checkIns, { type: "greeted" }) };
    case "typed":
      return { person: action.person, people: { ...people, picked: null }, start: NOT_STARTED };
    case "picked":
      return { person: action.person.name || action.person.id, people: { ...people, picked: action.person.id }, start: NOT_STARTED };
    case "people":
      return { people: { ...people, known: true, items: action.items, names: { ...people.names, ...namesOf(action.items) } } };
    case "named":
      return { people: { ...people, names: { ...people.names, [action.id]: action.name } } };
    case "startSent":
      return { start: { ...NOT_STARTED, busy: true } };
    case "startFailed":
      return { start: { ...NOT_STARTED, problem: action.problem.code === "unauthenticated" ? null : action.problem } };
    case "holder":
      return { start: { ...start, holder: action.known } };
    case "freed":
      return { start: { ...NOT_STARTED, freed: true } };
    case "dismissed":
      return { start: NOT_STARTED };
    default:
      return {};
  }
}

/**
 * @param {Model} model
 * @param {Action} action
 * @returns {Model}
 */
function withEnrollment(model, action) {
  return model.enrollment === null ? model : { ...model, enrollment: follow(model.enrollment, action) };
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

/** The only scanner is chosen already. @param {Model} model */
function withChoice(model) {
  const { pinned, devices: { items: [only, ...others] } } = model;
  return pinned === null && only !== undefined && others.length === 0 ? { ...model, chosen: only.id } : model;
}

/** @param {Model} model */
function withPassedProblem(model) {
  const device = chosenDevice(model);
  const isOver = PASSING.has(model.start.problem?.code ?? "") && device !== undefined && readiness(device) === Readiness.READY;
  return isOver ? { ...model, start: NOT_STARTED } : model;
}

/** @param {Model} model */
export function chosenDevice({ devices: { items }, chosen }) {
  return items.find(({ id }) => id === chosen);
}

/**
 * @param {Pick<Model, "people">} model
 * @param {string} id
 */
export function nameOf({ people }, id) {
  return people.names[id] ?? id;
}
