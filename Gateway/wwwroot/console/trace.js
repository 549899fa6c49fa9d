/** The way of each scan, as a picture and as a table: a lane per hop and page, a line per scan, the times between. */
import { h } from "../shared/dom.js";
import { table } from "./lists.js";

/**
 * @typedef {import("./console.js").Scene} Scene
 * @typedef {{ subscriber: string, sent: string | null, acknowledged: string | null }} TracedPage
 * @typedef {string | null} Moment
 * @typedef {{ step: number, device: Moment, received: Moment, durable: Moment, pages: TracedPage[], stopped?: string }} TracedScan
 * @typedef {{ scans: TracedScan[], explanation: string }} Trace
 *
 * @typedef {{ key: string, label: string, kind: "scanner" | "service" | "page", time: (scan: TracedScan) => string | null | undefined, from: string | null }} Lane
 * `undefined`: not on this scan's way
 */

const ROW = 56;
const TOP = 58;
const LABELS = 190;
/** for a scan, and more for each page */
const COLUMN = 118;
const PAGE = 26;
const DOT = 8;

/**
 * @param {Trace} trace
 * @param {import("../shared/language.js").Words} say
 * @returns {Lane[]}
 */
export function lanesOf({ scans }, say) {
  const pages = [...new Set(scans.flatMap(scan => scan.pages.map(page => page.subscriber)))];
  /** @type {Lane[]} */
  const service = [
    { key: "device", label: say("trace.device"), kind: "scanner", time: scan => scan.device, from: null },
    { key: "received", label: say("trace.received"), kind: "service", time: scan => scan.received, from: "device" },
    { key: "durable", label: say("trace.durable"), kind: "service", time: scan => scan.durable, from: "received" },
  ];
  if (pages.length === 0) return service;
  return [
    ...service,
    ...pages.flatMap((subscriber, index) => {
      const name = say("trace.page", { number: index + 1 });
      return [
        { ...lane(subscriber, "sent"), key: `${index} sent`, label: `${name}: ${say("trace.sent")}`, from: "durable" },
        { ...lane(subscriber, "acknowledged"), key: `${index} shown`, label: `${name}: ${say("trace.painted")}`, from: `${index} sent` },
      ];
    }),
  ];
}

/**
 * @param {string} subscriber
 * @param {"sent" | "acknowledged"} hop
 */
function lane(subscriber, hop) {
  return {
    kind: /** @type {const} */ ("page"),
    time: (/** @type {TracedScan} */ scan) => {
      const page = scan.pages.find(page => page.subscriber === subscriber);
      return page === undefined ? undefined : page[hop];
    },
  };
}

/**
 * @param {Scene} scene
 * @param {Trace} trace
 * @param {boolean} isOver
 */
export function traceView({ say, format }, trace, isOver) {
  const lanes = lanesOf(trace, say);
  const column = COLUMN + PAGE * Math.max(1, pagesOf(lanes).length);
  const width = LABELS + trace.scans.length * column;
  const height = TOP + lanes.length * ROW;
  const rows = lanes.map(({ key, label, kind }, index) =>
    h(
      "g",
      { key, class: `lane ${kind}` },
      h("rect", { x: 0, y: TOP + index * ROW, width, height: ROW - 4, rx: 8 }),
      h("text", { x: 14, y: TOP + index * ROW + ROW / 2 + 3 }, label),
    ),
  );
  const ways = trace.scans.map((scan, index) => {
    const middle = LABELS + index * column + (column - PAGE) / 2;
    const isAwaited = !isOver && lanes.every(({ time }) => !time(scan));
    return way(scan, lanes, middle, isAwaited, say, format);
  });
  // The table under it says the same in words.
  return h(
    "div",
    { class: "trace-scroll", key: "picture", tabindex: 0, role: "region", "aria-label": say("trace.title") },
    h("svg", { class: "trace", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true", focusable: "false" }, rows, ways),
  );
}

/**
 * @param {TracedScan} scan
 * @param {Lane[]} lanes
 * @param {number} middle
 * @param {boolean} isAwaited nothing is wrong: it has not been captured yet
 * @param {import("../shared/language.js").Words} say
 * @param {import("./format.js").Formats} format
 */
function way(scan, lanes, middle, isAwaited, say, format) {
  const y = (/** @type {number} */ index) => TOP + index * ROW + ROW / 2 - 2;
  const x = (/** @type {Lane} */ { kind, key }) => (kind === "page" ? middle + pageOffset(lanes, key) : middle);
  const began = lanes.map(({ time }) => time(scan)).find(at => at !== null && at !== undefined);
  const parts = lanes.flatMap((lane, index) => {
    const at = lane.time(scan);
    if (at === undefined) return [];
    const fromIndex = lanes.findIndex(({ key }) => key === lane.from);
    const from = lanes[fromIndex];
    const before = from?.time(scan);
    const missing = at === null;
    const line =
      from !== undefined &&
      h("path", { class: missing || before === null ? "line missing" : "line", d: curve(x(from), y(fromIndex) + DOT, x(lane), y(index) - DOT) });
    const took = !missing && before ? Date.parse(at) - Date.parse(before) : null;
    return [
      line,
      missing
        ? h("g", { class: "gap" }, h("circle", { cx: x(lane), cy: y(index), r: DOT }))
        : h("circle", { class: "dot", cx: x(lane), cy: y(index), r: DOT }),
      h(
        "text",
        { class: missing ? "took missing" : "took", x: x(lane) + DOT + 6, y: y(index) + 5 },
        !missing ? (took === null ? "" : `+${format.span(took)}`) : !isAwaited ? say("trace.missing") : index === 0 ? say("trace.awaited") : "",
      ),
    ];
  });
  return h(
    "g",
    { class: isAwaited ? "way awaited" : "way", key: scan.step },
    h("text", { class: "step", x: middle, y: 24 }, say("trace.step", { step: scan.step })),
    h("text", { class: "began", x: middle, y: 44 }, began ? format.time(began) : "–"),
    parts,
  );
}

/** @param {Lane[]} lanes */
function pagesOf(lanes) {
  return [...new Set(lanes.filter(({ kind }) => kind === "page").map(lane => lane.key.split(" ")[0]))];
}

/**
 * Pages stand beside each other, the first one rightmost: so no line runs over another's times.
 *
 * @param {Lane[]} lanes
 * @param {string} key
 */
function pageOffset(lanes, key) {
  const pages = pagesOf(lanes);
  return (Math.max(0, pages.length - 1) / 2 - pages.indexOf(key.split(" ")[0])) * PAGE;
}

/**
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 */
function curve(x1, y1, x2, y2) {
  const bend = Math.min(28, (y2 - y1) / 2);
  return x1 === x2 ? `M${x1} ${y1}V${y2}` : `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y1} ${x2} ${y1 + 2 * bend}V${y2}`;
}

/**
 * @param {Scene} scene
 * @param {Trace} trace
 * @param {boolean} isOver
 */
export function traceTable({ say, format }, trace, isOver) {
  const lanes = lanesOf(trace, say);
  const cell = (/** @type {TracedScan} */ scan, /** @type {Lane} */ { time }) => {
    const at = time(scan);
    if (at !== null) return at === undefined ? "–" : exact(at, format);
    const isAwaited = !isOver && lanes.every(lane => !lane.time(scan));
    return h("span", { class: isAwaited ? null : "missing" }, say(isAwaited ? "trace.awaited" : "trace.missing"));
  };
  const why = { label: say("trace.why"), cell: (/** @type {TracedScan} */ { stopped }) => h("span", { lang: "en" }, stopped ?? "–") };
  return table({
    label: say("trace.times"),
    rows: trace.scans,
    key: ({ step }) => String(step),
    columns: [
      { label: say("trace.scan"), kind: "head", cell: ({ step }) => say("trace.step", { step }) },
      ...lanes.map(lane => ({ label: lane.label, cell: (/** @type {TracedScan} */ scan) => cell(scan, lane) })),
      ...(trace.scans.some(({ stopped }) => stopped !== undefined) ? [why] : []),
    ],
  });
}

/**
 * @param {string} at
 * @param {import("./format.js").Formats} format
 */
function exact(at, format) {
  return `${format.time(at)}.${String(new Date(at).getMilliseconds()).padStart(3, "0")}`;
}
