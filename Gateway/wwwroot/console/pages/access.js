/** Who may come in: users, keys of services, kiosks. */
import { h } from "../../shared/dom.js";
import { button } from "../doings.js";
import { card, empty, loaded, pageHead, table } from "../parts.js";
import { href } from "../route.js";
import { hasRole } from "../sections.js";

/**
 * @typedef {import("../console.js").Scene} Scene
 * @typedef {import("../dialog.js").Dialog} Dialog
 */

const ROLES = ["viewer", "operator", "admin"];

/** @type {import("../console.js").Page} */
export const accessPage = {
  section: "access",
  loads: (_, model) => ({ kiosks: "/api/kiosks", ...(hasRole(model.me, "admin") ? { users: "/api/users", keys: "/api/keys" } : {}) }),
  title: ({ say }) => say("access.title"),
  view: scene => {
    const { model, say, act } = scene;
    const rules = hasRole(model.me, "admin");
    const isUser = model.me?.kind === "user";
    return [
      pageHead(say("access.title"), {
        lead: say("access.lead"),
        actions: [isUser && button(say("password.change"), () => act.open(askPassword(scene)))],
      }),
      rules && users(scene),
      kiosks(scene),
      rules && keys(scene),
    ];
  },
};

/** @param {Scene} scene */
function users(scene) {
  const { model, say, format, act } = scene;
  return card(
    say("users.title"),
    [
      loaded(scene, "users", ({ items }) =>
        items.length === 0
          ? empty(say("users.none"), say("users.noneHint"))
          : table({
              label: say("users.title"),
              rows: items,
              key: row => row.name,
              columns: [
                { label: say("person.name"), kind: "head", cell: row => row.name },
                { label: say("user.role"), cell: row => say(`role.${row.role}`) },
                { label: say("access.since"), cell: row => format.moment(row.createdAt, model.now) },
                {
                  label: say("list.actions"),
                  kind: "actions",
                  cell: row => [
                    h(
                      "button",
                      {
                        type: "button",
                        class: "small",
                        key: "change",
                        "aria-label": say("user.changeOf", { name: row.name }),
                        onclick: () => act.open(askChangeUser(scene, row)),
                      },
                      say("user.change"),
                    ),
                    h(
                      "button",
                      {
                        type: "button",
                        class: "small danger",
                        key: "remove",
                        "aria-label": say("access.removeOf", { name: row.name }),
                        onclick: () => act.open(askRemove(scene, row.name, `/api/users/${encodeURIComponent(row.name)}`, say("user.removeText"))),
                      },
                      say("access.remove"),
                    ),
                  ],
                },
              ],
            }),
      ),
    ],
    { class: "flush", aside: button(say("user.add"), () => act.open(askAddUser(scene)), "small") },
  );
}

/** @param {Scene} scene */
function kiosks(scene) {
  const { model, say, format, act } = scene;
  return card(
    say("kiosks.title"),
    [
      loaded(scene, "kiosks", ({ items }) =>
        items.length === 0
          ? empty(say("kiosks.none"), say("kiosks.noneHint"))
          : table({
              label: say("kiosks.title"),
              rows: items,
              key: row => row.id,
              columns: [
                { label: say("person.name"), kind: "head", cell: row => row.name },
                { label: say("enrollment.device"), cell: row => h("a", { href: href("scanners", row.device) }, row.device) },
                { label: say("access.by"), cell: row => row.by ?? "–" },
                { label: say("access.since"), cell: row => format.moment(row.createdAt, model.now) },
                {
                  label: say("list.actions"),
                  kind: "actions",
                  cell: row =>
                    h(
                      "button",
                      {
                        type: "button",
                        class: "small danger",
                        "aria-label": say("access.removeOf", { name: row.name }),
                        onclick: () => act.open(askRemove(scene, row.name, `/api/kiosks/${encodeURIComponent(row.id)}`, say("kiosk.removeText"))),
                      },
                      say("access.remove"),
                    ),
                },
              ],
            }),
      ),
    ],
    { class: "flush", aside: button(say("kiosk.add"), () => act.open(askPair(scene)), "small") },
  );
}

/** @param {Scene} scene */
function keys(scene) {
  const { model, say, format, act } = scene;
  return card(
    say("keys.title"),
    [
      loaded(scene, "keys", ({ items }) =>
        items.length === 0
          ? empty(say("keys.none"), say("keys.noneHint"))
          : table({
              label: say("keys.title"),
              rows: items,
              key: row => row.id,
              columns: [
                { label: say("person.name"), kind: "head", cell: row => row.name },
                {
                  label: say("key.scopes"),
                  kind: "wide",
                  cell: row => row.scopes.map((/** @type {string} */ scope) => h("code", { key: scope }, scope)),
                },
                { label: say("key.until"), cell: row => (row.expiresAt ? format.moment(row.expiresAt, model.now) : say("key.forever")) },
                {
                  label: say("list.actions"),
                  kind: "actions",
                  cell: row =>
                    h(
                      "button",
                      {
                        type: "button",
                        class: "small danger",
                        "aria-label": say("access.removeOf", { name: row.name }),
                        onclick: () => act.open(askRemove(scene, row.name, `/api/keys/${encodeURIComponent(row.id)}`, say("key.removeText"))),
                      },
                      say("access.remove"),
                    ),
                },
              ],
            }),
      ),
    ],
    { class: "flush", aside: button(say("key.add"), () => act.open(askAddKey(scene)), "small") },
  );
}

/** @param {Scene} scene @returns {Dialog} */
function askAddUser({ say, act }) {
  return {
    title: say("user.add"),
    fields: [
      { name: "name", label: say("person.name") },
      { name: "role", label: say("user.role"), options: ROLES.map(role => [role, say(`role.${role}Hint`)]) },
      { name: "password", label: say("signIn.password"), hint: say("password.hint"), type: "password", autocomplete: "new-password" },
    ],
    confirm: say("user.add"),
    run: values => act.send("POST", "/api/users", { ...values, name: values["name"]?.trim() }),
    done: () => say("dialog.saved"),
  };
}

/** @param {Scene} scene @param {{ name: string, role: string }} user @returns {Dialog} */
function askChangeUser({ say, act }, { name, role }) {
  return {
    title: say("user.changeOf", { name }),
    text: say("user.changeText"),
    fields: [
      { name: "role", label: say("user.role"), options: ROLES.map(one => [one, say(`role.${one}Hint`)]), value: role },
      {
        name: "password",
        label: say("password.new"),
        hint: say("password.hintKeep"),
        type: "password",
        autocomplete: "new-password",
        optional: true,
      },
    ],
    confirm: say("dialog.save"),
    run: values =>
      act.send("PATCH", `/api/users/${encodeURIComponent(name)}`, {
        role: values["role"],
        ...(values["password"] ? { password: values["password"] } : {}),
      }),
    done: () => say("dialog.saved"),
  };
}

/** @param {Scene} scene @returns {Dialog} */
function askPair({ model, say, act }) {
  return {
    title: say("kiosk.add"),
    text: say("kiosk.addText"),
    fields: [
      { name: "code", label: say("kiosk.code") },
      { name: "device", label: say("enrollment.device"), options: model.scanners.items.map(({ id }) => [id, id]) },
      { name: "name", label: say("person.name"), optional: true },
    ],
    confirm: say("kiosk.add"),
    run: ({ code = "", device = "", name = "" }) =>
      act.send("POST", "/api/kiosks", { code: code.trim(), device, ...(name.trim() === "" ? {} : { name: name.trim() }) }),
    done: () => say("kiosk.added"),
  };
}

/** @param {Scene} scene @returns {Dialog} */
function askAddKey({ say, act }) {
  return {
    title: say("key.add"),
    text: say("key.addText"),
    fields: [
      { name: "name", label: say("person.name") },
      { name: "scopes", label: say("key.scopes"), hint: say("key.scopesHint") },
      { name: "days", label: say("key.days"), hint: say("key.daysHint"), type: "number", optional: true },
    ],
    confirm: say("key.add"),
    run: ({ name = "", scopes = "", days = "" }) =>
      act.send("POST", "/api/keys", {
        name: name.trim(),
        scopes: scopes
          .split(",")
          .map(scope => scope.trim())
          .filter(scope => scope !== ""),
        ...(days === "" ? {} : { days: Number(days) }),
      }),
    done: ({ name, secret }) => secretOnce(say, say("key.made", { name }), say("key.once"), secret),
  };
}

/**
 * @param {import("../../shared/language.js").Words} say
 * @param {string} title
 * @param {string} text
 * @param {string} secret
 * @returns {Dialog}
 */
export function secretOnce(say, title, text, secret) {
  return {
    title,
    text,
    body: () => h("p", null, h("span", { class: "hint" }, say("provision.secret")), " ", h("code", { class: "secret" }, secret)),
  };
}

/** @param {Scene} scene @param {string} name @param {string} path @param {string} text @returns {Dialog} */
function askRemove({ say, act }, name, path, text) {
  return {
    title: say("access.removeTitle", { name }),
    text,
    confirm: say("access.remove"),
    danger: true,
    run: () => act.send("DELETE", path),
    done: () => say("dialog.removed"),
  };
}

/** @param {Scene} scene @returns {Dialog} */
function askPassword({ say, act }) {
  return {
    title: say("password.change"),
    text: say("password.text"),
    fields: [
      { name: "old", label: say("password.old"), type: "password", autocomplete: "current-password" },
      { name: "new", label: say("password.new"), hint: say("password.hint"), type: "password", autocomplete: "new-password" },
    ],
    confirm: say("password.change"),
    run: values => act.send("POST", "/api/me/password", values),
    done: () => say("dialog.saved"),
  };
}
