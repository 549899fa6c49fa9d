/**
 * The drawn finger: ridges of ink that rise with the percentage. It is decoration; the progress bar
 * around it carries the meaning.
 */
import { h } from "../shared/dom.js";

const WIDTH = 200;
const HEIGHT = 240;
const CORE = { x: 100, y: 106 };
const TIP = { rx: 88, ry: 112, y: 122 };

/** For each ridge from the core outwards: where it breaks, as dashes of a path that is 100 long. */
const BREAKS = ["100 0", "62 7 31 0", "24 6 70 0", "51 5 26 5 13 0", "16 5 44 5 30 0", "36 5 37 4 18 0", "9 4 50 5 32 0"];

const RIDGES = BREAKS.map((dashes, index) => ({ d: ridge(9 + 12.6 * index), dashes }));

/** @param {number} radius */
function ridge(radius) {
  const left = { x: CORE.x - radius, end: legEnd(-radius) };
  const right = { x: CORE.x + radius, end: legEnd(radius) };
  const bend = 5 + radius * 0.07;
  return [
    `M${point(left.x + bend - 9, left.end)}`,
    `Q${point(left.x - 2, (left.end + CORE.y) / 2 + 8)} ${point(left.x, CORE.y)}`,
    `A${point(radius, radius * 1.1)} 0 0 1 ${point(right.x, CORE.y)}`,
    `Q${point(right.x + 3, (right.end + CORE.y) / 2)} ${point(right.x - bend, right.end)}`,
  ].join(" ");
}

/**
 * How far down a leg runs before it meets the outline of the fingertip.
 *
 * @param {number} offset
 */
function legEnd(offset) {
  return TIP.y + TIP.ry * Math.sqrt(Math.max(0, 1 - (offset / TIP.rx) ** 2)) * 0.98;
}

/**
 * @param {number} x
 * @param {number} y
 */
function point(x, y) {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

/** @param {string} role */
function ridges(role) {
  return RIDGES.map(({ d, dashes }) => h("path", { class: role, d, pathLength: 100, "stroke-dasharray": dashes }));
}

/** @param {{ percent: number, mood: "quiet" | "alive" | "waiting" | "busy" | "retry" | "done" | "ended" | "in" | "out" }} finger */
export function fingerprint({ percent, mood }) {
  return h(
    "svg",
    {
      class: `fingerprint ${mood}`,
      viewBox: `-12 0 ${WIDTH + 24} ${HEIGHT + 6}`,
      "aria-hidden": "true",
      focusable: "false",
      vars: { "--part": percent / 100 },
    },
    h(
      "defs",
      null,
      h("linearGradient", { id: "edge", x1: 0, y1: 0, x2: 0, y2: 1 }, [
        h("stop", { offset: 0, "stop-color": "#000" }),
        h("stop", { offset: 0.1, "stop-color": "#fff" }),
      ]),
      h("mask", { id: "level", maskUnits: "userSpaceOnUse", x: -12, y: -30, width: WIDTH + 24, height: HEIGHT + 60 }, [
        h("rect", { class: "level", x: -12, y: -28, width: WIDTH + 24, height: HEIGHT + 40, fill: "url(#edge)" }),
      ]),
    ),
    h("g", { class: "paper" }, ridges("ridge")),
    h("g", { class: "ink", mask: "url(#level)" }, ridges("ridge")),
    mood === "done" && h("g", { class: "seal", key: "seal" }, h("circle", { cx: 164, cy: 202, r: 34 }), h("path", { d: "M148 203 l11 11 l21 -23" })),
  );
}
