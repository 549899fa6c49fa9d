/**
 * The enrollment that the page follows, as far as its channel has told it.
 *
 * @typedef {import("../shared/enrollment.js").Enrollment} Enrollment
 * @typedef {import("../shared/requests.js").Problem} Problem
 *
 * @typedef {object} Following
 * @property {string} id
 * @property {Enrollment | null} known null until its channel has answered
 * @property {number} cursor up to which event `known` is true
 * @property {boolean} unanswered the scanner has had its time to accept
 * @property {boolean} missing the service does not know it
 * @property {boolean} cancelling
 * @property {boolean} cancelledHere
 * @property {Problem | null} problem of the last thing asked for
 *
 * @typedef {{ type: "opened", id: string, cancelledHere?: boolean } | { type: "state", state: Enrollment, cursor: number }
 *   | { type: "event", event: import("../shared/enrollment.js").EnrollmentEvent, cursor: number } | { type: "unanswered" } | { type: "missing" }
 *   | { type: "cancelSent" } | { type: "cancelFailed", problem: Problem } | { type: "cancelAnswered" }} FollowingAction
 */
import { fold } from "../shared/enrollment.js";

/**
 * @param {string} id
 * @param {boolean} [cancelledHere] before a refresh
 * @returns {Following}
 */
export function following(id, cancelledHere = false) {
  return { id, known: null, cursor: 0, unanswered: false, missing: false, cancelling: false, cancelledHere, problem: null };
}

/**
 * @param {Following} before
 * @param {import("./model.js").Action} action
 * @returns {Following}
 */
export function follow(before, action) {
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
    case "signInNeeded":
      return { ...before, cancelling: false, problem: null };
    case "cancelSent":
      return { ...before, cancelling: true, cancelledHere: true, problem: null };
    case "cancelAnswered":
      return { ...before, cancelling: false };
    case "cancelFailed":
      // Who has been signed out is asked to sign in, and then finds everything as it was.
      return { ...before, cancelling: false, cancelledHere: false, problem: action.problem.code === "unauthenticated" ? null : action.problem };
    default:
      return before;
  }
}
