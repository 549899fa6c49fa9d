/** Who came and went at each site. */
import { h } from "../../shared/dom.js";
import { actions, filters, paged, rowButton, table } from "../lists.js";
import { badge, button, card, empty, loaded, pageHead } from "../parts.js";
import { hasRole } from "../sections.js";
import { only } from "./enrollments.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {Record<string, "good" | "bad" | "warn" | "busy" | "quiet">} */
const MOODS = { in: "good", out: "quiet", repeat: "quiet", unknown: "warn" };

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
          rows: items,
          key: row => `${row.site} ${row.person} ${row.in}`,
          columns: [
            { label: say("finger.person"), kind: "head", cell: row => row.person },
            { label: say("stays.day"), cell: row => format.day(row.date) },
            { label: say("scanner.site"), cell: row => row.site },
            { label: say("checkin.in"), cell: row => h("time", { datetime: row.in }, format.time(row.in)) },
            { label: say("checkin.out"), cell: row => (row.out === null ? say("stays.inside") : h("time", { datetime: row.out }, format.time(row.out))) },
            { label: say("checkin.stay"), kind: "number", cell: row => format.minutes(row.minutes) },
          ],
        }),
  );
  return card(say("stays.title"), [search, list], { class: "flush", key: "stays" });
}

/**
 * @param {Scene} scene
 * @param {any} site
 */
function siteCard(scene, site) {
  const { model, say, format } = scene;
  const corrected = new Set(site.recent.map((/** @type {any} */ row) => row.corrects));
  const figures = model.loads["stats"]?.value?.sites?.[site.site] ?? { inside: site.inside, today: null, averageMinutes: null };
  const hours = site.days[0]?.hours ?? [];
  return card(
    site.site,
    [
      h(
        "div",
        { class: "figures" },
        figure(say("overview.inside"), format.number(figures.inside)),
        figure(say("overview.today"), format.number(figures.today)),
        figure(say("overview.stay"), format.minutes(figures.averageMinutes)),
        hours.length > 0 && h("spark-line", { key: "hours", kind: "bars", points: hours.join(","), "aria-hidden": "true" }),
      ),
      h("h3", null, say("checkins.recent")),
      site.recent.length === 0
        ? h("p", { class: "hint" }, say("checkins.noneToday"))
        : table({
            label: say("checkins.recentAt", { site: site.site }),
            rows: [...site.recent].sort((a, b) => (a.at === b.at ? b.seq - a.seq : a.at < b.at ? 1 : -1)),
            key: row => String(row.seq ?? `${row.at} ${row.person}`),
            columns: [
              { label: say("finger.person"), kind: "head", cell: row => row.person ?? row.data?.person ?? say("checkin.unknown") },
              {
                label: say("checkin.way"),
                cell: row => [badge(MOODS[row.type] ?? "quiet", say(wayOf(row))), row.closed && h("span", { class: "hint" }, say("checkin.closed"))],
              },
              {
                label: say("checkin.where"),
                cell: row => row.location ?? row.data?.location ?? row.device ?? row.data?.device ?? say("checkin.byHand"),
              },
              { label: say("checkin.stay"), kind: "number", cell: row => format.minutes(row.minutes ?? row.data?.minutes) },
              { label: say("enrollment.when"), cell: row => h("time", { datetime: row.at }, format.moment(row.at, model.now)) },
              ...actions(scene, "operator", row => ["in", "out"].includes(row.type) && !corrected.has(row.seq) && takeBack(scene, site.site, row)),
            ],
          }),
      site.present.length > 0 &&
        h(
          "details",
          { key: "present" },
          h("summary", null, say("checkins.present", { count: site.present.length })),
          h(
            "ul",
            { class: "chips" },
            site.present.map((/** @type {any} */ one) =>
              h("li", { key: one.person }, one.person, " ", h("span", { class: "hint" }, format.moment(one.since, model.now))),
            ),
          ),
        ),
    ],
    { key: site.site },
  );
}

/** @param {any} row */
function wayOf({ type, corrects }) {
  return type === "repeat" && corrects ? "checkin.takenBack" : `checkin.${type}`;
}

/**
 * @param {Scene} scene
 * @param {string} site
 * @param {any} row
 */
function takeBack(scene, site, row) {
  const { say, act } = scene;
  return rowButton(say("checkin.takeBack"), say("checkin.takeBackOf", { name: row.person }), () => act.open(askTakeBack(scene, site, row)), "danger");
}

/**
 * @param {Scene} scene
 * @param {string} site
 * @param {any} row
 * @returns {import("../dialog.js").Dialog}
 */
function askTakeBack({ say, act }, site, { seq, person }) {
  return {
    title: say("checkin.takeBackTitle", { name: person }),
    text: say("checkin.takeBackText"),
    confirm: say("checkin.takeBack"),
    danger: true,
    run: () => act.send("DELETE", `/api/checkins/${encodeURIComponent(site)}/events/${seq}`),
    done: () => say("dialog.saved"),
  };
}

/**
 * @param {string} name
 * @param {string} value
 */
function figure(name, value) {
  return h("div", { key: name, class: "mini" }, h("p", { class: "hint" }, name), h("p", { class: "figure" }, value));
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
  return {
    title: say("attendance.export"),
    text: say("attendance.text"),
    fields: [
      { name: "from", label: say("attendance.from"), value: localDay(model.now, 30) },
      { name: "to", label: say("attendance.to"), value: localDay(model.now, 0) },
      { name: "person", label: say("finger.person"), hint: say("attendance.personHint"), optional: true },
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
