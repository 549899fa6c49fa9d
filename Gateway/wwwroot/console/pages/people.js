/** People: who is known, by which fingers, and where. */
import { h } from "../../shared/dom.js";
import { askEnroll } from "../doings.js";
import { actions, filters, listed, rowButton } from "../lists.js";
import { badge, button, card, empty, pageHead } from "../parts.js";
import { href } from "../route.js";
import { hasRole } from "../sections.js";
import { only } from "./enrollments.js";

/**
 * @typedef {import("../console.js").Scene} Scene
 * @typedef {{ id: string, name?: string | null, registered: boolean, fingers: { device: string, slot: number, at: string }[] }} Person
 */

/** @param {string} id */
const path = id => `/api/people/${encodeURIComponent(id)}`;

/** @type {import("../console.js").Page} */
export const peoplePage = {
  section: "people",
  live: ["enrollments"],
  loads: ({ query }) => ({ list: `/api/people?${new URLSearchParams({ limit: "50", ...only(query, ["search", "before"]) })}` }),
  title: ({ say }) => say("people.title"),
  view: scene => {
    const { model, say, act } = scene;
    const forgotten = hasRole(model.me, "operator") && h("a", { class: "button", href: href("people", "forgotten") }, say("forgotten.title"));
    const add = hasRole(model.me, "operator") && button(say("person.add"), () => act.open(askAdd(scene)), "primary");
    return [
      pageHead(say("people.title"), { lead: say("people.lead"), actions: [add, forgotten] }),
      filters(scene, [{ name: "search", label: say("list.search") }]),
      card(null, [list(scene)], { class: "flush", key: "list" }),
    ];
  },
};

/** @param {Scene} scene */
function list(scene) {
  const { model, say } = scene;
  const isNarrowed = model.route.query["search"] !== undefined;
  return listed(scene, "list", {
    label: say("people.title"),
    none: isNarrowed ? empty(say("list.noneFit"), say("list.noneFitHint")) : empty(say("people.none"), say("people.noneHint")),
    key: row => row.id,
    columns: [
      {
        label: say("person.name"),
        kind: "head",
        cell: row => [
          h("a", { href: href("people", row.id) }, row.name ?? row.id),
          row.name && h("span", { class: "hint" }, row.id),
        ],
      },
      {
        label: say("scanners.state"),
        cell: row => badge(row.registered ? "good" : "quiet", say(row.registered ? "person.registered" : "person.unregistered")),
      },
      {
        label: say("person.fingers"),
        kind: "wide",
        cell: row => fingers(scene, row),
      },
      ...actions(scene, "operator", row => personActions(scene, row)),
    ],
  });
}

/**
 * @param {Scene} scene
 * @param {Person} person
 */
export function fingers({ model, say, format }, person) {
  if (person.fingers.length === 0) return "–";
  return h(
    "ul",
    { class: "inline" },
    person.fingers.map(finger =>
      h(
        "li",
        { key: `${finger.device} ${finger.slot}` },
        h("a", { href: href("scanners", finger.device) }, say("person.finger", finger)),
        " ",
        h("span", { class: "hint" }, format.moment(finger.at, model.now)),
      ),
    ),
  );
}

/**
 * What can be done with a person, by whom the service lets do it.
 *
 * @param {Scene} scene
 * @param {Person} row
 */
export function personActions(scene, row) {
  const { model, say, act } = scene;
  if (!hasRole(model.me, "operator")) return [];
  const rules = hasRole(model.me, "admin");
  const person = row.name ?? row.id;
  return [
    rowButton(say("person.enroll"), say("person.enrollOf", { person }), () => act.open(askEnroll(scene, { person: row.id }))),
    rowButton(say("person.rename"), say("person.renameOf", { person }), () => act.open(askRename(scene, row))),
    rules && exportLink(scene, row.id, person),
    rules && rowButton(say("person.forget"), say("person.forgetOf", { person }), () => act.open(askForget(scene, row)), "danger"),
  ];
}

/**
 * Everything that is kept about somebody, as a file.
 *
 * @param {Scene} scene
 * @param {string} id
 * @param {string} person
 */
function exportLink({ say }, id, person) {
  const link = { class: "button small", key: "export", href: `${path(id)}/export`, download: `${id}.json`, "aria-label": say("person.exportOf", { person }) };
  return h("a", link, say("person.export"));
}

/**
 * @param {Scene} scene
 * @returns {import("../dialog.js").Dialog}
 */
function askAdd({ say, act }) {
  return {
    title: say("person.add"),
    text: say("person.addText"),
    fields: [
      { name: "id", label: say("person.id"), hint: say("person.idHint") },
      { name: "name", label: say("person.name"), optional: true },
    ],
    confirm: say("person.add"),
    run: ({ id = "", name = "" }) => act.send("PUT", path(id.trim()), name.trim() === "" ? {} : { name: name.trim() }),
    done: () => say("dialog.saved"),
  };
}

/**
 * @param {Scene} scene
 * @param {Person} person
 * @returns {import("../dialog.js").Dialog}
 */
function askRename({ say, act }, { id, name }) {
  return {
    title: say("person.renameOf", { person: name ?? id }),
    fields: [{ name: "name", label: say("person.name"), value: name ?? "", optional: true }],
    confirm: say("dialog.save"),
    run: ({ name: wanted = "" }) => act.send("PUT", path(id), wanted.trim() === "" ? {} : { name: wanted.trim() }),
    done: () => say("dialog.saved"),
  };
}

/**
 * @param {Scene} scene
 * @param {Person} person
 * @returns {import("../dialog.js").Dialog}
 */
function askForget({ say, act }, { id, name, fingers }) {
  return {
    title: say("person.forgetTitle", { person: name ?? id }),
    text: [
      say("person.forgetText"),
      say("person.forgetExport"),
      ...(fingers.length === 0 ? [] : [say("person.forgetFingers", { devices: [...new Set(fingers.map(finger => finger.device))].join(", ") })]),
    ],
    confirm: say("person.forget"),
    danger: true,
    run: () => act.send("DELETE", path(id)),
    done: () => {
      act.go(href("people", "forgotten"));
      return say("person.forgotten");
    },
  };
}
