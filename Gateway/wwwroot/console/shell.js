/** What is around every page: navigation, who is here, whether what is shown is true; or the sign-in. */
import { h } from "../shared/dom.js";
import { problemText } from "../shared/problems.js";
import { dialogView } from "./dialog.js";
import { icon } from "./icons.js";
import { badge, card, empty, pageHead } from "./parts.js";
import { pageOf } from "./pages.js";
import { href } from "./route.js";
import { allowed, PRIMARY, SECTIONS } from "./sections.js";

/**
 * @typedef {import("./console.js").Scene} Scene
 * @typedef {import("../shared/screen.js").View} View
 */

/**
 * @param {Scene} scene
 * @returns {View}
 */
export function view(scene) {
  const { model, say } = scene;
  if (model.access === "needed") return signIn(scene);
  const page = pageOf(model.route);
  const title = page.title(scene);
  const down = linkLost(scene);
  return {
    screen: model.access === "unknown" ? "loading" : `${model.route.page}/${model.route.id ?? ""}`,
    title: `${title} · ${say("app.name")}`,
    spoken: down ?? model.notice?.text ?? "",
    tree: [
      h("a", { class: "skip", key: "skip", href: "#main", onclick: skip }, say("app.skip")),
      topBar(scene),
      navigation(scene, page.section),
      h("main", { id: "main", key: `main ${model.route.page} ${model.route.id ?? ""}`, tabindex: -1 }, content(scene, page)),
      bottomBar(scene, page.section),
      h(
        "div",
        { class: "notes", key: "notes" },
        down !== null && h("p", { class: "note lost", key: "lost" }, h("span", { class: "pulse", "aria-hidden": "true" }), down),
        noticeView(scene),
      ),
      /** @type {any} */ (dialogView(scene) ?? ""),
    ],
  };
}

/** @param {Event} event the fragment of the address is the console's own, so the link only moves the focus */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/**
 * @param {Scene} scene
 * @param {import("./console.js").Page} page
 */
function content(scene, page) {
  const { model, say } = scene;
  if (model.access === "unknown") return [h("p", { class: "waiting", key: "waiting" }, h("span", { class: "late" }, say("list.loading")))];
  const mayRead = allowed(page.section, model.me);
  const shown = mayRead ? page.view(scene) : [pageHead(page.title(scene)), card(null, [empty(say("app.forbidden"), say("app.forbiddenHint"))])];
  return /** @type {import("../shared/dom.js").Node[]} */ (shown.filter(Boolean));
}

/** @param {Scene} scene */
function linkLost({ model, say, format }) {
  if (model.link.up) return null;
  return model.link.heardAt > 0 ? say("link.lost", { time: format.time(model.link.heardAt) }) : say("link.never");
}

/** @param {Scene} scene */
function noticeView({ model }) {
  return model.notice !== null && h("p", { class: model.notice.failed ? "note failed" : "note", key: "notice" }, model.notice.text);
}

/** @param {Scene} scene */
function topBar({ model, say, act }) {
  const { me, link, access } = model;
  const state =
    access === "unknown" ? badge("quiet", say("link.connecting")) : link.up ? badge("good", say("link.live")) : badge("bad", say("link.down"));
  const isPerson = me !== null && me.kind !== "anonymous";
  return h(
    "header",
    { class: "top", key: "top" },
    h("a", { class: "brand", href: "#/overview" }, h("span", { class: "mark", "aria-hidden": "true" }), say("app.name")),
    h("span", { class: "link-state" }, state),
    h("span", { class: "who" }, me !== null && h("span", { class: "name" }, me.kind === "anonymous" ? say("app.anonymous") : me.name)),
    isPerson && h("button", { type: "button", class: "plain", key: "out", onclick: () => act.signOut() }, say("app.signOut")),
  );
}

/**
 * @param {Scene} scene
 * @param {string} current
 */
function navigation({ model, say }, current) {
  const groups = SECTIONS.map(({ group, pages }) => ({ group, pages: pages.filter(page => allowed(page, model.me)) })).filter(
    ({ pages }) => pages.length > 0,
  );
  return h(
    "nav",
    { class: "side", key: "side", "aria-label": say("app.navigation") },
    groups.map(({ group, pages }) =>
      h(
        "div",
        { key: group, class: "group" },
        h("p", { class: "group-name", id: `group-${group}` }, say(`group.${group}`)),
        h(
          "ul",
          { "aria-labelledby": `group-${group}` },
          pages.map(page => h("li", { key: page }, navLink(page, current, say))),
        ),
      ),
    ),
  );
}

/**
 * @param {Scene} scene
 * @param {string} current
 */
function bottomBar({ say }, current) {
  const shown = PRIMARY.includes(current) ? current : "more";
  return h(
    "nav",
    { class: "bottom", key: "bottom", "aria-label": say("app.navigationShort") },
    h(
      "ul",
      null,
      [...PRIMARY, "more"].map(page => h("li", { key: page }, navLink(page, shown, say))),
    ),
  );
}

/**
 * @param {string} page
 * @param {string} current
 * @param {import("../shared/language.js").Words} say
 */
function navLink(page, current, say) {
  return h("a", { href: href(page), "aria-current": page === current ? "page" : null }, icon(page), h("span", null, say(`${page}.nav`)));
}

/**
 * @param {Scene} scene
 * @returns {View}
 */
function signIn({ model, say, act }) {
  const { busy, problem } = model.signIn;
  const refused = problem?.code === "unauthenticated" ? say("signIn.refused") : null;
  const error = problem === null ? null : (refused ?? problemText(problem, say, "signIn"));
  const described = error === null ? null : "sign-in-error";
  /** @param {SubmitEvent} event */
  const submitted = event => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const [user, password, token] = ["user", "password", "token"].map(name => String(form.get(name) ?? ""));
    act.signIn(token !== undefined && token !== "" ? { token } : { user: user?.trim() ?? "", password: password ?? "" });
  };
  return {
    screen: "sign-in",
    title: `${say("signIn.title")} · ${say("app.name")}`,
    spoken: error ?? "",
    tree: [
      h(
        "main",
        { class: "sign-in", key: "sign-in" },
        h("p", { class: "brand" }, h("span", { class: "mark", "aria-hidden": "true" }), say("app.name")),
        h("h1", { tabindex: -1 }, say("signIn.title")),
        error !== null && h("p", { id: "sign-in-error", class: "error", role: "alert", key: "error" }, error),
        h(
          "form",
          { class: "card", key: "password", novalidate: true, onsubmit: submitted },
          field("user", say("signIn.user"), { type: "text", autocomplete: "username", autocapitalize: "none", spellcheck: "false" }, described),
          field("password", say("signIn.password"), { type: "password", autocomplete: "current-password" }, described),
          h("button", { type: "submit", class: "primary", disabled: busy }, say("signIn.submit")),
        ),
        h(
          "form",
          { class: "card", key: "token", novalidate: true, onsubmit: submitted },
          field("token", say("signIn.token"), { type: "password", autocomplete: "off", spellcheck: "false" }, described),
          h("p", { class: "hint" }, say("signIn.explain"), " ", h("code", null, say("signIn.command"))),
          h("button", { type: "submit", disabled: busy }, say("signIn.submitToken")),
        ),
      ),
    ],
  };
}

/**
 * @param {string} name
 * @param {string} label
 * @param {Record<string, string>} attributes
 * @param {string | null} described
 */
function field(name, label, attributes, described) {
  return h(
    "div",
    { class: "field" },
    h("label", { for: name }, label),
    h("input", { id: name, name, required: true, "aria-describedby": described, ...attributes }),
  );
}
