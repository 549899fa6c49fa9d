/** The overview: what happens at this moment, and whether anything needs somebody. */
import { isOver } from "../../shared/enrollment.js";
import { h } from "../../shared/dom.js";
import { activityList } from "../activity.js";
import { badge, button, card, empty, loaded, pageHead, progress } from "../parts.js";
import { href } from "../route.js";
import { health, mismatch, runningAt } from "../scanners.js";
import { hasRole } from "../sections.js";
import { insideOfToday, sumOfDays } from "../stays.js";
import { askAddScanner, askEnroll } from "../doings.js";

/**
 * @typedef {import("../console.js").Scene} Scene
 * @typedef {import("../../shared/dom.js").Child} Child
 */

const MOST_SCANNERS = 24;
const MOST_ACTIVITY = 12;
const MOST_SITES = 4;

/** @type {import("../console.js").Page} */
export const overviewPage = {
  section: "overview",
  live: ["checkins", "jobs"],
  loads: (_, model) => ({
    stats: "/api/stats",
    jobs: "/api/jobs?state=running&limit=5",
    attendance: `/api/attendance?unknown=false&from=${localDay(model.now)}`,
    ...Object.fromEntries(
      Object.keys(model.loads["stats"]?.value?.sites ?? {})
        .slice(0, MOST_SITES)
        .map(site => [`days ${site}`, `/api/checkins/${site}/history?days=14`]),
    ),
  }),
  title: ({ say }) => say("overview.title"),
  view: scene => {
    const { model, say } = scene;
    const mayStart = hasRole(model.me, "operator");
    return [
      pageHead(say("overview.title"), {
        lead: summary(scene),
        actions: [
          mayStart && h("button", { type: "button", class: "primary", onclick: () => scene.act.open(askEnroll(scene)) }, say("enrollments.start")),
        ],
      }),
      counters(scene),
      h(
        "div",
        { class: "columns", key: "columns" },
        h("div", { class: "column" }, scannerCard(scene), runningJobs(scene)),
        h("div", { class: "column" }, runningCard(scene), activityCard(scene)),
      ),
    ];
  },
};

/** @param {Scene} scene */
function summary({ model, say }) {
  const { items, known } = model.scanners;
  if (!known) return say("list.loading");
  const counts = { online: 0, offline: 0, trouble: 0 };
  for (const scanner of items) {
    const state = health(scanner);
    if (state === "ready") counts.online++;
    else if (state === "offline") counts.offline++;
    else counts.trouble++;
  }
  if (items.length === 0) return say("overview.noScanners");
  if (counts.offline + counts.trouble === 0) return say("overview.allWell", { count: items.length });
  const parts = [
    counts.trouble > 0 && say("overview.trouble", { count: counts.trouble }),
    counts.offline > 0 && say("overview.offline", { count: counts.offline }),
  ];
  return say("overview.some", { online: counts.online, count: items.length, parts: parts.filter(Boolean).join(", ") });
}

/** @param {Scene} scene */
function counters(scene) {
  const { model, say, format } = scene;
  const days = sumOfDays(
    Object.entries(model.loads)
      .filter(([name]) => name.startsWith("days "))
      .map(([, load]) => load.value?.items ?? []),
  );
  const today = days[0];
  const past = days.slice(1);
  return h(
    "div",
    { class: "counters", key: "counters" },
    loaded(scene, "stats", ({ inside, today: came, averageMinutes }) => [
      counter(
        say("overview.inside"),
        format.number(inside),
        say("overview.insideHint"),
        insideOfToday(model.loads["attendance"]?.value?.items ?? [], model.now),
        "steps",
      ),
      counter(
        say("overview.today"),
        format.number(came),
        today === undefined || usual(past) === 0 ? say("overview.todayHint") : say("overview.todayUsual", { usual: format.number(usual(past)) }),
        today?.hours ?? [],
        "bars",
      ),
      counter(
        say("overview.stay"),
        format.minutes(averageMinutes),
        say(days.filter(day => day.stays > 0).length > 1 ? "overview.stayDays" : "overview.stayHint"),
        days.map(day => (day.stays > 0 ? day.minutes / day.stays : null)).reverse(),
        "line",
      ),
    ]),
  );
}

/** @param {{ in: number }[]} days */
function usual(days) {
  const open = days.filter(day => day.in > 0);
  return open.length === 0 ? 0 : Math.round(open.reduce((sum, day) => sum + day.in, 0) / open.length);
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} hint
 * @param {(number | null)[]} points
 * @param {string} kind
 */
function counter(name, value, hint, points, kind) {
  const numbers = points.map(point => (point === null ? "" : Math.round(point * 10) / 10));
  return h(
    "section",
    { class: "counter", key: name },
    h("h2", null, name),
    h("p", { class: "figure" }, value),
    h("p", { class: "hint" }, hint),
    numbers.filter(point => point !== "").length > 1 && h("spark-line", { key: kind, kind, points: numbers.join(","), "aria-hidden": "true" }),
  );
}

/** @param {Scene} scene */
function scannerCard(scene) {
  const { model, say, act } = scene;
  const add = hasRole(model.me, "admin") && button(say("scanner.add"), () => act.open(askAddScanner(scene)));
  const { items, known } = model.scanners;
  const running = runningAt(model);
  // What needs somebody comes first.
  const order = ["sensor", "offline", "ready"];
  const sorted = [...items].sort((a, b) => order.indexOf(health(a)) - order.indexOf(health(b)));
  const all = h("a", { href: href("scanners") }, say("overview.allScanners", { count: items.length }));
  if (known && items.length === 0) return card(say("scanners.title"), [empty(say("scanners.none"), say("scanners.noneHint"), add)]);
  return card(
    say("scanners.title"),
    [
      h(
        "ul",
        { class: "tiles" },
        sorted.slice(0, MOST_SCANNERS).map(scanner => {
          const state = health(scanner);
          const busy = running.get(scanner.id);
          const doing = state === "ready" && busy !== undefined ? say("scanner.enrolling", { person: busy.person }) : say(`health.${state}`);
          const mood = state === "ready" ? (busy === undefined ? "good" : "busy") : state === "sensor" ? "bad" : "quiet";
          return h(
            "li",
            { key: scanner.id },
            h(
              "a",
              { class: `tile ${mood}`, href: href("scanners", scanner.id) },
              h("span", { class: "strong" }, scanner.id),
              badge(/** @type {any} */ (mood), doing),
              mismatch(scanner) !== null && h("span", { class: "hint" }, say("scanner.mismatchShort")),
            ),
          );
        }),
      ),
    ],
    { aside: items.length > 0 && all },
  );
}

/** @param {Scene} scene */
function runningCard({ model, say }) {
  const running = [...model.enrollments.items.values()].filter(item => !isOver(item));
  const aside = h("a", { href: href("enrollments") }, say("overview.history"));
  if (running.length === 0) return card(say("overview.running"), [empty(say("overview.noneRunning"), say("overview.noneRunningHint"))], { aside });
  return card(
    say("overview.running"),
    [
      h(
        "ul",
        { class: "rows" },
        running
          .slice(0, MOST_ACTIVITY)
          .map(item =>
            h(
              "li",
              { key: item.id },
              h(
                "a",
                { class: "row-link", href: href("enrollments", item.id) },
                h("span", { class: "strong" }, item.person),
                h("span", { class: "hint" }, say("enrollment.at", { device: item.device, captured: item.captured, scans: item.scans })),
              ),
              progress(say("enrollment.progress", { person: item.person }), item.percent),
            ),
          ),
      ),
    ],
    { aside },
  );
}

/** @param {Scene} scene */
function activityCard(scene) {
  const { model, say } = scene;
  if (model.activity.length === 0) return card(say("overview.activity"), [empty(say("overview.quiet"), say("overview.quietHint"))]);
  return card(say("overview.activity"), [activityList(scene, model.activity, MOST_ACTIVITY)]);
}

/** @param {Scene} scene */
function runningJobs({ model, say, format }) {
  const items = model.loads["jobs"]?.value?.items ?? [];
  if (items.length === 0) return null;
  return card(
    say("jobs.title"),
    [
      h(
        "ul",
        { class: "rows" },
        items.map((/** @type {any} */ job) =>
          h(
            "li",
            { key: job.id },
            h(
              "div",
              { class: "row-link" },
              h("span", { class: "strong" }, job.name),
              h(
                "span",
                { class: "hint" },
                job.total === null ? job.message : say("job.of", { done: format.number(job.done), total: format.number(job.total) }),
              ),
            ),
            progress(say("job.progress", { name: job.name }), job.percent),
          ),
        ),
      ),
    ],
    { aside: h("a", { href: href("jobs") }, say("overview.allJobs")) },
  );
}

/** @param {number} now */
function localDay(now) {
  const date = new Date(now);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(part => String(part).padStart(2, "0")).join("-");
}
