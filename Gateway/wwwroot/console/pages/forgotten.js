/** Who was forgotten: whether history is rid of them, and each scanner of their fingers. */
import { h } from "../../shared/dom.js";
import { listed } from "../lists.js";
import { badge, card, empty, pageHead } from "../parts.js";
import { href } from "../route.js";
import { hasRole } from "../sections.js";
import { only } from "./enrollments.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {import("../console.js").Page} */
export const forgottenPage = {
  section: "people",
  live: ["devices"],
  loads: ({ query }) => ({ list: `/api/forgettings?${new URLSearchParams({ limit: "50", ...only(query, ["before"]) })}` }),
  title: ({ say }) => say("forgotten.title"),
  view: scene => {
    const { model, say, format } = scene;
    const head = pageHead(say("forgotten.title"), { lead: say("forgotten.lead"), back: h("a", { href: href("people") }, say("people.title")) });
    if (!hasRole(model.me, "operator")) return [head, card(null, [empty(say("app.forbidden"), say("app.forbiddenHint"))])];
    const list = listed(scene, "list", {
      label: say("forgotten.title"),
      none: empty(say("forgotten.none"), say("forgotten.noneHint")),
      key: row => row.id,
      columns: [
        { label: say("forgotten.name"), kind: "head", cell: row => h("code", null, row.id) },
        {
          label: say("forgotten.history"),
          cell: row => (row.erasedAt === undefined ? badge("busy", say("forgotten.erasing")) : badge("good", say("forgotten.erased"))),
        },
        { label: say("person.fingers"), kind: "wide", cell: row => fingers(row.fingers, scene) },
        { label: say("forgotten.by"), cell: row => row.by },
        { label: say("enrollment.when"), cell: row => h("time", { datetime: row.at }, format.moment(row.at, model.now)) },
      ],
    });
    return [head, card(null, [list], { class: "flush", key: "list" })];
  },
};

/**
 * @param {{ device: string, slot: number, deletedAt: string | null, reason?: string }[]} all
 * @param {Scene} scene
 */
function fingers(all, { say }) {
  if (all.length === 0) return "–";
  const item = (/** @type {(typeof all)[0]} */ finger) =>
    h(
      "li",
      { key: `${finger.device} ${finger.slot}` },
      h("a", { href: href("scanners", finger.device) }, say("person.finger", { device: finger.device, slot: finger.slot })),
      " ",
      finger.deletedAt !== null
        ? badge("good", say("forgotten.deleted"))
        : badge("warn", obstacle(finger.reason, say)),
    );
  return h("ul", { class: "inline" }, all.map(item));
}

/** @param {string | undefined} reason @param {Scene["say"]} say */
function obstacle(reason, say) {
  if (reason === undefined) return say("forgotten.waits");
  return reason === "scanner_removed" ? say("forgotten.scannerRemoved") : say("forgotten.refused", { reason });
}
