/** The service itself: whether it is ready, and its backup. */
import { h } from "../../shared/dom.js";
import { badge, card, facts, loaded, pageHead } from "../parts.js";

/** From so many days before its end on, a certificate wants to be renewed. */
const SOON = 30;

/** @type {import("../console.js").Page} */
export const systemPage = {
  section: "system",
  loads: () => ({ ready: "/readyz", tls: "/api/certificate" }),
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
          [say("system.certificate"), loaded(scene, "tls", ({ certificate }) => ending(certificate, scene))],
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

/**
 * @param {{ subject: string, until: string, days: number } | null} certificate
 * @param {import("../console.js").Scene} scene
 */
function ending(certificate, { model, say, format }) {
  if (certificate === null) return badge("quiet", say("system.noTls"));
  const when = { date: format.moment(certificate.until, model.now), days: format.number(certificate.days) };
  if (certificate.days < 0) return badge("bad", say("system.certificateEnded", when));
  return certificate.days < SOON ? badge("warn", say("system.certificateEnds", when)) : badge("good", say("system.certificateGood", when));
}
