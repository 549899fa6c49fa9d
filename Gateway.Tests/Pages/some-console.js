/** What the console shows of a model that the test makes. */
import { readFileSync } from "node:fs";
import { formats } from "../../Gateway/wwwroot/console/format.js";
import { next, start } from "../../Gateway/wwwroot/console/model.js";
import { parseRoute } from "../../Gateway/wwwroot/console/route.js";
import { view } from "../../Gateway/wwwroot/console/shell.js";
import { words } from "../../Gateway/wwwroot/shared/language.js";

export const folder = new URL("../../Gateway/wwwroot/console/", import.meta.url);
export const texts = language => JSON.parse(readFileSync(new URL(`texts/${language}.json`, folder), "utf8"));
export const say = words(texts("en"));
export const now = Date.parse("2026-01-03T10:00:00.000Z");
const admin = { kind: "admin", name: "admin", role: "admin" };

export const at = (fragment, ...actions) =>
  [{ type: "linkUp" }, { type: "me", me: admin }, ...actions].reduce(next, start({ route: parseRoute(fragment), now }));
export const shown = (model, act = {}) => view({ model, say, format: formats("en"), act });
export const text = node => (typeof node === "string" ? node : node.children.map(text).join(""));
export const all = seen => seen.tree.map(text).join(" ");
export const loaded = (name, value) => ({ type: "loaded", name, path: "", value, at: now });

/** Every element of a view, in the order of the document. */
export const elements = nodes => nodes.flatMap(node => (typeof node === "string" ? [] : [node, ...elements(node.children)]));
export const buttons = seen => elements(seen.tree).filter(({ tag }) => tag === "button");
export const named = (seen, name) => buttons(seen).find(button => (button.props["aria-label"] ?? text(button)) === name);

export const scanners = [
  { id: "door-1", site: "main", location: "Hall", online: true, sensor: "ok", stored: 3, known: 3, capacity: 200 },
  { id: "door-2", site: "main", online: false },
  { id: "door-3", site: "main", online: true, sensor: "missing", stored: 5, known: 2 },
];
