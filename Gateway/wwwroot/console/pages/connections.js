/** Which pages and programs follow what, and how far behind they are. */
import { h } from "../../shared/dom.js";
import { listed } from "../lists.js";
import { badge, card, empty, pageHead } from "../parts.js";
import { only } from "./enrollments.js";

/** @type {import("../console.js").Page} */
export const connectionsPage = {
  section: "connections",
  loads: ({ query }) => ({ list: `/api/connections?${new URLSearchParams({ limit: "50", ...only(query, ["before"]) })}` }),
  title: ({ say }) => say("connections.title"),
  view: scene => {
    const { model, say, format } = scene;
    const list = listed(scene, "list", {
      label: say("connections.title"),
      none: empty(say("connections.none"), say("connections.noneHint")),
      key: row => row.id,
      columns: [
        {
          label: say("connection.user"),
          kind: "head",
          cell: row => [row.user ?? "–", row.role && row.role !== row.user && h("span", { class: "hint" }, row.role)],
        },
        { label: say("connection.address"), cell: row => row.address ?? "–" },
        { label: say("connection.transport"), cell: row => say(`transport.${row.transport}`) },
        { label: say("connection.since"), cell: row => h("time", { datetime: row.since }, format.ago(row.since, model.now)) },
        {
          label: say("connection.channels"),
          kind: "wide",
          cell: row =>
            h(
              "ul",
              { class: "inline" },
              row.channels.map((/** @type {any} */ one) =>
                h("li", { key: one.channel }, h("code", null, one.channel), " ", lag(one, say, format)),
              ),
            ),
        },
      ],
    });
    return [pageHead(say("connections.title"), { lead: say("connections.lead") }), card(null, [list], { class: "flush" })];
  },
};

/**
 * @param {{ lag: number, queued: number, live: boolean }} followed
 * @param {import("../../shared/language.js").Words} say
 * @param {import("../format.js").Formats} format
 */
function lag({ lag, live }, say, format) {
  return lag === 0 && live
    ? badge("good", say("connection.current"))
    : badge(lag > 100 ? "warn" : "busy", say("connection.lag", { lag: format.number(lag) }));
}
