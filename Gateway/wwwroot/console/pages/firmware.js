/** Firmware: what there is, what each scanner runs and is to run, and what came of it. */
import { h } from "../../shared/dom.js";
import { removal } from "../asking.js";
import { actions, listed, paged, rowButton } from "../lists.js";
import { badge, button, card, empty, loaded, pageHead } from "../parts.js";
import { href } from "../route.js";
import { hasRole } from "../sections.js";

/**
 * @typedef {import("../console.js").Scene} Scene
 * @typedef {import("../dialog.js").Dialog} Dialog
 * @typedef {{ device: string, running?: string, wanted?: string, outcome?: string, since?: string, by?: string, online?: boolean }} Target
 */

/** @type {Record<string, "good" | "bad" | "warn" | "busy" | "quiet">} */
const MOODS = { waiting: "quiet", offered: "busy", taken: "busy", succeeded: "good", rolled_back: "bad" };

/** @param {string} id */
const path = id => `/api/devices/${encodeURIComponent(id)}/firmware`;

/** @type {import("../console.js").Page} */
export const firmwarePage = {
  section: "firmware",
  live: ["devices"],
  loads: () => ({ list: "/api/firmware" }),
  title: ({ say }) => say("firmware.title"),
  view: scene => {
    const { model, say, act } = scene;
    const upload = hasRole(model.me, "admin") && button(say("firmware.add"), () => act.open(askUpload(scene)), "primary");
    return [
      pageHead(say("firmware.title"), { lead: say("firmware.lead"), actions: [upload] }),
      card(say("firmware.versions"), [versions(scene)], { class: "flush" }),
      card(say("scanners.title"), [loaded(scene, "list", ({ items, devices }) => scanners(scene, items, devices))], { class: "flush" }),
    ];
  },
};

/** @param {Scene} scene */
function versions(scene) {
  const { model, say, format } = scene;
  return listed(scene, "list", {
    label: say("firmware.versions"),
    none: empty(say("firmware.none"), say("firmware.noneHint")),
    key: row => row.version,
    columns: [
      { label: say("firmware.version"), kind: "head", cell: row => row.version },
      { label: say("firmware.counter"), kind: "number", cell: row => format.number(row.counter) },
      { label: say("firmware.size"), kind: "number", cell: row => say("firmware.bytes", { count: format.number(row.size) }) },
      { label: say("access.by"), cell: row => row.by },
      { label: say("enrollment.when"), cell: row => h("time", { datetime: row.at }, format.moment(row.at, model.now)) },
      ...actions(scene, "admin", row =>
        removal(scene, row.version, `/api/firmware/${encodeURIComponent(row.version)}`, say("firmware.removeText")),
      ),
    ],
  });
}

/**
 * @param {Scene} scene
 * @param {{ version: string }[]} known
 * @param {Target[]} rows
 */
function scanners(scene, known, rows) {
  const { model, say, format, act } = scene;
  if (rows.length === 0) return empty(say("scanners.none"), say("scanners.noneHint"));
  return paged(scene, "scanners", {
    label: say("scanners.title"),
    rows,
    key: row => row.device,
    columns: [
      { label: say("scanner.name"), kind: "head", cell: row => h("a", { href: href("scanners", row.device) }, row.device) },
      { label: say("firmware.running"), cell: row => row.running ?? "–" },
      { label: say("firmware.wanted"), cell: row => row.wanted ?? "–" },
      {
        label: say("firmware.outcome"),
        cell: row =>
          row.outcome === undefined
            ? "–"
            : [
                isOverdue(row, model.now)
                  ? badge("bad", say("firmware.overdue"))
                  : badge(MOODS[row.outcome] ?? "quiet", say(`firmware.${row.outcome}`)),
                isOpen(row) && row.online === false && badge("warn", say("firmware.away")),
                h("span", { class: "hint" }, say("firmware.since", { by: row.by ?? "–", time: format.moment(row.since, model.now) })),
              ],
      },
      ...actions(scene, "operator", row => [
        known.length > 0 &&
          rowButton(say("firmware.give"), say("firmware.giveTo", { id: row.device }), () => act.open(askGive(scene, row, known))),
        isOpen(row) && rowButton(say("firmware.takeBack"), say("firmware.takeBackFrom", { id: row.device }), () => act.open(askTakeBack(scene, row))),
      ]),
    ],
  });
}

/** An update and its restart take a minute or two. @param {Target} target @param {number} now */
function isOverdue({ outcome, since }, now) {
  return outcome === "taken" && since !== undefined && now - Date.parse(since) > 600_000;
}

/** @param {Target} target that the scanner has not come to an end with */
function isOpen({ outcome }) {
  return outcome !== undefined && outcome !== "succeeded" && outcome !== "rolled_back";
}

/** @param {Scene} scene @returns {Dialog} */
function askUpload({ say, act }) {
  return {
    title: say("firmware.add"),
    text: say("firmware.addText"),
    fields: [
      { name: "manifest", label: say("firmware.manifest"), hint: say("firmware.manifestHint"), type: "file", accept: ".json,application/json", reads: "text" },
      { name: "image", label: say("firmware.image"), hint: say("firmware.imageHint"), type: "file", accept: ".bin", reads: "base64" },
    ],
    confirm: say("firmware.addDo"),
    run: async ({ manifest = "", image = "" }) => {
      try {
        return await act.send("POST", "/api/firmware", { manifest: JSON.parse(manifest), image });
      } catch {
        return { ok: false, problem: { code: "invalid", field: "manifest", detail: say("firmware.noManifest") } };
      }
    },
    done: ({ version }) => say("firmware.added", { version }),
  };
}

/** @param {Scene} scene @param {Target} target @param {{ version: string }[]} known @returns {Dialog} */
function askGive({ say, act }, { device, running }, known) {
  const others = known.filter(({ version }) => version !== running);
  const title = say("firmware.giveTo", { id: device });
  if (others.length === 0) return { title, text: say("firmware.nothingElse", { id: device, version: running ?? "–" }) };
  return {
    title,
    text: [say("firmware.giveText"), say("firmware.giveFirst")],
    fields: [{ name: "version", label: say("firmware.version"), options: others.map(({ version }) => [version, version]) }],
    confirm: say("firmware.give"),
    run: values => act.send("PUT", path(device), values),
    done: ({ wanted }) => say("firmware.given", { id: device, version: wanted }),
  };
}

/** @param {Scene} scene @param {Target} target @returns {Dialog} */
function askTakeBack({ say, act }, { device, wanted = "" }) {
  return {
    title: say("firmware.takeBackFrom", { id: device }),
    text: say("firmware.takeBackText", { version: wanted }),
    confirm: say("firmware.takeBack"),
    run: () => act.send("PUT", path(device), {}),
    done: () => say("dialog.saved"),
  };
}
