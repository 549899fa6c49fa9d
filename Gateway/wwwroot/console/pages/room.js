/** One room: what was said, who got it, and an answer. */
import { h } from "../../shared/dom.js";
import { problemText } from "../../shared/problems.js";
import { pager, rowButton, table } from "../lists.js";
import { badge, card, empty, loaded, pageHead } from "../parts.js";
import { href } from "../route.js";
import { hasRole } from "../sections.js";
import { only } from "./enrollments.js";

/** @typedef {import("../console.js").Scene} Scene */

/** @param {string | null} id */
const path = id => `/api/rooms/${encodeURIComponent(id ?? "")}`;

/** @type {import("../console.js").Page} */
export const roomPage = {
  section: "rooms",
  live: ["rooms"],
  loads: ({ id, query }) => ({
    room: path(id),
    messages: `${path(id)}/messages?${new URLSearchParams({ limit: "50", ...only(query, ["before"]) })}`,
    ...(query["message"] === undefined ? {} : { receipts: `${path(id)}/messages/${encodeURIComponent(query["message"])}/receipts` }),
  }),
  read: ({ id, query }, { loads }) => {
    const newest = query["before"] === undefined ? loads["messages"]?.value?.items[0] : undefined;
    return newest === undefined ? null : { path: `${path(id)}/read`, seq: newest.seq };
  },
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
          (hasRole(model.me, "operator") || takesPart(room, model.me)) && answerForm(scene, room.id),
        ],
        { key: "talk" },
      ),
    ];
  },
};

/**
 * @param {{ participants: { user: string }[] }} room
 * @param {import("../model.js").Me | null} me
 */
const takesPart = (room, me) => room.participants.some(one => one.user === me?.name);

/**
 * @param {Scene} scene
 * @param {any} message
 */
function messageView(scene, message) {
  const { model, say, format } = scene;
  const isAsked = model.route.query["message"] === message.id;
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
    receiptsLink(scene, message, isAsked),
    isAsked && receipts(scene),
  );
}

/**
 * @param {Scene} scene
 * @param {any} message
 * @param {boolean} isAsked already
 */
function receiptsLink(scene, message, isAsked) {
  const { model, say, format } = scene;
  const link = {
    href: href("rooms", model.route.id, { ...model.route.query, message: isAsked ? null : message.id }),
    "aria-expanded": String(isAsked),
    "aria-label": say(isAsked ? "receipts.hideOf" : "receipts.showOf", { user: message.user, time: format.moment(message.at, model.now) }),
  };
  const mayDelete = hasRole(model.me, "operator") && !message.deletedAt;
  return h(
    "p",
    { class: "hint", key: "link" },
    h("a", link, say(isAsked ? "receipts.hide" : "receipts.show")),
    mayDelete && deletion(scene, message),
  );
}

/**
 * @param {Scene} scene
 * @param {any} message
 */
function deletion({ model, say, format, act }, { id, user, at }) {
  const place = path(model.route.id);
  const ask = () =>
    act.open({
      title: say("room.deleteTitle"),
      text: [say("room.deleteText"), say("room.deleteBackups")],
      confirm: say("room.delete"),
      danger: true,
      run: () => act.send("DELETE", `${place}/messages/${encodeURIComponent(id)}`),
      done: () => say("room.deletedNow"),
    });
  return rowButton(say("room.delete"), say("room.deleteOf", { user, time: format.moment(at, model.now) }), ask, "plain");
}

/**
 * Who got one message, and when.
 *
 * @param {Scene} scene
 */
function receipts(scene) {
  const { model, say, format } = scene;
  const isOpen = model.loads["room"]?.value?.state.participants.length === 0;
  const gone = (/** @type {any} */ { left }) => left && h("span", { class: "hint" }, say("receipts.leftHint", { time: format.moment(left, model.now) }));
  const time = (/** @type {string | null} */ at) => (at === null ? "–" : h("time", { datetime: at }, format.moment(at, model.now)));
  return loaded(scene, "receipts", ({ items }) =>
    items.length === 0
      ? h("p", { class: "hint" }, say(isOpen ? "receipts.openHint" : "receipts.noneHint"))
      : table({
          label: say("receipts.title"),
          rows: items,
          key: row => row.user,
          columns: [
            { label: say("connection.user"), kind: "head", cell: row => [row.user, row.role && h("span", { class: "hint" }, row.role), gone(row)] },
            { label: say("scanners.state"), cell: row => receiptBadge(row, say) },
            { label: say("receipts.sent"), cell: row => time(row.sent) },
            { label: say("receipts.acknowledged"), cell: row => time(row.acknowledged) },
            { label: say("receipts.read"), cell: row => time(row.read) },
          ],
        }),
  );
}

/**
 * @param {any} receipt
 * @param {import("../../shared/language.js").Words} say
 */
function receiptBadge({ read, acknowledged, sent, slow, isThere, left }, say) {
  if (read !== null) return badge("good", say("receipts.isRead"));
  if (acknowledged !== null) return badge("good", say("receipts.hasIt"));
  if (left !== undefined) return badge("quiet", say("receipts.left"));
  if (slow) return badge("warn", say(isThere ? "receipts.slow" : "receipts.away"));
  return badge(sent === null ? "quiet" : "busy", say(sent === null ? "receipts.waiting" : "receipts.onItsWay"));
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
    const answer = await act.send("POST", `${path(id)}/messages`, { data: { text: text.trim() } });
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
