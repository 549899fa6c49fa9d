/** All scanners: whether they are there, how they are, what they are doing. */
import { h } from "../../shared/dom.js";
import { askAddScanner } from "../doings.js";
import { filters, paged } from "../lists.js";
import { badge, button, card, empty, pageHead } from "../parts.js";
import { href } from "../route.js";
import { health, mismatch, runningAt } from "../scanners.js";
import { hasRole } from "../sections.js";

/**
 * @typedef {import("../console.js").Scene} Scene
 * @typedef {import("../scanners.js").Scanner} Scanner
 */

export const MOODS = Object.freeze({ ready: "good", offline: "quiet", sensor: "bad" });

/** @type {import("../console.js").Page} */
export const scannersPage = {
  section: "scanners",
  loads: () => ({ figures: "/api/devices?limit=1000" }),
  title: ({ say }) => say("scanners.title"),
  view: scene => {
    const { model, say, act } = scene;
    const add = hasRole(model.me, "admin") && button(say("scanner.add"), () => act.open(askAddScanner(scene)), "primary");
    const head = pageHead(say("scanners.title"), { lead: say("scanners.lead"), actions: [add] });
    const { items, known, refused } = model.scanners;
    if (refused) return [head, card(null, [empty(say("app.forbidden"), say("app.forbiddenHint"))])];
    if (!known) return [head, h("p", { class: "waiting" }, h("span", { class: "late" }, say("list.loading")))];
    if (items.length === 0) return [head, card(null, [empty(say("scanners.none"), say("scanners.noneHint"))])];
    const wanted = items.filter(scanner => fits(scanner, model.route.query));
    const search = filters(scene, [
      { name: "search", label: say("list.search") },
      {
        name: "health",
        label: say("scanners.state"),
        options: [
          ["", say("list.all")],
          ...["ready", "offline", "sensor"].map(state => /** @type {[string, string]} */ ([state, say(`health.${state}`)])),
        ],
      },
    ]);
    return [
      head,
      search,
      card(null, wanted.length === 0 ? [empty(say("list.noneFit"), say("list.noneFitHint"))] : list(scene, wanted), { class: "flush", key: "list" }),
    ];
  },
};

/**
 * @param {Scanner} scanner
 * @param {Record<string, string>} query
 */
function fits(scanner, { search = "", health: wanted = "" }) {
  const words = `${scanner.id} ${scanner.location ?? ""} ${scanner.site ?? ""}`.toLocaleLowerCase();
  return words.includes(search.toLocaleLowerCase()) && (wanted === "" || health(scanner) === wanted);
}

/**
 * @param {Scene} scene
 * @param {Scanner[]} rows
 */
function list(scene, rows) {
  const { model, say, format } = scene;
  const running = runningAt(model);
  const figures = figuresOf(model);
  return paged(scene, "scanners", {
    label: say("scanners.title"),
    rows,
    key: row => row.id,
    columns: [
      {
        label: say("scanner.name"),
        kind: "head",
        cell: (/** @type {Scanner} */ row) => [h("a", { href: href("scanners", row.id) }, row.id), h("span", { class: "hint" }, place(row))],
      },
      { label: say("scanners.state"), cell: row => state(row, running.get(row.id)?.person, say) },
      { label: say("scanner.templates"), cell: row => templates(row, say, format) },
      { label: say("scanner.signal"), cell: row => signal(figures.get(row.id), say) },
      { label: say("scanner.firmware"), cell: row => row.firmware ?? "–" },
      { label: say("scanner.seen"), cell: row => seen(row, figures.get(row.id), model.now, format) },
    ],
  });
}

/** @param {Scanner} scanner */
export function place({ location, site }) {
  return [location, site === "main" ? undefined : site].filter(Boolean).join(" · ");
}

/**
 * @param {Scanner} scanner
 * @param {string | undefined} busyWith
 * @param {import("../../shared/language.js").Words} say
 */
export function state(scanner, busyWith, say) {
  const state = health(scanner);
  if (state === "ready" && busyWith !== undefined) return badge("busy", say("scanner.enrolling", { person: busyWith }));
  return badge(/** @type {any} */ (MOODS[state]), state === "sensor" ? say(`sensor.${scanner.sensor}`) : say(`health.${state}`));
}

/**
 * @param {Scanner} scanner
 * @param {import("../../shared/language.js").Words} say
 * @param {import("../format.js").Formats} format
 */
export function templates(scanner, say, format) {
  if (scanner.stored === undefined) return "–";
  const full = scanner.capacity === undefined ? "" : ` / ${format.number(scanner.capacity)}`;
  return [`${format.number(scanner.stored)}${full}`, mismatch(scanner) !== null && badge("warn", say("scanner.mismatchShort"))];
}

/**
 * What heartbeats tell and no event does.
 *
 * @param {import("../model.js").Model} model
 * @returns {Map<string, { rssi?: number, seen?: string }>}
 */
export function figuresOf({ loads }) {
  return new Map((loads["figures"]?.value?.items ?? []).map((/** @type {Scanner} */ item) => [item.id, item]));
}

/**
 * @param {{ rssi?: number } | undefined} figures
 * @param {import("../../shared/language.js").Words} say
 */
export function signal({ rssi } = {}, say) {
  if (rssi === undefined) return "–";
  const bars = rssi >= -60 ? 4 : rssi >= -70 ? 3 : rssi >= -80 ? 2 : 1;
  return h(
    "span",
    { class: "signal" },
    h(
      "span",
      { class: `bars bars-${bars}`, "aria-hidden": "true" },
      [1, 2, 3, 4].map(bar => h("i", { key: bar })),
    ),
    say("scanner.dbm", { rssi }),
  );
}

/**
 * @param {Scanner} scanner
 * @param {{ seen?: string } | undefined} figures
 * @param {number} now
 * @param {import("../format.js").Formats} format
 */
export function seen({ online, at }, figures, now, format) {
  const heard = figures?.seen ?? (online === true ? undefined : at);
  // Of a scanner that is away, the last event tells when it went.
  const moment = online === true || heard === undefined || at === undefined || heard > at ? heard : at;
  if (moment === undefined) return "–";
  return h("time", { datetime: moment ?? null, title: format.moment(moment, now) }, format.ago(moment, now));
}
