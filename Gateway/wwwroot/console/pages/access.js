/** Who may come in: users, keys of services, kiosks. */
import { h } from "../../shared/dom.js";
import { removal, secretOnce, wordsIn } from "../asking.js";
import { actions, listed, rowButton } from "../lists.js";
import { button, card, empty, pageHead } from "../parts.js";
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
  const list = listed(scene, "users", {
    label: say("users.title"),
    none: empty(say("users.none"), say("users.noneHint")),
    key: row => row.name,
    columns: [
      { label: say("person.name"), kind: "head", cell: row => row.name },
      { label: say("user.role"), cell: row => say(`role.${row.role}`) },
      { label: say("access.since"), cell: row => format.moment(row.createdAt, model.now) },
      ...actions(scene, "admin", row => [
        rowButton(say("user.change"), say("user.changeOf", { name: row.name }), () => act.open(askChangeUser(scene, row))),
        removal(scene, row.name, `/api/users/${encodeURIComponent(row.name)}`, say("user.removeText")),
      ]),
    ],
  });
  return card(say("users.title"), [list], { class: "flush", aside: button(say("user.add"), () => act.open(askAddUser(scene)), "small") });
}

/** @param {Scene} scene */
function kiosks(scene) {
  const { model, say, format, act } = scene;
  const list = listed(scene, "kiosks", {
    label: say("kiosks.title"),
    none: empty(say("kiosks.none"), say("kiosks.noneHint")),
    key: row => row.id,
    columns: [
      { label: say("person.name"), kind: "head", cell: row => row.name },
      { label: say("enrollment.device"), cell: row => h("a", { href: href("scanners", row.device) }, row.device) },
      { label: say("access.by"), cell: row => row.by ?? "–" },
      { label: say("access.since"), cell: row => format.moment(row.createdAt, model.now) },
      ...actions(scene, "operator", row => removal(scene, row.name, `/api/kiosks/${encodeURIComponent(row.id)}`, say("kiosk.removeText"))),
    ],
  });
  return card(say("kiosks.title"), [list], { class: "flush", aside: button(say("kiosk.add"), () => act.open(askPair(scene)), "small") });
}

/** @param {Scene} scene */
function keys(scene) {
  const { model, say, format, act } = scene;
  const list = listed(scene, "keys", {
    label: say("keys.title"),
    none: empty(say("keys.none"), say("keys.noneHint")),
    key: row => row.id,
    columns: [
      { label: say("person.name"), kind: "head", cell: row => row.name },
      {
        label: say("key.scopes"),
        kind: "wide",
        cell: row => row.scopes.map((/** @type {string} */ scope) => h("code", { key: scope }, scope)),
      },
      { label: say("key.until"), cell: row => (row.expiresAt ? format.moment(row.expiresAt, model.now) : say("key.forever")) },
      ...actions(scene, "admin", row => removal(scene, row.name, `/api/keys/${encodeURIComponent(row.id)}`, say("key.removeText"))),
    ],
  });
  return card(say("keys.title"), [list], { class: "flush", aside: button(say("key.add"), () => act.open(askAddKey(scene)), "small") });
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
        scopes: wordsIn(scopes),
        ...(days === "" ? {} : { days: Number(days) }),
      }),
    done: ({ name, secret }) => secretOnce(say, say("key.made", { name }), say("key.once"), secret),
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
