/** The parts that pages are made of. */
import { h } from "../shared/dom.js";
import { problemText } from "../shared/problems.js";
import { refined } from "./route.js";

/**
 * @typedef {import("../shared/dom.js").Child} Child
 * @typedef {import("../shared/dom.js").Node} Node
 * @typedef {import("./console.js").Scene} Scene
 * @typedef {import("./model.js").Load} Load
 *
 * @typedef {object} Column
 * @property {string} label
 * @property {(item: any) => Child | Child[]} cell
 * @property {"number" | "wide" | "actions" | "head"} [kind]
 */

/**
 * @param {string} title
 * @param {{ lead?: Child | Child[], actions?: Child[], back?: Child }} [more]
 */
export function pageHead(title, { lead, actions = [], back } = {}) {
  return h(
    "header",
    { class: "page-head", key: "head" },
    back && h("p", { class: "back" }, back),
    h("h1", { tabindex: -1 }, title),
    lead && h("p", { class: "lead" }, lead),
    actions.filter(Boolean).length > 0 && h("div", { class: "actions" }, actions),
  );
}

/**
 * @param {string | null} title
 * @param {(Child | Child[])[]} children
 * @param {{ aside?: Child, class?: string, key?: string }} [more]
 */
export function card(title, children, { aside, class: name = "", key } = {}) {
  const head = title !== null && h("div", { class: "card-head" }, h("h2", null, title), aside);
  return h("section", { class: `card ${name}`, key: key ?? title ?? undefined }, head, ...children);
}

/**
 * @param {{ label: string, columns: Column[], rows: any[], key: (item: any) => string }} table
 */
export function table({ label, columns, rows, key }) {
  return h(
    "div",
    { class: "table", key: "table", role: "region", "aria-label": label, tabindex: 0 },
    h(
      "table",
      null,
      h("caption", { class: "unseen" }, label),
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          columns.map(column =>
            h(
              "th",
              { scope: "col", class: column.kind ?? null },
              column.kind === "actions" ? h("span", { class: "unseen" }, column.label) : column.label,
            ),
          ),
        ),
      ),
      h(
        "tbody",
        null,
        rows.map(row => tableRow(columns, row, key(row))),
      ),
    ),
  );
}

/**
 * @param {Column[]} columns
 * @param {any} row
 * @param {string} key
 */
function tableRow(columns, row, key) {
  const cells = columns.map(({ label, cell, kind }) => {
    const content = h("div", { class: "cell" }, cell(row));
    return kind === "head"
      ? h("th", { scope: "row", class: "head" }, content)
      : h("td", { class: kind ?? null, "data-label": kind === "actions" ? null : label }, content);
  });
  return h("tr", { key }, cells);
}

/**
 * Says that there is nothing, and what will be here or what to do.
 *
 * @param {string} title
 * @param {string} hint
 * @param {Child} [action]
 */
export function empty(title, hint, action) {
  return h(
    "div",
    { class: "empty", key: "empty" },
    h("span", { class: "empty-mark", "aria-hidden": "true" }),
    h("p", { class: "strong" }, title),
    h("p", null, hint),
    action,
  );
}

/**
 * @param {"good" | "bad" | "warn" | "busy" | "quiet"} mood
 * @param {string} text
 */
export function badge(mood, text) {
  return h("span", { class: `badge ${mood}` }, h("span", { class: "spot", "aria-hidden": "true" }), text);
}

/**
 * @param {string} label
 * @param {number} percent
 * @param {{ mood?: string, text?: string }} [more]
 */
export function progress(label, percent, { mood = "", text } = {}) {
  return h(
    "div",
    {
      class: `progress ${mood}`,
      role: "progressbar",
      "aria-label": label,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-valuenow": percent,
      "aria-valuetext": text ?? null,
    },
    h("span", { vars: { "--part": percent / 100 } }),
  );
}

/**
 * @param {string} name
 * @param {Record<string, string>} paths of a 24 × 24 grid, by name
 */
function drawn(name, paths) {
  return h("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, h("path", { d: paths[name] ?? "" }));
}

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
  more: "M5 12h.01M12 12h.01M19 12h.01",
};

/** @param {string} name */
export function icon(name) {
  return drawn(name, ICONS);
}

/**
 * @param {Scene} scene
 * @param {string} name of the load
 * @param {(value: any, load: Load) => Child | Child[]} show
 */
export function loaded({ model, say, format, act }, name, show) {
  const load = model.loads[name];
  if (load === undefined || (load.at === 0 && load.problem === null)) {
    return h("p", { class: "waiting", key: "waiting" }, h("span", { class: "late" }, say("list.loading")));
  }
  const trouble =
    load.problem !== null &&
    h(
      "div",
      { class: "trouble", key: "trouble" },
      h("p", null, problemText(load.problem, say, "load")),
      load.at > 0 && h("p", null, say("list.asOf", { time: format.time(load.at) })),
      h("button", { type: "button", onclick: () => act.reload() }, say("list.retry")),
    );
  const content = load.at === 0 ? [] : [show(load.value, load)].flat();
  return h("div", { class: "loaded", key: "loaded" }, trouble, content);
}

/**
 * Older and newest, as links, so that the browser's Back and a reload work on them.
 *
 * @param {Scene} scene
 * @param {string | number | null} older cursor
 */
export function pager({ model, say }, older) {
  const { route } = model;
  if (route.query.before === undefined && older === null) return null;
  return h(
    "nav",
    { class: "pager", key: "pager", "aria-label": say("list.pages") },
    route.query.before !== undefined && h("a", { class: "button", key: "newest", href: refined(route, {}) }, say("list.newest")),
    older !== null && h("a", { class: "button", key: "older", href: refined(route, { before: String(older) }) }, say("list.older")),
  );
}

/**
 * Fields that narrow a list; the address keeps them.
 *
 * @param {Scene} scene
 * @param {{ name: string, label: string, options?: [string, string][], type?: string }[]} fields
 */
export function filters({ model, say, act }, fields) {
  const { route } = model;
  const isNarrowed = fields.some(field => route.query[field.name] !== undefined);
  return h(
    "form",
    { class: "filters", key: "filters", role: "search", onsubmit: (/** @type {SubmitEvent} */ event) => event.preventDefault() },
    fields.map(({ name, label, options, type = "search" }) => {
      const id = `filter-${name}`;
      const value = route.query[name] ?? "";
      const changed = (/** @type {any} */ event) => act.refine({ [name]: event.currentTarget.value.trim() });
      const control =
        options === undefined
          ? h("input", {
              id,
              type,
              value: model.draft[id] ?? value,
              autocomplete: "off",
              oninput: (/** @type {any} */ event) => act.refineSoon(name, event.currentTarget.value),
            })
          : h(
              "select",
              { id, value, onchange: changed },
              options.map(([option, text]) => h("option", { value: option }, text)),
            );
      return h("div", { class: "field", key: name }, h("label", { for: id }, label), control);
    }),
    isNarrowed &&
      h(
        "a",
        {
          class: "button plain",
          key: "clear",
          href: refined(route, Object.fromEntries(fields.map(({ name }) => [name, null]))),
          onclick: () => act.forget(fields.map(({ name }) => `filter-${name}`)),
        },
        say("list.clear"),
      ),
  );
}

/**
 * @param {[string, Child | Child[]][]} pairs
 */
export function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs.map(([name, value]) => h("div", { key: name }, h("dt", null, name), h("dd", null, value))),
  );
}
