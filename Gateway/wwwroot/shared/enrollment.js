/**
 * What an enrollment is: the fold of its channel's events, the same as the service's.
 *
 * @typedef {object} Enrollment
 * @property {string} id
 * @property {string} device
 * @property {string} person
 * @property {number} slot
 * @property {number} scans
 * @property {string} state
 * @property {number} step 0 before the scanner accepted, then the one awaited
 * @property {number} captured
 * @property {number} percent
 * @property {string} [reason]
 * @property {string} expiresAt
 * @property {string} at
 *
 * @typedef {{ type: string, at: string, data?: Record<string, any> }} EnrollmentEvent
 */

const ENDS = new Set(["succeeded", "failed", "cancelled", "expired"]);

/** @param {Enrollment} enrollment */
export function isOver(enrollment) {
  return ENDS.has(enrollment.state);
}

/**
 * @param {Enrollment} before
 * @param {EnrollmentEvent} event
 * @returns {Enrollment}
 */
export function fold(before, { type, at, data = {} }) {
  const { reason: _, ...kept } = before;
  const after = { ...kept, at };
  switch (type) {
    case "requested":
      return { ...after, ...known(data), state: "requested", step: 0, captured: 0, percent: 0 };
    case "armed":
      return { ...after, state: "armed", step: 1 };
    case "waiting":
      // step 0: no finger yet, the scanner is silent
      return data.step === 0 ? { ...after, reason: data.reason } : { ...after, state: "scanning", step: data.step };
    case "progress":
      return { ...after, state: "scanning", ...progress(Math.max(before.captured, data.step), before.scans) };
    case "retry":
      return { ...after, state: "scanning", step: data.step, reason: data.reason };
    case "succeeded":
      return { ...after, state: "succeeded", slot: data.slot ?? before.slot };
    case "failed":
      return { ...after, state: "failed", reason: data.reason };
    case "cancelled":
      return { ...after, state: "cancelled", reason: data.by };
    case "expired":
      return { ...after, state: "expired" };
    default:
      return before;
  }
}

/**
 * @param {number} captured
 * @param {number} scans
 */
function progress(captured, scans) {
  return { captured, step: Math.min(captured + 1, scans), percent: Math.floor((100 * captured) / scans) };
}

/** @param {Record<string, any>} data of `requested` */
function known({ device, person, slot, scans, expiresAt }) {
  return { device, person, slot, scans, expiresAt };
}
