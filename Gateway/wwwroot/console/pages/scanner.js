/** One scanner: how it is, whose fingers it holds, what can be done with it. */
import { h } from "../../shared/dom.js";
import { activityList } from "../activity.js";
import { ask, askDeleteFinger, askDeleteScanner, askDirection, askEnroll, askRename, askRestart, askRotate } from "../doings.js";
import { actions, listed, rowButton } from "../lists.js";
import { badge, button, card, empty, facts, pageHead, progress } from "../parts.js";
import { href } from "../route.js";
import { health, mismatch, runningAt } from "../scanners.js";
import { hasRole } from "../sections.js";
import { figuresOf, place, seen, signal, state, templates } from "./scanners.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {import("../console.js").Page} */
export const scannerPage = {
  section: "scanners",
  live: ["devices", "enrollments"],
  loads: ({ id }) => {
    const path = `/api/devices/${encodeURIComponent(id ?? "")}`;
    return { slots: `${path}/slots`, commands: `${path}/commands`, figures: "/api/devices?limit=1000" };
  },
  title: ({ model }) => model.route.id ?? "",
  view: scene => {
    const { model, say } = scene;
    const id = model.route.id ?? "";
    const back = h("a", { href: href("scanners") }, say("scanners.title"));
    const scanner = model.scanners.items.find(item => item.id === id);
    if (scanner === undefined) {
      const text = model.scanners.known
        ? empty(say("scanner.unknown", { id }), say("scanner.unknownHint"))
        : h("p", { class: "waiting" }, h("span", { class: "late" }, say("list.loading")));
      return [pageHead(id, { back }), card(null, [text])];
    }
    const running = runningAt(model).get(id);
    return [
      pageHead(id, { back, lead: place(scanner) || null, actions: doings(scene, scanner, running) }),
      advice(scene, scanner),
      h(
        "div",
        { class: "columns", key: "columns" },
        h("div", { class: "column" }, stateCard(scene, scanner, running), fingersCard(scene, scanner)),
        h("div", { class: "column" }, activityCard(scene, id)),
      ),
    ];
  },
};

/**
 * @param {Scene} scene
 * @param {import("../scanners.js").Scanner} scanner
 * @param {import("../model.js").Enrollment | undefined} running
 */
function doings(scene, scanner, running) {
  const { model, say, act } = scene;
  const { id } = scanner;
  const operates = hasRole(model.me, "operator");
  const rules = hasRole(model.me, "admin");
  const ready = health(scanner) === "ready";
  return [
    operates && ready && running === undefined && button(say("scanner.enroll"), () => act.open(askEnroll(scene, { device: id })), "primary"),
    operates && scanner.online === true && button(say("scanner.locate"), () => void ask(scene, id, "locate")),
    operates && scanner.online === true && button(say("scanner.ping"), () => void ask(scene, id, "ping")),
    operates && button(say("scanner.rename"), () => act.open(askRename(scene, scanner))),
    operates && scanner.online === true && button(say("scanner.restart"), () => act.open(askRestart(scene, id))),
    operates && button(say("scanner.direction"), () => act.open(askDirection(scene, scanner))),
    rules && button(say("scanner.rotate"), () => act.open(askRotate(scene, id))),
    rules && button(say("scanner.delete"), () => act.open(askDeleteScanner(scene, scanner, running?.person)), "danger"),
  ];
}

/**
 * What is wrong, and what to do.
 *
 * @param {Scene} scene
 * @param {import("../scanners.js").Scanner} scanner
 */
function advice({ say }, scanner) {
  const state = health(scanner);
  const wrong = mismatch(scanner);
  const lines = [
    state === "offline" && say("advice.offline"),
    state === "sensor" && say(`advice.${scanner.sensor}`),
    wrong !== null && say(`advice.${wrong}`, { stored: scanner.stored ?? 0, known: scanner.known ?? 0 }),
  ].filter(Boolean);
  return (
    lines.length > 0 &&
    h(
      "div",
      { class: "advice", key: "advice" },
      lines.map((line, index) => h("p", { key: index }, /** @type {string} */ (line))),
    )
  );
}

/**
 * @param {Scene} scene
 * @param {import("../scanners.js").Scanner} scanner
 * @param {import("../model.js").Enrollment | undefined} running
 */
function stateCard({ model, say, format }, scanner, running) {
  const figures = figuresOf(model).get(scanner.id);
  return card(say("scanner.stateTitle"), [
    facts([
      [say("scanners.state"), state(scanner, undefined, say)],
      [say("scanner.sensor"), scanner.sensor === undefined ? "–" : say(`sensor.${scanner.sensor}`)],
      [say("scanner.templates"), templates(scanner, say, format)],
      [say("scanner.signal"), signal(figures, say)],
      [say("scanner.firmware"), scanner.firmware ?? "–"],
      [say("scanner.seen"), seen(scanner, figures, model.now, format)],
      [say("scanner.site"), scanner.site ?? "–"],
      [
        say("scanner.doing"),
        running === undefined
          ? say("scanner.idle")
          : h("a", { href: href("enrollments", running.id) }, say("scanner.enrolling", { person: running.person })),
      ],
    ]),
    running !== undefined && progress(say("enrollment.progress", { person: running.person }), running.percent),
  ]);
}

/**
 * @param {Scene} scene
 * @param {import("../scanners.js").Scanner} scanner
 */
function fingersCard(scene, scanner) {
  const { model, say, format } = scene;
  const list = listed(scene, "slots", {
    label: say("finger.title"),
    none: empty(say("finger.none"), say("finger.noneHint")),
    key: row => String(row.slot),
    columns: [
      { label: say("finger.person"), kind: "head", cell: row => h("a", { href: href("people", null, { search: row.person }) }, row.person) },
      { label: say("finger.slot"), kind: "number", cell: row => format.number(row.slot) },
      {
        label: say("finger.since"),
        cell: row =>
          row.at === undefined
            ? badge("busy", say("finger.now"))
            : h("a", { href: href("enrollments", row.enrollment) }, format.moment(row.at, model.now)),
      },
      ...actions(scene, "operator", row => fingerAction(scene, scanner, row)),
    ],
  });
  return card(say("finger.title"), [list, leaving(scene)], { class: "flush" });
}

/**
 * @param {Scene} scene
 * @param {import("../scanners.js").Scanner} scanner
 * @param {any} finger
 */
function fingerAction(scene, scanner, finger) {
  const { say, act } = scene;
  if (finger.at === undefined) return null;
  if (waitingToDelete(scene).some(command => command.slot === finger.slot)) return badge("busy", say("finger.leaving"));
  const name = say("finger.deleteOf", { person: finger.person });
  return rowButton(say("finger.delete"), name, () => act.open(askDeleteFinger(scene, scanner, finger)), "danger");
}

/** @param {Scene} scene @returns {{ slot: number, expiresAt: string }[]} */
function waitingToDelete({ model }) {
  const commands = model.loads["commands"]?.value?.items ?? [];
  return commands.filter((/** @type {any} */ command) => command.do === "delete");
}

/**
 * Fingers that the scanner has been told to delete and has not confirmed: they are still in its sensor.
 *
 * @param {Scene} scene
 */
function leaving(scene) {
  const { model, say, format } = scene;
  const commands = waitingToDelete(scene);
  return (
    commands.length > 0 &&
    h(
      "ul",
      { class: "aside", key: "leaving" },
      commands.map(({ slot, expiresAt }) => h("li", { key: slot }, say("finger.waits", { slot, until: format.moment(expiresAt, model.now) }))),
    )
  );
}

/**
 * @param {Scene} scene
 * @param {string} id
 */
function activityCard(scene, id) {
  const { model, say } = scene;
  const own = model.activity.filter(({ channel, data }) => channel === `devices/${id}` || data["device"] === id || data["source"]?.device === id);
  const history = h("a", { href: href("enrollments", null, { device: id }) }, say("scanner.history"));
  return card(say("overview.activity"), [own.length === 0 ? empty(say("overview.quiet"), say("scanner.quietHint")) : activityList(scene, own, 20)], {
    aside: history,
  });
}
