/** The service itself: whether it is ready, and its backup. */
import { h } from "../../shared/dom.js";
import { badge, card, facts, pageHead } from "../parts.js";

/** @type {import("../console.js").Page} */
export const systemPage = {
  section: "system",
  loads: () => ({ ready: "/readyz" }),
  title: ({ say }) => say("system.title"),
  view: scene => {
    const { model, say, format, act } = scene;
    const ready = model.loads["ready"];
    const state =
      ready === undefined
        ? badge("quiet", say("list.loading"))
        : ready.problem === null
          ? badge("good", say("system.ready"))
          : badge("bad", ready.problem["detail"] ?? say("system.notReady"));
    return [
      pageHead(say("system.title"), { lead: say("system.lead") }),
      card(say("system.health"), [
        facts([
          [say("scanners.state"), state],
          [say("system.asOf"), ready === undefined || ready.at === 0 ? "–" : format.time(ready.at)],
        ]),
      ]),
      card(say("backup.title"), [
        h("p", null, say("backup.text")),
        h(
          "p",
          { class: "download" },
          h(
            "a",
            { class: "button primary", href: "/api/backup", download: "", onclick: () => act.tell(say("backup.begun")) },
            say("backup.download"),
          ),
        ),
        h("p", { class: "hint" }, say("backup.restore"), " ", h("code", null, "dotnet run --project Gateway -- restore FILE")),
      ]),
    ];
  },
};
