/** The icons of the navigation: one path each, on a grid of 24 × 24. */
import { h } from "../shared/dom.js";

/** @type {Record<string, string>} */
const ICONS = {
  overview: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-4H4zM14 8h6V4h-6z",
  scanners: "M7 3h10v18H7zM10 17.5h4M12 7.2a3 3 0 0 1 3 3v1.6M9 11.8v-1.6a3 3 0 0 1 3-3M12 10.2v2.6",
  enrollments: "M12 4a6 6 0 0 1 6 6v3M6 14v-4a6 6 0 0 1 3-5.2M9 19c1-2 1-4 1-9a2 2 0 0 1 4 0c0 5 0 7-1.5 10M17.500 16c-.2 1.500-.5 2.500-1 3.500",
  people:
    "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20c0-3.600 2.900-6 6.500-6s6.500 2.400 6.500 6" +
    "M16 4.300a3.500 3.500 0 0 1 0 6.400M17.500 14.300c2.400.7 4 2.800 4 5.700",
  checkins: "M4 20h16M7 20V4h10v16M14 12h.01",
  jobs: "M4 6h16M4 12h10M4 18h6",
  rooms: "M4 5h16v11H10l-4 4v-4H4z",
  quarantine: "M12 3l9.500 17h-19zM12 10v4.500M12 17.200v.01",
  connections: "M5 12a7 7 0 0 1 14 0M8.500 12a3.500 3.500 0 0 1 7 0M12 12v8",
  access: "M8 15a4 4 0 1 1 3.700-5.500H21v4h-2.500v-2.200M8 11h.01",
  audit: "M6 3h9l4 4v14H6zM9 11h7M9 15h7M9 7h3",
  webhooks: "M8 17a3.500 3.500 0 1 1-3-5M16 17a3 3 0 1 0-3-3H8M12 7l3 6M12 7a3 3 0 1 1 3-2.500",
  system: "M5 5c0-1.100 3.100-2 7-2s7 .9 7 2-3.100 2-7 2-7-.9-7-2zM5 5v14c0 1.100 3.100 2 7 2s7-.9 7-2V5M5 12c0 1.100 3.100 2 7 2s7-.9 7-2",
  firmware: "M7 7h10v10H7zM9.500 3v4M14.500 3v4M9.500 17v4M14.500 17v4M3 9.500h4M3 14.500h4M17 9.500h4M17 14.500h4",
  more: "M5 12h.01M12 12h.01M19 12h.01",
};

/** @param {string} name */
export function icon(name) {
  return h("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, h("path", { d: ICONS[name] ?? "" }));
}
