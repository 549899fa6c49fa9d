/** One webhook: each delivery, how often it was tried, and what came back. */
import { h } from "../../shared/dom.js";
import { problemText } from "../../shared/problems.js";
import { actions, listed, rowButton } from "../lists.js";
import { badge, card, empty, loaded, pageHead } from "../parts.js";
import { href } from "../route.js";
import { only } from "./enrollments.js";
import { health } from "./webhooks.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {Record<string, "good" | "bad" | "warn" | "busy" | "quiet">} */
const MOODS = { delivered: "good", pending: "busy", failed: "bad" };

/** @param {string | null} id */
const path = id => `/api/webhooks/${encodeURIComponent(id ?? "")}`;

/** @type {import("../console.js").Page} */
export const webhookPage = {
  section: "webhooks",
  live: ["enrollments", "devices"],
  loads: ({ id, query }) => ({
    one: path(id),
    list: `${path(id)}/deliveries?${new URLSearchParams({ limit: "50", ...only(query, ["before"]) })}`,
  }),
  title: ({ model, say }) => model.loads["one"]?.value?.url ?? say("webhooks.title"),
  view: scene => {
    const { model, say } = scene;
    const back = h("a", { href: href("webhooks") }, say("webhooks.title"));
    const webhook = model.loads["one"]?.value;
    if (!webhook) return [pageHead(say("webhooks.title"), { back }), loaded(scene, "one", () => null)];
    return [
      pageHead(webhook.url, { back, lead: say("webhook.lead", { events: webhook.events.join(", ") }) }),
      h("p", { class: "row", key: "health" }, health(webhook, say), h("span", { class: "hint" }, `${say("webhook.by")} ${webhook.by}`)),
      card(say("delivery.title"), [deliveries(scene)], { class: "flush" }),
    ];
  },
};

/** @param {Scene} scene */
function deliveries(scene) {
  const { model, say, format } = scene;
  return listed(scene, "list", {
    label: say("delivery.title"),
    none: empty(say("delivery.none"), say("delivery.noneHint")),
    key: row => row.id,
    columns: [
      {
        label: say("delivery.event"),
        kind: "head",
        cell: row => [h("a", { href: pageOf(row.channel) }, row.type), h("span", { class: "hint" }, row.channel)],
      },
      {
        label: say("scanners.state"),
        cell: row => [badge(MOODS[row.status] ?? "quiet", say(`delivery.${row.status}`)), h("span", { class: "hint" }, outcome(row, scene))],
      },
      { label: say("delivery.attempts"), kind: "number", cell: row => format.number(row.attempts) },
      { label: say("enrollment.when"), cell: row => h("time", { datetime: row.at }, format.moment(row.at, model.now)) },
      {
        label: say("delivery.body"),
        cell: row =>
          h("details", null, h("summary", null, say("delivery.show")), h("pre", { tabindex: 0, "aria-label": say("delivery.body") }, bodyOf(row))),
      },
      ...actions(scene, "admin", row =>
        rowButton(say("delivery.again"), say("delivery.againOf", { type: row.type, channel: row.channel }), () => void again(scene, row)),
      ),
    ],
  });
}

/** @param {string} channel as in `enrollments/0198…` */
function pageOf(channel) {
  const [kind = "", ...id] = channel.split("/");
  return href(kind === "devices" ? "scanners" : kind, id.join("/"));
}

/** @param {{ body: unknown }} delivery */
function bodyOf({ body }) {
  return typeof body === "string" ? body : JSON.stringify(body, null, 2);
}

/**
 * What came back the last time, and when it is tried again.
 *
 * @param {any} delivery
 * @param {Scene} scene
 */
function outcome({ lastStatus, lastError, lastMilliseconds, next, status }, { model, say, format }) {
  const answered = lastStatus === undefined ? lastError : say("delivery.answered", { status: lastStatus, span: format.span(lastMilliseconds ?? 0) });
  const again = status === "pending" && next !== undefined ? say("delivery.next", { time: format.moment(next, model.now) }) : undefined;
  return [answered, again].filter(part => part !== undefined && part !== null).join(" · ");
}

/**
 * @param {Scene} scene
 * @param {{ id: string }} delivery
 */
async function again({ model, say, act }, { id }) {
  const answer = await act.send("POST", `${path(model.route.id)}/deliveries/${encodeURIComponent(id)}/redeliver`, {});
  act.tell(answer.ok ? say("delivery.told") : problemText(answer.problem, say), !answer.ok);
  act.reload();
}
