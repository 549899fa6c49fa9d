/** Lists: tables, what narrows them, and the ways through those that are long. */
import { h } from "../shared/dom.js";
import { empty, loaded } from "./parts.js";
import { refined } from "./route.js";
import { hasRole } from "./sections.js";

/**
 * @typedef {import("../shared/dom.js").Child} Child
 * @typedef {import("./console.js").Scene} Scene
 *
 * @typedef {object} Column
 * @property {string} label
 * @property {(item: any) => Child | Child[]} cell
 * @property {"number" | "wide" | "actions" | "head"} [kind]
 *
 * @typedef {{ label: string, columns: Column[], rows: any[], key: (item: any) => string }} Table
 */

/** More than a person reads at once, and quick to draw. */
const PER_PAGE = 50;

/**
 * @param {Table} table
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
 * A table that came whole, a part at a time; the address keeps which.
 *
 * @param {Scene} scene
 * @param {string} name of the list among those of its page
 * @param {Table} whole
 */
export function paged({ model, say, format }, name, whole) {
  const { rows } = whole;
  if (rows.length <= PER_PAGE) return [table(whole)];
  const place = `from-${name}`;
  const wanted = Math.min(Math.max(0, Number(model.route.query[place] ?? 0) || 0), rows.length - 1);
  const from = wanted - (wanted % PER_PAGE);
  const to = Math.min(rows.length, from + PER_PAGE);
  const lead = (/** @type {number} */ start) => refined(model.route, { [place]: start > 0 ? String(start) : null });
  return [
    table({ ...whole, rows: rows.slice(from, to) }),
    h(
      "nav",
      { class: "pager", key: "turns", "aria-label": say("list.pages") },
      h("span", { class: "hint" }, say("list.range", { from: format.number(from + 1), to: format.number(to), count: format.number(rows.length) })),
      from > 0 && h("a", { class: "button", key: "previous", href: lead(from - PER_PAGE) }, say("list.previous")),
      to < rows.length && h("a", { class: "button", key: "next", href: lead(to) }, say("list.next")),
    ),
  ];
}

/**
 * What can be done with each row, as its last column; no column for whom the service would refuse it.
 *
 * @param {Scene} scene
 * @param {string} role that it takes
 * @param {(item: any) => Child | Child[]} cell
 * @returns {Column[]}
 */
export function actions({ model, say }, role, cell) {
  return hasRole(model.me, role) ? [{ label: say("list.actions"), kind: "actions", cell }] : [];
}

/**
 * A button within a row; its name says which row's it is.
 *
 * @param {string} text
 * @param {string} name
 * @param {() => void} action
 * @param {string} [kind]
 */
export function rowButton(text, name, action, kind = "") {
  return h("button", { type: "button", class: `small ${kind}`.trim(), key: text, "aria-label": name, onclick: action }, text);
}

/**
 * A list that was asked for, as a table; in its place what says that there is nothing.
 *
 * @param {Scene} scene
 * @param {string} name of the load
 * @param {{ label: string, none: Child, key: (item: any) => string, columns: Column[] }} list
 */
export function listed(scene, name, { label, none, key, columns }) {
  const { say } = scene;
  return loaded(scene, name, ({ items, next = null }) => [
    // A filter that fits little is told so far as was looked through.
    ...(items.length > 0
      ? paged(scene, name, { label, rows: items, key, columns })
      : [next === null ? none : empty(say("list.soFar"), say("list.soFarHint"))]),
    pager(scene, next),
  ]);
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
