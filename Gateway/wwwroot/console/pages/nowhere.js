/** An address that leads nowhere: mistyped, or of another version. */
import { h } from "../../shared/dom.js";
import { card, empty, pageHead } from "../parts.js";
import { href } from "../route.js";

/** @type {import("../console.js").Page} */
export const nowherePage = {
  section: "overview",
  title: ({ say }) => say("nowhere.title"),
  view: ({ say }) => [
    pageHead(say("nowhere.title")),
    card(null, [empty(say("nowhere.text"), say("nowhere.hint"), h("a", { class: "button", href: href("overview") }, say("overview.title")))]),
  ],
};
