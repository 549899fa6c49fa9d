/** Who came and went at each site. */
import { h } from "../../shared/dom.js";
import { button } from "../doings.js";
import { badge, card, empty, loaded, pageHead, table } from "../parts.js";
import { hasRole } from "../sections.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {Record<string, "good" | "bad" | "warn" | "busy" | "quiet">} */
const MOODS = { in: "good", out: "quiet", repeat: "quiet", unknown: "warn" };

/** @type {import("../console.js").Page} */
export const checkInsPage = {
  section: "checkins",
  live: ["checkins"],
  loads: () => ({ list: "/api/checkins?limit=50", stats: "/api/stats" }),
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
          : items.map((/** @type {any} */ site) => siteCard(scene, site)),
      ),
    ];
  },
};

/**
 * @param {Scene} scene
 * @param {any} site
 */
function siteCard({ model, say, format }, site) {
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
            rows: [...site.recent].sort((a, b) => (a.at < b.at ? 1 : -1)),
            key: row => String(row.seq ?? `${row.at} ${row.person}`),
            columns: [
              { label: say("finger.person"), kind: "head", cell: row => row.person ?? row.data?.person ?? say("checkin.unknown") },
              { label: say("checkin.way"), cell: row => badge(MOODS[row.type] ?? "quiet", say(`checkin.${row.type}`)) },
              {
                label: say("checkin.where"),
                cell: row => row.location ?? row.data?.location ?? row.device ?? row.data?.device ?? say("checkin.byHand"),
              },
              { label: say("checkin.stay"), kind: "number", cell: row => format.minutes(row.minutes ?? row.data?.minutes) },
              { label: say("enrollment.when"), cell: row => h("time", { datetime: row.at }, format.moment(row.at, model.now)) },
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
    ],
    confirm: say("checkin.enterDo"),
    run: values => act.send("POST", "/api/checkins", { ...values, person: values["person"]?.trim() }),
    done: () => say("dialog.saved"),
  };
}

/**
 * @param {Scene} scene
 * @returns {import("../dialog.js").Dialog}
 */
function askExport({ say, act }) {
  const day = (/** @type {number} */ back) => new Date(Date.now() - back * 86_400_000).toLocaleDateString("sv-SE");
  return {
    title: say("attendance.export"),
    text: say("attendance.text"),
    fields: [
      { name: "from", label: say("attendance.from"), value: day(30) },
      { name: "to", label: say("attendance.to"), value: day(0) },
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
