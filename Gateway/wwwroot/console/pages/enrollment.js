/** One enrollment, with the way of each of its scans. */
import { isOver } from "../../shared/enrollment.js";
import { h } from "../../shared/dom.js";
import { reasonText } from "../activity.js";
import { askCancel, askEnroll } from "../doings.js";
import { button, card, empty, facts, loaded, pageHead, progress } from "../parts.js";
import { href } from "../route.js";
import { hasRole } from "../sections.js";
import { traceTable, traceView } from "../trace.js";
import { stateBadge } from "./enrollments.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {import("../console.js").Page} */
export const enrollmentPage = {
  section: "enrollments",
  live: ["enrollments"],
  loads: ({ id }) => {
    const path = `/api/enrollments/${encodeURIComponent(id ?? "")}`;
    return { one: path, trace: `${path}/trace` };
  },
  title: ({ model, say }) => model.loads["one"]?.value?.state.person ?? say("enrollment.title"),
  view: scene => {
    const { model, say } = scene;
    const back = h("a", { href: href("enrollments") }, say("enrollments.title"));
    const one = model.loads["one"];
    if (one?.problem?.code === "unknown_enrollment") {
      const words = model.loads["trace"]?.problem?.["detail"] ?? say("enrollment.unknownHint");
      return [
        pageHead(say("enrollment.title"), { back }),
        card(null, [empty(say("enrollment.unknown"), words, h("a", { class: "button", href: href("quarantine") }, say("quarantine.title")))]),
      ];
    }
    const enrollment = model.enrollments.items.get(model.route.id ?? "") ?? one?.value?.state;
    if (enrollment === undefined) return [pageHead(say("enrollment.title"), { back }), loaded(scene, "one", () => null)];
    return [
      pageHead(enrollment.person, { back, lead: say("enrollment.lead", { device: enrollment.device }), actions: actions(scene, enrollment) }),
      summary(scene, enrollment),
      card(
        say("trace.title"),
        [
          loaded(scene, "trace", trace => [
            h("p", { class: "explanation", lang: "en" }, trace.explanation),
            trace.scans.length > 0 && traceView(scene, trace, isOver(enrollment)),
            trace.scans.length > 0 && traceTable(scene, trace, isOver(enrollment)),
          ]),
        ],
        { class: "trace-card" },
      ),
    ];
  },
};

/**
 * @param {Scene} scene
 * @param {import("../model.js").Enrollment} enrollment
 */
function actions(scene, enrollment) {
  const { model, say, act } = scene;
  if (!hasRole(model.me, "operator")) return [];
  const { id, state, device, person, scans } = enrollment;
  const tell = async () => {
    const answer = await act.send("POST", `/api/enrollments/${encodeURIComponent(id)}/start`, {});
    act.tell(say(answer.ok ? "enrollment.told" : "enrollment.tellFailed"), !answer.ok);
  };
  return [
    isOver(enrollment) &&
      state !== "succeeded" &&
      button(say("enrollment.retry"), () => act.open(askEnroll(scene, { device, person, scans })), "primary"),
    state === "requested" && button(say("enrollment.startNow"), () => void tell()),
    !isOver(enrollment) && button(say("enrollment.cancel"), () => act.open(askCancel(scene, enrollment)), "danger"),
  ];
}

/**
 * @param {Scene} scene
 * @param {import("../model.js").Enrollment} enrollment
 */
function summary({ model, say, format }, enrollment) {
  const { id, device, slot, scans, captured, percent, reason, person, expiresAt, at } = enrollment;
  return card(
    null,
    [
      progress(say("enrollment.progress", { person }), percent, { mood: enrollment.state }),
      facts([
        [say("scanners.state"), [stateBadge(enrollment, say), reason !== undefined && h("span", { class: "hint" }, reasonText(reason, say))]],
        [say("enrollment.captured"), say("enrollment.of", { captured, scans })],
        [say("enrollment.device"), h("a", { href: href("scanners", device) }, device)],
        [say("finger.slot"), format.number(slot)],
        [isOver(enrollment) ? say("enrollment.ended") : say("enrollment.expires"), format.moment(isOver(enrollment) ? at : expiresAt, model.now)],
        [say("enrollment.id"), h("code", { class: "id" }, id)],
      ]),
    ],
    { key: "summary" },
  );
}
