/** Who came and went at each site. */
import { h } from "../../shared/dom.js";
import { filters, paged } from "../lists.js";
import { button, card, empty, loaded, pageHead } from "../parts.js";
import { hasRole } from "../sections.js";
import { fingerText, siteCard } from "../site-card.js";
import { only } from "./enrollments.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {import("../console.js").Page} */
export const checkInsPage = {
  section: "checkins",
  live: ["checkins"],
  loads: ({ query }, { now }) => ({
    list: "/api/checkins?limit=50",
    stats: "/api/stats",
    stays: `/api/attendance?${new URLSearchParams({ ...only(query, ["person", "site"]), ...days(query, now) })}`,
  }),
  title: ({ say }) => say("checkins.title"),
  view: scene => {
    const { model, say, act } = scene;
    return [
      pageHead(say("checkins.title"), {
        lead: say("checkins.lead"),
        actions: [
          hasRole(model.me, "operator") && button(say("checkin.enter"), () => act.open(askEnter(scene)), "primary"),
          button(say("attendance.export"), () => act.open(askExport(scene))),
        ],
      }),
      loaded(scene, "list", ({ items }) =>
        items.length === 0
          ? card(null, [empty(say("checkins.none"), say("checkins.noneHint"))])
          : [...items.map((/** @type {any} */ site) => siteCard(scene, site)), staysCard(scene, items)],
      ),
    ];
  },
};

/**
 * A day that was asked for; today, or for one person the last month, where none was.
 *
 * @param {Record<string, string>} query
 * @param {number} now
 */
function days({ day, person }, now) {
  return day === undefined ? { from: localDay(now, person === undefined ? 0 : 30), to: localDay(now, 0) } : { from: day, to: day };
}

/**
 * @param {number} now
 * @param {number} back in days
 */
function localDay(now, back) {
  const day = new Date(now);
  day.setDate(day.getDate() - back);
  return day.toLocaleDateString("sv-SE");
}

/**
 * Who was there when: of a day, of a person, of a site.
 *
 * @param {Scene} scene
 * @param {{ site: string }[]} sites
 */
function staysCard(scene, sites) {
  const { say, format } = scene;
  const search = filters(scene, [
    { name: "person", label: say("finger.person") },
    { name: "day", label: say("enrollment.day"), type: "date" },
    { name: "site", label: say("scanner.site"), options: [["", say("list.all")], ...sites.map(({ site }) => /** @type {[string, string]} */ ([site, site]))] },
  ]);
  const list = loaded(scene, "stays", ({ items }) =>
    items.length === 0
      ? empty(say("list.noneFit"), say("stays.noneHint"))
      : paged(scene, "stays", {
          label: say("stays.title"),
          rows: items.map((/** @type {any} */ row, /** @type {number} */ number) => ({ ...row, number })),
          key: row => `${row.site} ${row.person} ${row.in} ${row.number}`,
          columns: [
            { label: say("finger.person"), kind: "head", cell: row => whose(scene, row) },
            { label: say("stays.day"), cell: row => format.day(row.date) },
            {
              label: say("scanner.site"),
              cell: row => [row.site, row.also && h("span", { class: "hint" }, say("stays.also", { sites: row.also.join(", ") }))],
            },
            { label: say("checkin.in"), cell: row => clockTime(scene, row.in) },
            { label: say("checkin.out"), cell: row => wayOut(scene, row) },
            { label: say("checkin.stay"), kind: "number", cell: row => format.minutes(row.minutes) },
          ],
        }),
  );
  return card(say("stays.title"), [search, list], { class: "flush", key: "stays" });
}

/**
 * @param {Scene} scene
 * @param {{ person: string | null, unknown?: { device: string, slot: number | null } }} row
 */
function whose({ say }, { person, unknown }) {
  if (person !== null || unknown === undefined) return person;
  return [say("checkin.unknown"), " ", h("span", { class: "hint" }, fingerText(say, unknown))];
}

/**
 * @param {Scene} scene
 * @param {{ out: string | null, person: string | null, closed?: boolean }} row
 */
function wayOut(scene, { out, person, closed }) {
  const { say } = scene;
  if (out === null) return person === null ? "–" : say("stays.inside");
  return [clockTime(scene, out), closed === true && h("span", { class: "hint" }, say("checkin.closed"))];
}

/**
 * As the clock on the site's wall had it; where the reader's is another, with what it is apart from UTC.
 *
 * @param {Scene} scene
 * @param {string} local with its offset from UTC
 */
function clockTime({ format }, local) {
  const time = local.slice(11, 19);
  return h("time", { datetime: local }, time, format.time(local) !== time && h("span", { class: "hint" }, ` ${local.slice(19)}`));
}

/**
 * @param {Scene} scene
 * @returns {import("../dialog.js").Dialog}
 */
function askEnter({ model, say, act }) {
  const sites = [...new Set(["main", ...model.scanners.items.map(({ site }) => site ?? "main")])];
  return {
    title: say("checkin.enter"),
    text: say("checkin.enterText"),
    fields: [
      { name: "person", label: say("finger.person") },
      { name: "site", label: say("scanner.site"), options: sites.map(site => [site, site]) },
      {
        name: "direction",
        label: say("checkin.way"),
        options: [
          ["in", say("checkin.in")],
          ["out", say("checkin.out")],
        ],
      },
      { name: "at", label: say("enrollment.when"), type: "datetime-local", hint: say("checkin.atHint"), optional: true },
    ],
    confirm: say("checkin.enterDo"),
    run: ({ at = "", person = "", ...values }) =>
      act.send("POST", "/api/checkins", { ...values, person: person.trim(), ...(at === "" ? {} : { at: new Date(at).toISOString() }) }),
    done: () => say("dialog.saved"),
  };
}

/**
 * @param {Scene} scene
 * @returns {import("../dialog.js").Dialog}
 */
function askExport({ model, say, act }) {
  /** @type {{ site: string }[]} */
  const sites = model.loads["list"]?.value?.items ?? [];
  return {
    title: say("attendance.export"),
    text: say("attendance.text"),
    fields: [
      { name: "from", label: say("attendance.from"), type: "date", value: localDay(model.now, 30) },
      { name: "to", label: say("attendance.to"), type: "date", value: localDay(model.now, 0) },
      { name: "person", label: say("finger.person"), hint: say("attendance.personHint"), optional: true },
      { name: "site", label: say("scanner.site"), options: [["", say("list.all")], ...sites.map(({ site }) => /** @type {[string, string]} */ ([site, site]))] },
    ],
    body: values => {
      const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ""));
      return h(
        "p",
        { class: "download" },
        h(
          "a",
          {
            class: "button primary",
            href: `/api/attendance?${new URLSearchParams({ format: "csv", ...given })}`,
            download: "attendance.csv",
            onclick: () => act.tell(say("attendance.begun")),
          },
          say("attendance.download"),
        ),
      );
    },
  };
}
