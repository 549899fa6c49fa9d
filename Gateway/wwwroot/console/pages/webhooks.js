/** Webhooks: which programs are told what, and whether they heard it. */
import { h } from "../../shared/dom.js";
import { removal, secretOnce, wordsIn } from "../asking.js";
import { actions, listed } from "../lists.js";
import { badge, button, card, empty, pageHead } from "../parts.js";
import { href } from "../route.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {import("../console.js").Page} */
export const webhooksPage = {
  section: "webhooks",
  loads: () => ({ list: "/api/webhooks" }),
  title: ({ say }) => say("webhooks.title"),
  view: scene => {
    const { model, say, format, act } = scene;
    const list = listed(scene, "list", {
      label: say("webhooks.title"),
      none: empty(say("webhooks.none"), say("webhooks.noneHint")),
      key: row => row.id,
      columns: [
        { label: say("webhook.url"), kind: "head", cell: row => h("a", { href: href("webhooks", row.id) }, row.url) },
        { label: say("webhook.events"), cell: row => row.events.join(", ") },
        { label: say("scanners.state"), cell: row => health(row, say) },
        { label: say("webhook.by"), cell: row => row.by },
        { label: say("webhook.pending"), kind: "number", cell: row => format.number(row.pending) },
        { label: say("access.since"), cell: row => format.moment(row.at, model.now) },
        ...actions(scene, "admin", row =>
          removal(scene, row.url, `/api/webhooks/${encodeURIComponent(row.id)}`, say("webhook.removeText", { pending: row.pending })),
        ),
      ],
    });
    return [
      pageHead(say("webhooks.title"), {
        lead: say("webhooks.lead"),
        actions: [button(say("webhook.add"), () => act.open(askAdd(scene)), "primary")],
      }),
      card(null, [list], { class: "flush" }),
    ];
  },
};

/**
 * @param {{ failing?: { attempts: number, error: string }, stopped?: string }} webhook
 * @param {import("../../shared/language.js").Words} say
 */
export function health({ failing, stopped }, say) {
  if (stopped !== undefined) return [badge("bad", say("webhook.stopped")), h("span", { class: "hint", lang: "en" }, stopped)];
  return failing === undefined
    ? badge("good", say("webhook.well"))
    : [badge("bad", say("webhook.failing", { attempts: failing.attempts })), h("span", { class: "hint", lang: "en" }, failing.error)];
}

/** @param {Scene} scene @returns {import("../dialog.js").Dialog} */
function askAdd({ say, act }) {
  return {
    title: say("webhook.add"),
    text: say("webhook.addText"),
    fields: [
      { name: "url", label: say("webhook.url") },
      { name: "events", label: say("webhook.events"), hint: say("webhook.eventsHint"), optional: true },
    ],
    confirm: say("webhook.add"),
    run: ({ url = "", events = "" }) =>
      act.send("POST", "/api/webhooks", { url: url.trim(), ...(events.trim() === "" ? {} : { events: wordsIn(events) }) }),
    done: ({ url, secret }) => secretOnce(say, say("webhook.made", { url }), say("webhook.once"), secret),
  };
}
