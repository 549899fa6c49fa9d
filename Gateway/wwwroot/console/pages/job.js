/** One job: how far it is, and what was reported of it. */
import { h } from "../../shared/dom.js";
import { pager, table } from "../lists.js";
import { card, empty, facts, loaded, pageHead, progress } from "../parts.js";
import { href } from "../route.js";
import { far, stateBadge } from "./jobs.js";

/** @typedef {import("../console.js").Scene} Scene */

/** Events of one look. */
const PER_LOOK = 50;

/** @type {import("../console.js").Page} */
export const jobPage = {
  section: "jobs",
  live: ["jobs"],
  loads: ({ id, query }, model) => {
    const path = `/api/jobs/${encodeURIComponent(id ?? "")}`;
    const one = model.loads["one"]?.value;
    const isNewest = query["before"] === undefined;
    const head = isNewest ? one?.seq : Number(query["before"]) - 1;
    const since = Math.max(0, head - PER_LOOK);
    // What has come since is on the first page as well.
    const limit = isNewest ? 1000 : Math.max(1, head - since);
    const events = one !== undefined && head >= 0 && new URLSearchParams({ since: String(since), epoch: one.epoch, limit: String(limit) });
    return { one: path, ...(events && { events: `${path}/events?${events}` }) };
  },
  title: ({ model, say }) => model.loads["one"]?.value?.state.name ?? say("jobs.title"),
  view: scene => {
    const { model, say } = scene;
    const back = h("a", { href: href("jobs") }, say("jobs.title"));
    const one = model.loads["one"];
    if (one?.problem?.code === "unknown_job") {
      return [
        pageHead(say("jobs.title"), { back }),
        card(null, [empty(say("job.unknown"), say("job.unknownHint"), h("a", { class: "button", href: href("jobs") }, say("jobs.title")))]),
      ];
    }
    const job = one?.value?.state;
    if (job === undefined) return [pageHead(say("jobs.title"), { back }), loaded(scene, "one", () => null)];
    return [
      pageHead(job.name, { back, lead: job.ref }),
      summary(scene, job),
      card(say("job.events"), [loaded(scene, "events", answer => events(scene, job, answer))], { class: "flush", key: "events" }),
    ];
  },
};

/**
 * @param {Scene} scene
 * @param {any} job
 */
function summary({ model, say, format }, job) {
  const isRunning = job.state === "running";
  const silence = job.stalled === true || (isRunning && job.stallsAt !== undefined && Date.parse(job.stallsAt) <= model.now);
  return card(
    null,
    [
      progress(say("job.progress", { name: job.name }), job.percent, { mood: job.state }),
      silence && h("p", { class: "trouble", key: "silence" }, say("job.stalledSince", { time: format.ago(job.at, model.now) })),
      job.state === "failed" && h("p", { class: "trouble", key: "error" }, h("span", { class: "strong" }, say("job.failedWith")), " ", job.message),
      facts([
        [say("scanners.state"), stateBadge({ ...job, stalled: silence }, say)],
        [say("job.far"), far(job, say, format)],
        ...(job.state === "failed" ? [] : [/** @type {[string, string]} */ ([say("job.message"), job.message ?? "–"])]),
        [say(isRunning ? "job.heard" : "job.ended"), h("time", { datetime: job.at }, format.moment(job.at, model.now))],
        [say("job.by"), job.by ?? "–"],
        [say("job.id"), h("code", { class: "id" }, job.id)],
      ]),
    ],
    { key: "summary" },
  );
}

/**
 * Newest first.
 *
 * @param {Scene} scene
 * @param {any} job
 * @param {{ events: any[], reset: boolean }} answer
 */
function events(scene, job, { events: told, reset }) {
  const { model, say, format } = scene;
  if (told.length === 0) return empty(say(reset ? "job.eventsGone" : "job.noEvents"), say("job.eventsGoneHint"));
  const rows = [...told].reverse().slice(0, PER_LOOK);
  const last = rows.at(-1);
  return [
    table({
      label: say("job.events"),
      rows,
      key: row => String(row.seq),
      columns: [
        { label: say("enrollment.when"), kind: "head", cell: row => h("time", { datetime: row.at }, format.moment(row.at, model.now)) },
        { label: say("job.event"), cell: row => [say(`job.event.${row.type}`), row.data.late === true && h("span", { class: "hint" }, say("job.late"))] },
        { label: say("job.far"), cell: row => (row.type === "created" ? "–" : far(row.data, say, format)) },
        { label: say("job.message"), kind: "wide", cell: row => row.data.message ?? "–" },
        { label: say("job.by"), cell: row => row.data.by ?? job.by ?? "–" },
      ],
    }),
    pager(scene, last.seq > 1 ? last.seq : null),
  ];
}
