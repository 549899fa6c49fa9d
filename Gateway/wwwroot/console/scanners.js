/**
 * The scanners with all that is known of them, kept true by their feed's events.
 *
 * @typedef {object} Scanner
 * @property {string} id
 * @property {string} [site]
 * @property {string} [location]
 * @property {boolean} [online]
 * @property {string} [sensor]
 * @property {string} [firmware]
 * @property {number} [capacity]
 * @property {number} [stored] as the sensor has it
 * @property {number} [known] as the service has it
 * @property {string} [at]
 */
import { isOver } from "../shared/enrollment.js";

/** @param {Scanner[]} items */
export function byId(items) {
  return [...items].sort((a, b) => a.id.localeCompare(b.id, undefined, { numeric: true }));
}

/**
 * @param {Scanner[]} before
 * @param {import("./model.js").ChannelEvent} event
 * @returns {Scanner[]}
 */
export function foldScanners(before, { channel, type, at, data }) {
  const id = channel.slice("devices/".length);
  const { source: _, fields = {}, ...told } = data ?? {};
  switch (type) {
    case "registered":
      return merged(before, { online: false, ...told, id, at });
    case "online":
      return merged(before, { ...told, ...fields, id, at, online: true });
    case "offline":
      return merged(before, { id, at, online: false });
    case "changed":
      return merged(before, { ...told, ...fields, id, at });
    case "deleted":
      return before.filter(scanner => scanner.id !== id);
    default:
      return before;
  }
}

/**
 * @param {Scanner[]} before
 * @param {Scanner} change
 */
function merged(before, change) {
  const known = before.find(scanner => scanner.id === change.id);
  return known === undefined ? byId([...before, change]) : before.map(scanner => (scanner === known ? { ...known, ...change } : scanner));
}

/**
 * How it is, in one word.
 *
 * @param {Scanner} scanner
 * @returns {"ready" | "offline" | "sensor"}
 */
export function health({ online, sensor }) {
  if (online !== true) return "offline";
  return sensor === "missing" || sensor === "error" ? "sensor" : "ready";
}

/** @param {Scanner} scanner */
export function mismatch({ stored, known }) {
  if (stored === undefined || known === undefined || stored === known) return null;
  return stored > known ? "more" : "less";
}

/**
 * The enrollment that runs at each scanner.
 *
 * @param {import("./model.js").Model} model
 */
export function runningAt({ enrollments }) {
  return new Map([...enrollments.items.values()].filter(item => !isOver(item)).map(item => [item.device, item]));
}
