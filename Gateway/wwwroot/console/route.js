/**
 * Where in the console: the fragment of its address, so that reload, links and the browser's Back lead there.
 *
 * @typedef {object} Route
 * @property {string} page
 * @property {string | null} id
 * @property {Record<string, string>} query
 */
import { decoded } from "../shared/sign-in-link.js";

/**
 * @param {string} fragment as `location.hash` has it; one that names no place, as that of the sign-in link does, leads to the overview
 * @returns {Route}
 */
export function parseRoute(fragment) {
  const [path = "", query = ""] = (fragment.startsWith("#/") ? fragment.slice(2) : "").split("?");
  const [page = "", ...rest] = path.split("/");
  return { page: page || "overview", id: rest.length > 0 ? decoded(rest.join("/")) : null, query: Object.fromEntries(new URLSearchParams(query)) };
}

/**
 * @param {string} page
 * @param {string | null} [id]
 * @param {Record<string, string | null | undefined>} [query] what is empty is left out
 */
export function href(page, id = null, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const search = new URLSearchParams(/** @type {[string, string][]} */ (given)).toString();
  return `#/${page}${id === null ? "" : `/${encodeURIComponent(id)}`}${search === "" ? "" : `?${search}`}`;
}

/**
 * The same place with other words in its query; from the first page of its list.
 *
 * @param {Route} route
 * @param {Record<string, string | null>} change
 */
export function refined({ page, id, query }, change) {
  return href(page, id, { ...query, before: null, ...change });
}
