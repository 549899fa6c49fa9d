/** What can be done to scanners and enrollments: each asks first and says what will happen. */
import { provisioning } from "./provisioning.js";
import { href } from "./route.js";

/**
 * @typedef {import("./console.js").Scene} Scene
 * @typedef {import("./dialog.js").Dialog} Dialog
 * @typedef {import("./scanners.js").Scanner} Scanner
 */

/** @param {string} id */
const path = id => `/api/devices/${encodeURIComponent(id)}`;

/**
 * @param {Scene} scene
 * @returns {Dialog}
 */
export function askAddScanner({ say, act }) {
  return {
    title: say("scanner.add"),
    text: say("scanner.addText"),
    fields: [
      { name: "id", label: say("scanner.id"), hint: say("scanner.idHint") },
      { name: "location", label: say("scanner.location"), hint: say("scanner.locationHint"), optional: true },
      { name: "site", label: say("scanner.site"), hint: say("scanner.siteHint"), value: "main" },
    ],
    confirm: say("scanner.addDo"),
    run: ({ id = "", site = "", location = "" }) =>
      act.send("POST", "/api/devices", { id: id.trim(), site: site.trim(), ...(location.trim() === "" ? {} : { location: location.trim() }) }),
    done: ({ id, secret, broker }) => provisioning(say, id, secret, broker),
  };
}

/**
 * @param {Scene} scene
 * @param {string} id
 * @returns {Dialog}
 */
export function askRotate({ say, act }, id) {
  return {
    title: say("scanner.rotateTitle", { id }),
    text: say("scanner.rotateText"),
    confirm: say("scanner.rotate"),
    run: () => act.send("POST", `${path(id)}/secret`, {}),
    done: ({ secret, broker }) => provisioning(say, id, secret, broker),
  };
}

/**
 * @param {Scene} scene
 * @param {string} id
 * @returns {Dialog}
 */
export function askRestart({ say, act }, id) {
  return {
    title: say("scanner.restartTitle", { id }),
    text: say("scanner.restartText"),
    confirm: say("scanner.restart"),
    run: () => act.send("POST", `${path(id)}/commands`, { do: "restart" }),
    done: () => say("scanner.restarted", { id }),
  };
}

/**
 * What needs no thought: it is asked at once.
 *
 * @param {Scene} scene
 * @param {string} id
 * @param {"ping" | "locate"} what
 */
export async function ask({ say, act }, id, what) {
  const answer = await act.send("POST", `${path(id)}/commands`, { do: what });
  if (answer.ok) act.tell(say(`scanner.${what}Sent`, { id }));
  else act.tell(say("scanner.pingFailed", { id }), true);
}

/**
 * @param {Scene} scene
 * @param {Scanner} scanner
 * @returns {Dialog}
 */
export function askRename({ say, act }, { id, location = "" }) {
  return {
    title: say("scanner.renameTitle", { id }),
    text: say("scanner.renameText"),
    fields: [{ name: "location", label: say("scanner.location"), hint: say("scanner.locationHint"), value: location }],
    confirm: say("dialog.save"),
    run: ({ location: wanted = "" }) => act.send("PATCH", path(id), { location: wanted.trim() }),
    done: () => say("dialog.saved"),
  };
}

/**
 * @param {Scene} scene
 * @param {Scanner} scanner
 * @param {string | undefined} running who is being enrolled there
 * @returns {Dialog}
 */
export function askDeleteScanner({ say, act }, { id, stored = 0 }, running) {
  return {
    title: say("scanner.deleteTitle", { id }),
    text: [say("scanner.deleteText", { count: stored }), ...(running === undefined ? [] : [say("scanner.deleteRunning", { person: running })])],
    confirm: say("scanner.delete"),
    danger: true,
    run: () => act.send("DELETE", path(id)),
    done: () => {
      act.go(href("scanners"));
      return say("scanner.deleted", { id });
    },
  };
}

/**
 * @param {Scene} scene
 * @param {Scanner} scanner
 * @param {{ slot: number, person: string }} finger
 * @returns {Dialog}
 */
export function askDeleteFinger({ say, act }, { id, online }, { slot, person }) {
  return {
    title: say("finger.deleteTitle", { person, id }),
    text: [say("finger.deleteText", { slot, person }), say(online ? "finger.deleteNow" : "finger.deleteLater")],
    confirm: say("finger.delete"),
    danger: true,
    run: () => act.send("POST", `${path(id)}/commands`, { do: "delete", slot }),
    done: () => say("finger.asked", { id }),
  };
}

/**
 * @param {Scene} scene
 * @param {Scanner} scanner
 * @returns {Dialog}
 */
export function askDirection({ say, act }, { id }) {
  return {
    title: say("scanner.directionTitle", { id }),
    text: say("scanner.directionText"),
    fields: [{ name: "direction", label: say("scanner.direction"), options: ["toggle", "in", "out"].map(way => [way, say(`direction.${way}`)]) }],
    confirm: say("dialog.save"),
    run: values => act.send("PUT", `${path(id)}/direction`, values),
    done: () => say("dialog.saved"),
  };
}

/**
 * @param {Scene} scene
 * @param {{ device?: string, person?: string, scans?: number }} [wish]
 * @returns {Dialog}
 */
export function askEnroll({ model, say, act }, { device, person = "", scans = 3 } = {}) {
  const online = model.scanners.items.filter(scanner => scanner.online === true);
  const title = say("enrollments.start");
  if (online.length === 0) return { title, text: say("enrollments.noneOnline") };
  return {
    title,
    text: say("enrollments.startText"),
    fields: [
      {
        name: "device",
        label: say("enrollment.device"),
        options: online.map(({ id, location }) => [id, location === undefined ? id : `${id} · ${location}`]),
        ...(device === undefined ? {} : { value: device }),
      },
      { name: "person", label: say("enrollment.person"), value: person },
      { name: "scans", label: say("enrollment.scans"), type: "number", value: String(scans) },
    ],
    confirm: say("enrollments.startDo"),
    run: values =>
      act.send("POST", "/api/enrollments", {
        device: values["device"],
        person: values["person"]?.trim(),
        scans: Number(values["scans"]),
        start: "now",
      }),
    done: ({ id }) => {
      act.go(href("enrollments", id));
      return say("enrollments.started");
    },
  };
}

/**
 * @param {Scene} scene
 * @param {{ id: string, person: string, device: string }} enrollment
 * @returns {Dialog}
 */
export function askCancel({ say, act }, { id, person, device }) {
  return {
    title: say("enrollment.cancelTitle", { person }),
    text: say("enrollment.cancelText", { device }),
    confirm: say("enrollment.cancel"),
    danger: true,
    run: () => act.send("DELETE", `/api/enrollments/${encodeURIComponent(id)}`),
    done: () => say("enrollment.cancelled"),
  };
}
