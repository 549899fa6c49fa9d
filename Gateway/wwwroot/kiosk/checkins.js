/**
 * Who comes and goes at the site, as the page needs it: the last ten, and a greeting for whoever stands in front of it.
 *
 * @typedef {{ seq?: number, type: string, at: string, person?: string, device?: string, location?: string, minutes?: number, slot?: number | null,
 *   corrects?: number }} CheckIn corrects: the seq of another one, whose place it takes
 *
 * @typedef {object} CheckIns
 * @property {boolean} known
 * @property {CheckIn[]} recent newest first
 * @property {number} cursor
 * @property {CheckIn | null} greeting
 */

const RECENT = 10;

/** A scan that took longer than this to arrive is nobody who stands here. */
const LATE_MS = 15_000;

/** How long a greeting stays. */
export const Greeting = Object.freeze({ PASSED_MS: 6000, UNKNOWN_MS: 15_000 });

export const noCheckIns = Object.freeze({ known: false, recent: [], cursor: 0, greeting: null });

/** @param {import("../channel-client/channel.js").ChannelEvent} event */
export function checkInOf({ seq, type, at, data }) {
  const { person, device, location, minutes, slot, corrects } = data;
  return /** @type {CheckIn} */ ({ seq, type, at, person, device: device ?? undefined, location: location ?? undefined, minutes, slot, corrects });
}

/**
 * Without what others have taken the place of, and what took something back: who stands at the door wants to know what is.
 *
 * @param {CheckIn[]} recent
 */
export function standing(recent) {
  const corrected = new Set(recent.map(({ corrects }) => corrects ?? 0));
  return recent.filter(({ seq = -1, type, corrects }) => !corrected.has(seq) && !(type === "repeat" && corrects));
}

/**
 * @param {CheckIns} before
 * @param {{ type: "checkIns", state: { recent?: CheckIn[] }, cursor: number } | { type: "checkIn", event: any, cursor: number, greets: boolean }
 *   | { type: "greeted" }} action
 * @returns {CheckIns}
 */
export function foldCheckIns(before, action) {
  switch (action.type) {
    case "checkIns":
      return { ...before, known: true, recent: (action.state?.recent ?? []).slice(0, RECENT), cursor: action.cursor };
    case "checkIn": {
      const checkIn = checkInOf(action.event);
      return {
        known: true,
        recent: [checkIn, ...before.recent].slice(0, RECENT),
        cursor: action.cursor,
        greeting: action.greets ? checkIn : before.greeting,
      };
    }
    case "greeted":
      return { ...before, greeting: null };
  }
}

/**
 * Whether an event is about somebody who stands in front of this page now. Both times are the service's, so no clock of ours matters.
 *
 * @param {import("../channel-client/channel.js").ChannelEvent} event
 * @param {string | null} scanner the one that this page belongs to
 */
export function greets({ at, data }, scanner) {
  const { source, corrects, closed, device } = data;
  if (source === undefined || source === null || corrects || closed) return false;
  if (scanner !== null && device !== scanner) return false;
  return Date.parse(source.received) - Date.parse(at) < LATE_MS;
}
