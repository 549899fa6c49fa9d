/** The navigation, and who may see and do what. The service decides again; this only spares people what it would refuse. */

export const SECTIONS = [
  { group: "live", pages: ["overview", "scanners", "enrollments"] },
  { group: "people", pages: ["people", "checkins", "rooms"] },
  { group: "work", pages: ["jobs", "quarantine", "connections"] },
  { group: "service", pages: ["firmware", "access", "webhooks", "audit", "system"] },
];

/** What a phone has in its bar; the others are behind "more". */
export const PRIMARY = ["overview", "scanners", "enrollments", "people"];

/** @type {Record<string, string>} from which role on; everything else is for viewers */
const DEMANDED = { quarantine: "operator", connections: "operator", access: "operator", webhooks: "admin", audit: "admin", system: "admin" };

const RANK = ["viewer", "operator", "admin"];

/**
 * @param {string} section
 * @param {import("./model.js").Me | null} me
 */
export function allowed(section, me) {
  return hasRole(me, DEMANDED[section] ?? "viewer");
}

/**
 * @param {import("./model.js").Me | null} me null: not known yet
 * @param {string} role
 */
export function hasRole(me, role) {
  if (me === null) return role === "viewer";
  const own = me.kind === "admin" || me.kind === "anonymous" ? "admin" : (me.role ?? "viewer");
  return RANK.indexOf(own) >= RANK.indexOf(role);
}
