/** Webhooks: which programs are told what, and whether they heard it. */
import { h } from "../../shared/dom.js";
import { button } from "../doings.js";
import { badge, card, empty, loaded, pageHead, table } from "../parts.js";
import { secretOnce } from "./access.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {import("../console.js").Page} */
export const webhooksPage = {
  section: "webhooks",
  loads: () => ({ list: "/api/webhooks" }),
  title: ({ say }) => say("webhooks.title"),
  view: scene => {
    const { model, say, format, act } = scene;
    return [
      pageHead(say("webhooks.title"), {
        lead: say("webhooks.lead"),
        actions: [button(say("webhook.add"), () => act.open(askAdd(scene)), "primary")],
      }),
      card(
        null,
        [
          loaded(scene, "list", ({ items }) =>
            items.length === 0
              ? empty(say("webhooks.none"), say("webhooks.noneHint"))
              : table({
                  label: say("webhooks.title"),
                  rows: items,
                  key: row => row.id,
                  columns: [
                    { label: say("webhook.url"), kind: "head", cell: row => row.url },
                    { label: say("webhook.events"), cell: row => row.events.join(", ") },
                    {
                      label: say("scanners.state"),
                      cell: row =>
                        row.failing
                          ? [
                              badge("bad", say("webhook.failing", { attempts: row.failing.attempts })),
                              h("span", { class: "hint", lang: "en" }, row.failing.error),
                            ]
                          : badge("good", say("webhook.well")),
                    },
                    { label: say("webhook.pending"), kind: "number", cell: row => format.number(row.pending) },
                    { label: say("access.since"), cell: row => format.moment(row.at, model.now) },
                    {
                      label: say("list.actions"),
                      kind: "actions",
                      cell: row =>
                        h(
                          "button",
                          {
                            type: "button",
                            class: "small danger",
                            "aria-label": say("access.removeOf", { name: row.url }),
                            onclick: () => act.open(askRemove(scene, row)),
                          },
                          say("access.remove"),
                        ),
                    },
                  ],
                }),
          ),
        ],
        { class: "flush" },
      ),
    ];
  },
};

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
      act.send("POST", "/api/webhooks", { url: url.trim(), ...(events.trim() === "" ? {} : { events: events.split(",").map(name => name.trim()) }) }),
    done: ({ url, secret }) => secretOnce(say, say("webhook.made", { url }), say("webhook.once"), secret),
  };
}

/** @param {Scene} scene @param {{ id: string, url: string, pending: number }} webhook @returns {import("../dialog.js").Dialog} */
function askRemove({ say, act }, { id, url, pending }) {
  return {
    title: say("access.removeTitle", { name: url }),
    text: say("webhook.removeText", { pending }),
    confirm: say("access.remove"),
    danger: true,
    run: () => act.send("DELETE", `/api/webhooks/${encodeURIComponent(id)}`),
    done: () => say("dialog.removed"),
  };
}
