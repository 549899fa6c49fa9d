/**
 * The scanners as a page needs them: the feed's list, kept true by the feed's events.
 *
 * @typedef {object} Device
 * @property {string} id
 * @property {string} [site]
 * @property {string} [location]
 * @property {boolean} [online]
 * @property {string} [sensor]
 * @property {number} [stored] fingers in the sensor
 * @property {number} [known] fingers that the service put there
 *
 * @typedef {{ channel: string, type: string, data?: Record<string, any> }} DeviceEvent
 */

export const Readiness = Object.freeze({ READY: "ready", OFFLINE: "offline", SENSOR: "sensor" });

/** @param {Device} device */
export function readiness({ online, sensor }) {
  if (online !== true) return Readiness.OFFLINE;
  return sensor === "missing" || sensor === "error" ? Readiness.SENSOR : Readiness.READY;
}

/**
 * @param {Device[]} before
 * @param {DeviceEvent} event
 * @returns {Device[]} in order of their ids
 */
export function foldDevices(before, { channel, type, data = {} }) {
  const id = channel.slice(channel.indexOf("/") + 1);
  switch (type) {
    case "registered":
      return merged(before, { online: false, ...fields(data), id });
    case "online":
      return merged(before, { ...fields(data), id, online: true });
    case "offline":
      return merged(before, { id, online: false });
    case "changed":
      return merged(before, { ...fields(data), id });
    case "deleted":
      return before.filter(device => device.id !== id);
    default:
      return before;
  }
}

/** @param {Device[]} devices */
export function sorted(devices) {
  return [...devices].sort((a, b) => a.id.localeCompare(b.id, undefined, { numeric: true }));
}

/**
 * @param {Device[]} before
 * @param {Device} change
 */
function merged(before, change) {
  const known = before.find(device => device.id === change.id);
  return sorted([...before.filter(device => device !== known), { ...known, ...change }]);
}

/** @param {Record<string, any>} data the changed fields, bare or under `fields` */
function fields({ fields: nested, ...bare }) {
  /** @type {Record<string, any>} */
  const all = { ...bare, ...nested };
  return Object.fromEntries(["site", "location", "sensor", "stored", "known"].filter(name => all[name] !== undefined).map(name => [name, all[name]]));
}
