/** One site: who is inside, who came and went last, and how its days were. */
import { h } from "../shared/dom.js";
import { actions, rowButton, table } from "./lists.js";
import { badge, card } from "./parts.js";

/** @typedef {import("./console.js").Scene} Scene */

/** @type {Record<string, "good" | "bad" | "warn" | "busy" | "quiet">} */
const MOODS = { in: "good", out: "quiet", repeat: "quiet", unknown: "warn" };

/**
 * @param {Scene} scene
 * @param {any} site
 */
export function siteCard(scene, site) {
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
        figures.today > 0 && hours.length > 0 && hoursChart(hours),
      ),
      newest(scene, site),
      h("h3", null, say("checkins.recent")),
      site.recent.length === 0
        ? h("p", { class: "hint" }, say("checkins.noneToday"))
        : table({
            label: say("checkins.recentAt", { site: site.site }),
            rows: [...site.recent].sort((a, b) => (a.at === b.at ? b.seq - a.seq : a.at < b.at ? 1 : -1)),
            key: row => String(row.seq),
            columns: [
              { label: say("finger.person"), kind: "head", cell: row => row.person ?? say("checkin.unknown") },
              { label: say("checkin.way"), cell: row => [badge(MOODS[row.type] ?? "quiet", say(wayOf(row))), remark(scene, row, corrected)] },
              { label: say("checkin.where"), cell: row => placeOf(say, row) },
              { label: say("checkin.stay"), kind: "number", cell: row => format.minutes(row.minutes) },
              { label: say("enrollment.when"), cell: row => h("time", { datetime: row.at }, format.moment(row.at, model.now)) },
              ...actions(scene, "operator", row => counts(row) && !corrected.has(row.seq) && takeBack(scene, site.site, row)),
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
              h("li", { key: one.person }, one.person, " ", h("span", { class: "hint" }, format.moment(one.since, model.now), elsewhere(scene, site, one))),
            ),
          ),
        ),
      site.days.length > 0 && pastDays(scene, site),
    ],
    { key: site.site },
  );
}

/** @param {number[]} hours how many came in each; "Day by day" says it in words */
function hoursChart(hours) {
  return h(
    "div",
    { key: "hours", class: "hours", "aria-hidden": "true" },
    h("spark-line", { kind: "bars", points: hours.join(",") }),
    ["00", "06", "12", "18"].map(hour => h("span", { key: hour, class: "hint" }, hour)),
  );
}

/**
 * Told to whoever listens, whatever they are doing.
 *
 * @param {Scene} scene
 * @param {any} site
 */
function newest({ say, format, model }, { site, recent: [last] }) {
  const text =
    last === undefined || last.corrects
      ? ""
      : say("checkin.newest", {
          time: format.moment(last.at, model.now),
          what: say(`event.checkins.${last.type}`, { id: site, person: last.person ?? "", device: last.device ?? "" }),
        });
  return h("p", { class: "hint", key: "newest", role: "status" }, text);
}

/**
 * @param {Scene} scene
 * @param {any} site
 * @param {{ person: string }} one
 */
function elsewhere({ model, say }, { site }, { person }) {
  const twice = model.loads["stats"]?.value?.twice?.find((/** @type {any} */ known) => known.person === person);
  const sites = (twice?.sites ?? []).filter((/** @type {string} */ other) => other !== site);
  return sites.length > 0 && ` ${say("stays.also", { sites: sites.join(", ") })}`;
}

/**
 * @param {Scene} scene
 * @param {any} site
 */
function pastDays({ say, format }, { site, days }) {
  return h(
    "details",
    { key: "days" },
    h("summary", null, say("days.title")),
    table({
      label: say("days.of", { site }),
      rows: days,
      key: day => day.date,
      columns: [
        { label: say("stays.day"), kind: "head", cell: day => format.day(day.date) },
        { label: say("days.in"), kind: "number", cell: day => format.number(day.in) },
        { label: say("overview.stay"), kind: "number", cell: day => format.minutes(day.averageMinutes) },
        { label: say("days.closed"), kind: "number", cell: day => format.number(day.closed) },
        { label: say("days.repeats"), kind: "number", cell: day => format.number(day.repeats) },
        { label: say("days.unknown"), kind: "number", cell: day => format.number(day.unknown) },
        { label: say("days.hours"), kind: "wide", cell: day => hoursText(say, day) },
      ],
    }),
  );
}

/**
 * @param {import("../shared/language.js").Words} say
 * @param {{ hours: number[] }} day
 */
function hoursText(say, { hours }) {
  return hours.flatMap((count, hour) => (count === 0 ? [] : [say("days.hour", { hour: String(hour).padStart(2, "0"), count })])).join(" · ");
}

/**
 * @param {import("../shared/language.js").Words} say
 * @param {{ device: string, slot: number | null }} finger
 */
export function fingerText(say, { device, slot }) {
  return slot === null ? device : say("person.finger", { device, slot });
}

/**
 * @param {import("../shared/language.js").Words} say
 * @param {any} row
 */
function placeOf(say, { type, closed, location, device, slot = null }) {
  if (closed) return "–";
  return location ?? (type === "unknown" ? fingerText(say, { device, slot }) : (device ?? say("checkin.byHand")));
}

/** @param {any} row */
function wayOf({ type, corrects, by, closed }) {
  if (type !== "repeat" || !corrects) return `checkin.${type}`;
  return closed ? "checkin.notClosed" : by ? "checkin.takenBack" : "checkin.repeat";
}

/** @param {any} row */
function counts({ type, closed, late }) {
  return ["in", "out"].includes(type) && !closed && !late;
}

/**
 * What is unusual about it.
 *
 * @param {Scene} scene
 * @param {any} row
 * @param {Set<number>} corrected what others have taken the place of
 */
function remark({ say }, { seq, type, closed, late, corrects, by }, corrected) {
  const words = [
    corrected.has(seq) && say("checkin.replaced"),
    closed && type === "out" && say("checkin.closed"),
    late && say("checkin.late"),
    corrects && type !== "repeat" && say("checkin.corrected"),
    by && say("checkin.by", { by }),
  ].filter(Boolean);
  return words.length > 0 && h("span", { class: "hint" }, words.join(" · "));
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
 * @returns {import("./dialog.js").Dialog}
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
