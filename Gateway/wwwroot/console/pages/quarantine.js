/** Messages that did not fit: why, and what can be done with them. */
import { h } from "../../shared/dom.js";
import { problemText } from "../../shared/problems.js";
import { filters, pager } from "../lists.js";
import { badge, card, empty, loaded, pageHead } from "../parts.js";
import { hasRole } from "../sections.js";
import { only } from "./enrollments.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {import("../console.js").Page} */
export const quarantinePage = {
  section: "quarantine",
  loads: ({ query }) => ({ list: `/api/quarantine?${new URLSearchParams({ limit: "50", ...only(query, ["device", "code", "before"]) })}` }),
  title: ({ say }) => say("quarantine.title"),
  view: scene => {
    const { model, say } = scene;
    const counts = model.loads["list"]?.value?.counts ?? {};
    const codes = Object.entries(counts).map(([code, count]) => /** @type {[string, string]} */ ([code, `${codeText(code, say)} (${count})`]));
    const query = new URLSearchParams({ format: "csv", ...only(model.route.query, ["device", "code"]) });
    return [
      pageHead(say("quarantine.title"), {
        lead: say("quarantine.lead"),
        actions: [h("a", { class: "button", href: `/api/quarantine/export?${query}`, download: "quarantine.csv" }, say("quarantine.export"))],
      }),
      filters(scene, [
        { name: "code", label: say("quarantine.code"), options: [["", say("list.all")], ...codes] },
        { name: "device", label: say("enrollment.device") },
      ]),
      card(
        null,
        [
          loaded(scene, "list", ({ items, next }) => [
            items.length === 0
              ? empty(say("quarantine.none"), say("quarantine.noneHint"))
              : h(
                  "ul",
                  { class: "misfits" },
                  items.map((/** @type {any} */ item) => misfit(scene, item)),
                ),
            pager(scene, next),
          ]),
        ],
        { class: "flush", key: "list" },
      ),
    ];
  },
};

/**
 * @param {string} code
 * @param {import("../../shared/language.js").Words} say
 */
function codeText(code, say) {
  return say.has(`code.${code}`) ? say(`code.${code}`) : code;
}

/**
 * @param {Scene} scene
 * @param {any} item
 */
function misfit(scene, item) {
  const { model, say, format, act } = scene;
  const operates = hasRole(model.me, "operator");
  return h(
    "li",
    { key: item.id },
    h(
      "p",
      { class: "misfit-head" },
      badge("warn", codeText(item.code, say)),
      h("span", { class: "strong" }, item.device ?? item.by ?? "–"),
      h("time", { class: "hint", datetime: item.at }, format.moment(item.at, model.now)),
    ),
    h("p", { lang: "en" }, item.message),
    h(
      "details",
      null,
      h("summary", null, say("quarantine.message")),
      h("p", null, h("code", null, item.topic)),
      h("pre", { tabindex: 0, "aria-label": say("quarantine.message") }, item.payload),
    ),
    operates &&
      h(
        "div",
        { class: "row" },
        item.code !== "forbidden" &&
          h(
            "button",
            {
              type: "button",
              class: "small",
              "aria-label": say("quarantine.resubmitOf", { device: item.device ?? "–" }),
              onclick: () => act.open(askResubmit(scene, item)),
            },
            say("quarantine.resubmit"),
          ),
        h(
          "button",
          {
            type: "button",
            class: "small danger",
            "aria-label": say("quarantine.removeOf", { device: item.device ?? "–" }),
            onclick: () => act.open(askRemove(scene, item)),
          },
          say("quarantine.remove"),
        ),
      ),
  );
}

/**
 * @param {Scene} scene
 * @param {any} item
 * @returns {import("../dialog.js").Dialog}
 */
function askResubmit({ say, act }, item) {
  return {
    title: say("quarantine.resubmitTitle"),
    text: say("quarantine.resubmitText"),
    confirm: say("quarantine.resubmit"),
    run: () => act.send("POST", `/api/quarantine/${encodeURIComponent(item.id)}/resubmit`, {}),
    done: ({ result, code, message }) =>
      result === "refused"
        ? { title: say("quarantine.refused"), text: [problemText({ code, detail: message }, say, "code"), h("p", { lang: "en" }, message ?? "")] }
        : say(`quarantine.${result}`),
  };
}

/**
 * @param {Scene} scene
 * @param {any} item
 * @returns {import("../dialog.js").Dialog}
 */
function askRemove({ say, act }, item) {
  return {
    title: say("quarantine.removeTitle"),
    text: say("quarantine.removeText"),
    confirm: say("quarantine.remove"),
    danger: true,
    run: () => act.send("DELETE", `/api/quarantine/${encodeURIComponent(item.id)}`),
    done: () => say("dialog.removed"),
  };
}
