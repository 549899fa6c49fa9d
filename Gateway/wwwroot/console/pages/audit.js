/** The audit trail: who changed what. */
import { h } from "../../shared/dom.js";
import { listed } from "../lists.js";
import { badge, card, empty, pageHead } from "../parts.js";
import { only } from "./enrollments.js";

/** @type {import("../console.js").Page} */
export const auditPage = {
  section: "audit",
  loads: ({ query }) => ({ list: `/api/audit?${new URLSearchParams({ limit: "50", ...only(query, ["before"]) })}` }),
  title: ({ say }) => say("audit.title"),
  view: scene => {
    const { model, say, format } = scene;
    const list = listed(scene, "list", {
      label: say("audit.title"),
      none: empty(say("audit.none"), say("audit.noneHint")),
      key: row => String(row.seq),
      columns: [
        { label: say("audit.who"), kind: "head", cell: row => row.who },
        {
          label: say("audit.what"),
          kind: "wide",
          cell: row => [
            h("span", null, row.what === row.path ? `${row.method} ${row.path}` : row.what),
            row.what !== row.path && h("span", { class: "hint" }, `${row.method} ${row.path}`),
            ...Object.entries(row.changes ?? {}).map(([field, change]) => h("span", { class: "hint" }, `${field}: ${changed(change)}`)),
            row.note !== undefined && h("span", { class: "hint", lang: "en" }, row.note),
          ],
        },
        { label: say("audit.status"), cell: row => badge(row.result === "refused" ? "bad" : "good", say(`audit.${row.result}`)) },
        { label: say("connection.address"), cell: row => row.remote ?? "–" },
        { label: say("enrollment.when"), cell: row => h("time", { datetime: row.at }, format.moment(row.at, model.now)) },
      ],
    });
    return [
      pageHead(say("audit.title"), {
        lead: say("audit.lead"),
        actions: [h("a", { class: "button", href: "/api/audit?format=csv", download: "audit.csv" }, say("audit.export"))],
      }),
      card(null, [list], { class: "flush" }),
    ];
  },
};

/** @param {{ from?: string, to?: string }} change */
const changed = ({ from, to }) => (from === undefined ? (to ?? "–") : `${from} → ${to ?? "–"}`);
