/** Rooms: the help line and all other talk. */
import { h } from "../../shared/dom.js";
import { wordsIn } from "../asking.js";
import { listed } from "../lists.js";
import { button, card, empty, pageHead } from "../parts.js";
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
    const list = listed(scene, "list", {
      label: say("rooms.title"),
      none: empty(say("rooms.none"), say("rooms.noneHint")),
      key: row => row.id,
      columns: [
        { label: say("room.name"), kind: "head", cell: row => h("a", { href: href("rooms", row.id) }, row.name) },
        {
          label: say("room.participants"),
          cell: row => (row.participants.length === 0 ? say("room.open") : row.participants.map((/** @type {any} */ one) => one.user).join(", ")),
        },
        { label: say("room.messages"), kind: "number", cell: row => format.number(row.messages) },
        {
          label: say("room.last"),
          cell: row => (row.last ? say("room.lastBy", { user: row.last.user, time: format.ago(row.last.at, model.now) }) : "–"),
        },
      ],
    });
    const add = hasRole(model.me, "operator") && button(say("room.add"), () => act.open(askAdd(scene)), "primary");
    return [
      pageHead(say("rooms.title"), { lead: say("rooms.lead"), actions: [add] }),
      card(null, [list], { class: "flush" }),
    ];
  },
};

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
        participants: wordsIn(users).map(user => ({ user })),
      }),
    done: ({ id }) => {
      act.go(href("rooms", id));
      return say("dialog.saved");
    },
  };
}
