/** Rooms: the help line. Read, and answer. */
import { h } from "../../shared/dom.js";
import { problemText } from "../../shared/problems.js";
import { button } from "../doings.js";
import { badge, card, empty, loaded, pageHead, pager, table } from "../parts.js";
import { href } from "../route.js";
import { hasRole } from "../sections.js";
import { only } from "./enrollments.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @type {import("../console.js").Page} */
export const roomsPage = {
  section: "rooms",
  live: ["rooms"],
  loads: ({ query }) => ({ list: `/api/rooms?${new URLSearchParams({ limit: "50", ...only(query, ["before"]) })}` }),
  title: ({ say }) => say("rooms.title"),
  view: scene => {
    const { model, say, format, act } = scene;
    const add = hasRole(model.me, "operator") && button(say("room.add"), () => act.open(askAdd(scene)), "primary");
    return [
      pageHead(say("rooms.title"), { lead: say("rooms.lead"), actions: [add] }),
      card(
        null,
        [
          loaded(scene, "list", ({ items, next }) => [
            items.length === 0
              ? empty(say("rooms.none"), say("rooms.noneHint"))
              : table({
                  label: say("rooms.title"),
                  rows: items,
                  key: row => row.id,
                  columns: [
                    { label: say("room.name"), kind: "head", cell: row => h("a", { href: href("rooms", row.id) }, row.name) },
                    {
                      label: say("room.participants"),
                      cell: row =>
                        row.participants.length === 0 ? say("room.open") : row.participants.map((/** @type {any} */ one) => one.user).join(", "),
                    },
                    { label: say("room.messages"), kind: "number", cell: row => format.number(row.messages) },
                    {
                      label: say("room.last"),
                      cell: row =>
                        row.last === undefined || row.last === null
                          ? "–"
                          : say("room.lastBy", { user: row.last.user, time: format.ago(row.last.at, model.now) }),
                    },
                  ],
                }),
            pager(scene, next),
          ]),
        ],
        { class: "flush" },
      ),
    ];
  },
};

/** @type {import("../console.js").Page} */
export const roomPage = {
  section: "rooms",
  live: ["rooms"],
  loads: ({ id, query }) => ({
    room: `/api/rooms/${encodeURIComponent(id ?? "")}`,
    messages: `/api/rooms/${encodeURIComponent(id ?? "")}/messages?${new URLSearchParams({ limit: "50", ...only(query, ["before"]) })}`,
  }),
  title: ({ model, say }) => model.loads["room"]?.value?.state.name ?? say("rooms.title"),
  view: scene => {
    const { model, say } = scene;
    const back = h("a", { href: href("rooms") }, say("rooms.title"));
    const room = model.loads["room"]?.value?.state;
    if (room === undefined) return [pageHead(say("rooms.title"), { back }), loaded(scene, "room", () => null)];
    const who = room.participants.length === 0 ? say("room.openLead") : room.participants.map((/** @type {any} */ one) => one.user).join(", ");
    return [
      pageHead(room.name, { back, lead: who }),
      card(
        null,
        [
          loaded(scene, "messages", ({ items, next }) => [
            pager(scene, next),
            items.length === 0
              ? empty(say("room.noMessages"), say("room.noMessagesHint"))
              : h(
                  "div",
                  { key: "talk", role: "log", "aria-label": say("room.messages") },
                  h(
                    "ol",
                    { class: "talk" },
                    [...items].reverse().map(message => messageView(scene, message)),
                  ),
                ),
          ]),
          hasRole(model.me, "operator") && answerForm(scene, room.id),
        ],
        { key: "talk" },
      ),
    ];
  },
};

/**
 * @param {Scene} scene
 * @param {any} message
 */
function messageView({ model, say, format }, message) {
  const own = message.user === model.me?.name;
  return h(
    "li",
    { key: message.id, class: own ? "own" : "" },
    h(
      "p",
      { class: "hint" },
      h("span", { class: "strong" }, message.user),
      message.role && badge("quiet", message.role),
      h("time", { datetime: message.at }, format.moment(message.at, model.now)),
      message.editedAt && say("room.edited"),
    ),
    h("p", { class: message.deletedAt ? "said gone" : "said" }, message.deletedAt ? say("room.deleted") : textOf(message.data)),
  );
}

/** @param {any} data what pages put into a message */
function textOf(data) {
  if (typeof data === "string") return data;
  return typeof data?.text === "string" ? data.text : JSON.stringify(data);
}

/**
 * @param {Scene} scene
 * @param {string} id
 */
function answerForm({ model, say, act }, id) {
  const text = model.draft["answer"] ?? "";
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (text.trim() === "") return;
    const answer = await act.send("POST", `/api/rooms/${encodeURIComponent(id)}/messages`, { data: { text: text.trim() } });
    if (answer.ok) {
      act.draft("answer", "");
      act.reload();
    } else {
      act.tell(problemText(answer.problem, say, "room"), true);
    }
  };
  return h(
    "form",
    { class: "answer", key: "answer", onsubmit: send },
    h("label", { for: "answer" }, say("room.answer")),
    h(
      "div",
      { class: "row" },
      h("input", {
        id: "answer",
        value: text,
        autocomplete: "off",
        maxlength: 2000,
        oninput: (/** @type {any} */ event) => act.draft("answer", event.currentTarget.value),
      }),
      h("button", { type: "submit", class: "primary" }, say("room.send")),
    ),
  );
}

/**
 * @param {Scene} scene
 * @returns {import("../dialog.js").Dialog}
 */
function askAdd({ say, act }) {
  return {
    title: say("room.add"),
    text: say("room.addText"),
    fields: [
      { name: "name", label: say("room.name") },
      { name: "users", label: say("room.participants"), hint: say("room.participantsHint"), optional: true },
    ],
    confirm: say("room.add"),
    run: ({ name = "", users = "" }) =>
      act.send("POST", "/api/rooms", {
        name: name.trim(),
        participants: users
          .split(",")
          .map(user => user.trim())
          .filter(user => user !== "")
          .map(user => ({ user })),
      }),
    done: ({ id }) => {
      act.go(href("rooms", id));
      return say("dialog.saved");
    },
  };
}
