/** Enrollments: those that run, and all that were, by person, scanner, state. */
import { isOver } from "../../shared/enrollment.js";
import { h } from "../../shared/dom.js";
import { reasonText } from "../activity.js";
import { askCancel, askEnroll } from "../doings.js";
import { actions, filters, listed, rowButton, table } from "../lists.js";
import { badge, button, card, empty, pageHead, progress } from "../parts.js";
import { href } from "../route.js";
import { hasRole } from "../sections.js";

/**
 * @typedef {import("../console.js").Scene} Scene
 * @typedef {import("../model.js").Enrollment} Enrollment
 */

const STATES = ["requested", "armed", "scanning", "succeeded", "failed", "cancelled", "expired"];

/** @type {Record<string, "good" | "bad" | "warn" | "busy" | "quiet">} */
const MOODS = { requested: "busy", armed: "busy", scanning: "busy", succeeded: "good", failed: "bad", cancelled: "quiet", expired: "warn" };

const PER_PAGE = 50;

/** @type {import("../console.js").Page} */
export const enrollmentsPage = {
  section: "enrollments",
  live: ["enrollments"],
  loads: ({ query }) => ({
    list: `/api/enrollments?${new URLSearchParams({
      limit: String(PER_PAGE),
      ...only(query, ["state", "device", "person", "before"]),
      ...spanOf(query["day"]),
    })}`,
  }),
  title: ({ say }) => say("enrollments.title"),
  view: scene => {
    const { model, say, act } = scene;
    const start = hasRole(model.me, "operator") && button(say("enrollments.start"), () => act.open(askEnroll(scene)), "primary");
    const running = [...model.enrollments.items.values()].filter(item => !isOver(item));
    return [
      pageHead(say("enrollments.title"), { lead: say("enrollments.lead"), actions: [start] }),
      running.length > 0 && card(say("overview.running"), [runningList(scene, running)], { class: "flush" }),
      h("div", { class: "toolbar", key: "toolbar" }, search(scene), lookUp(scene)),
      card(say("enrollments.history"), [historyList(scene)], { class: "flush", key: "history" }),
    ];
  },
};

/**
 * @param {Record<string, string>} query
 * @param {string[]} names
 */
export function only(query, names) {
  return Object.fromEntries(Object.entries(query).filter(([name, value]) => names.includes(name) && value !== ""));
}

/**
 * From the beginning of a day to its end, in the clock of this machine.
 *
 * @param {string | undefined} day as in 2026-01-03
 * @returns {Record<string, string>}
 */
export function spanOf(day) {
  const from = new Date(`${day ?? ""}T00:00:00`);
  if (Number.isNaN(from.getTime())) return {};
  const to = new Date(from);
  to.setDate(from.getDate() + 1);
  return { from: from.toISOString(), to: to.toISOString() };
}

/** @param {Scene} scene */
function nothing({ model, say }) {
  const isNarrowed = Object.keys(model.route.query).length > 0;
  return isNarrowed ? empty(say("list.noneFit"), say("list.noneFitHint")) : empty(say("enrollments.none"), say("enrollments.noneHint"));
}

/** @param {Scene} scene */
function search(scene) {
  const { model, say } = scene;
  const devices = model.scanners.items.map(({ id }) => /** @type {[string, string]} */ ([id, id]));
  const given = model.route.query["device"];
  if (given !== undefined && !devices.some(([id]) => id === given)) devices.push([given, given]);
  return filters(scene, [
    { name: "person", label: say("enrollment.person") },
    { name: "day", label: say("enrollment.day"), type: "date" },
    { name: "device", label: say("enrollment.device"), options: [["", say("list.all")], ...devices] },
    {
      name: "state",
      label: say("scanners.state"),
      options: [["", say("list.all")], ...STATES.map(state => /** @type {[string, string]} */ ([state, say(`state.${state}`)]))],
    },
  ]);
}

/** @param {Scene} scene */
function lookUp({ model, say, act }) {
  return h(
    "form",
    {
      class: "filters",
      key: "lookup",
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        const id = (model.draft["lookup"] ?? "").trim();
        if (id !== "") act.go(href("enrollments", id));
      },
    },
    h(
      "div",
      { class: "field" },
      h("label", { for: "lookup" }, say("trace.lookUp")),
      h("input", {
        id: "lookup",
        value: model.draft["lookup"] ?? "",
        placeholder: "0198…",
        autocomplete: "off",
        spellcheck: "false",
        oninput: (/** @type {any} */ event) => act.draft("lookup", event.currentTarget.value),
      }),
    ),
    h("button", { type: "submit" }, say("trace.show")),
  );
}

/**
 * @param {Enrollment} enrollment
 * @param {import("../../shared/language.js").Words} say
 */
export function stateBadge({ state }, say) {
  return badge(MOODS[state] ?? "quiet", say(`state.${state}`));
}

/**
 * @param {Scene} scene
 * @param {Enrollment[]} rows
 */
function runningList(scene, rows) {
  const { say, format, act } = scene;
  return table({
    label: say("overview.running"),
    rows,
    key: row => row.id,
    columns: [
      { label: say("enrollment.person"), kind: "head", cell: row => h("a", { href: href("enrollments", row.id) }, row.person) },
      { label: say("enrollment.device"), cell: row => h("a", { href: href("scanners", row.device) }, row.device) },
      {
        label: say("enrollment.captured"),
        kind: "wide",
        cell: row => [
          progress(say("enrollment.progress", { person: row.person }), row.percent),
          h("span", { class: "hint" }, say("enrollment.of", { captured: row.captured, scans: row.scans })),
        ],
      },
      {
        label: say("scanners.state"),
        cell: row => [stateBadge(row, say), row.reason !== undefined && h("span", { class: "hint" }, reasonText(row.reason, say))],
      },
      { label: say("enrollment.expires"), cell: row => format.time(row.expiresAt) },
      ...actions(scene, "operator", row =>
        rowButton(say("enrollment.cancel"), say("enrollment.cancelOf", { person: row.person }), () => act.open(askCancel(scene, row))),
      ),
    ],
  });
}

/** @param {Scene} scene */
function historyList(scene) {
  const { model, say, format } = scene;
  return listed(scene, "list", {
    label: say("enrollments.history"),
    none: nothing(scene),
    key: row => row.id,
    columns: [
      { label: say("enrollment.person"), kind: "head", cell: row => h("a", { href: href("enrollments", row.id) }, row.person) },
      { label: say("enrollment.device"), cell: row => row.device },
      {
        label: say("scanners.state"),
        cell: row => [stateBadge(row, say), row.reason !== undefined && isOver(row) && h("span", { class: "hint" }, reasonText(row.reason, say))],
      },
      { label: say("enrollment.captured"), kind: "number", cell: row => say("enrollment.of", { captured: row.captured, scans: row.scans }) },
      { label: say("enrollment.when"), cell: row => h("time", { datetime: row.at }, format.moment(row.at, model.now)) },
    ],
  });
}
