/** Jobs: how far each is. */
import { h } from "../../shared/dom.js";
import { filters, listed } from "../lists.js";
import { badge, card, empty, pageHead, progress } from "../parts.js";
import { href } from "../route.js";
import { only } from "./enrollments.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {Record<string, "good" | "bad" | "warn" | "busy" | "quiet">} */
const MOODS = { running: "busy", succeeded: "good", failed: "bad" };

/** @type {import("../console.js").Page} */
export const jobsPage = {
  section: "jobs",
  live: ["jobs"],
  loads: ({ query }) => ({ list: `/api/jobs?${new URLSearchParams({ limit: "50", ...only(query, ["state", "before"]) })}` }),
  title: ({ say }) => say("jobs.title"),
  view: scene => {
    const { model, say, format } = scene;
    const list = listed(scene, "list", {
      label: say("jobs.title"),
      none: empty(say("jobs.none"), say("jobs.noneHint"), h("code", null, "scripts/job-report --name import -- some-command")),
      key: row => row.id,
      columns: [
        { label: say("job.name"), kind: "head", cell: row => [h("a", { href: href("jobs", row.id) }, row.name), row.ref && h("span", { class: "hint" }, row.ref)] },
        {
          label: say("job.far"),
          kind: "wide",
          cell: row => [
            progress(say("job.progress", { name: row.name }), row.percent, { mood: row.state }),
            h("span", { class: "hint" }, far(row, say, format)),
          ],
        },
        { label: say("scanners.state"), cell: row => stateBadge(row, say) },
        { label: say("job.message"), cell: row => row.message ?? "–" },
        { label: say("enrollment.when"), cell: row => h("time", { datetime: row.at }, format.moment(row.at, model.now)) },
      ],
    });
    return [
      pageHead(say("jobs.title"), { lead: say("jobs.lead") }),
      filters(scene, [
        {
          name: "state",
          label: say("scanners.state"),
          options: [["", say("list.all")], ...Object.keys(MOODS).map(state => /** @type {[string, string]} */ ([state, say(`job.${state}`)]))],
        },
      ]),
      card(null, [list], { class: "flush", key: "list" }),
    ];
  },
};

/**
 * @param {any} job
 * @param {import("../../shared/language.js").Words} say
 */
export function stateBadge({ state, stalled }, say) {
  return stalled === true ? badge("warn", say("job.stalled")) : badge(MOODS[state] ?? "quiet", say(`job.${state}`));
}

/**
 * @param {any} job
 * @param {import("../../shared/language.js").Words} say
 * @param {import("../format.js").Formats} format
 */
export function far({ done, total, percent }, say, format) {
  return total === null
    ? say("job.done", { done: format.number(done) })
    : `${say("job.of", { done: format.number(done), total: format.number(total) })} · ${percent} %`;
}
