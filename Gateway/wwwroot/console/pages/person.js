/** One person: the fingers that they are known by, and what became of their enrollments. */
import { h } from "../../shared/dom.js";
import { listed } from "../lists.js";
import { badge, card, empty, facts, loaded, pageHead } from "../parts.js";
import { href } from "../route.js";
import { stateBadge } from "./enrollments.js";
import { fingers, personActions } from "./people.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {import("../console.js").Page} */
export const personPage = {
  section: "people",
  live: ["enrollments"],
  loads: ({ id }) => ({
    one: `/api/people/${encodeURIComponent(id ?? "")}`,
    list: `/api/enrollments?${new URLSearchParams({ person: id ?? "", limit: "50" })}`,
  }),
  title: ({ model, say }) => model.loads["one"]?.value?.name ?? model.route.id ?? say("people.title"),
  view: scene => {
    const { model, say } = scene;
    const back = h("a", { href: href("people") }, say("people.title"));
    const one = model.loads["one"];
    if (one?.problem?.code === "unknown_person") {
      return [
        pageHead(say("people.title"), { back }),
        card(null, [empty(say("person.unknown"), say("person.unknownHint"), h("a", { class: "button", href: href("people") }, say("people.title")))]),
      ];
    }
    const person = one?.value;
    if (person === undefined) return [pageHead(say("people.title"), { back }), loaded(scene, "one", () => null)];
    return [
      pageHead(person.name ?? person.id, { back, actions: personActions(scene, person) }),
      card(
        null,
        [
          facts([
            [say("scanners.state"), badge(person.registered ? "good" : "quiet", say(person.registered ? "person.registered" : "person.unregistered"))],
            [say("person.fingers"), fingers(scene, person)],
            [say("person.id"), h("code", { class: "id" }, person.id)],
          ]),
        ],
        { key: "summary" },
      ),
      card(say("enrollments.title"), [enrollments(scene)], { class: "flush", key: "list" }),
    ];
  },
};

/** @param {Scene} scene */
function enrollments(scene) {
  const { model, say, format } = scene;
  return listed(scene, "list", {
    label: say("enrollments.title"),
    none: empty(say("person.noEnrollments"), say("people.noneHint")),
    key: row => row.id,
    columns: [
      {
        label: say("enrollment.when"),
        kind: "head",
        cell: row => h("a", { href: href("enrollments", row.id) }, h("time", { datetime: row.at }, format.moment(row.at, model.now))),
      },
      { label: say("enrollment.device"), cell: row => h("a", { href: href("scanners", row.device) }, row.device) },
      { label: say("scanners.state"), cell: row => stateBadge(row, say) },
      { label: say("enrollment.captured"), cell: row => say("enrollment.of", { captured: row.captured, scans: row.scans }) },
    ],
  });
}
