/** What a phone's bar has no room for. */
import { h } from "../../shared/dom.js";
import { icon } from "../icons.js";
import { card, pageHead } from "../parts.js";
import { href } from "../route.js";
import { allowed, PRIMARY, SECTIONS } from "../sections.js";

/** @type {import("../console.js").Page} */
export const morePage = {
  section: "more",
  live: [],
  title: ({ say }) => say("more.title"),
  view: ({ model, say }) => {
    const pages = SECTIONS.flatMap(section => section.pages).filter(page => !PRIMARY.includes(page) && allowed(page, model.me));
    const links = pages.map(page =>
      h(
        "li",
        { key: page },
        h(
          "a",
          { class: "big-link", href: href(page) },
          icon(page),
          h("span", null, h("span", { class: "strong" }, say(`${page}.nav`)), h("span", { class: "hint" }, say(`${page}.lead`))),
        ),
      ),
    );
    return [pageHead(say("more.title")), card(null, [h("ul", { class: "big-links" }, links)], { class: "flush" })];
  },
};
