import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { next } from "../../Gateway/wwwroot/console/model.js";
import { provisioningText } from "../../Gateway/wwwroot/console/provisioning.js";
import { href, parseRoute, refined } from "../../Gateway/wwwroot/console/route.js";
import { allowed, SECTIONS } from "../../Gateway/wwwroot/console/sections.js";
import { insideOfToday, sumOfDays } from "../../Gateway/wwwroot/console/stays.js";
import { lanesOf } from "../../Gateway/wwwroot/console/trace.js";
import { all, at, folder, loaded, now, say, scanners, shown, texts } from "./some-console.js";

const event = (channel, type, data, position) => ({
  type: "event",
  event: { channel, seq: 1, position, type, at: new Date(now).toISOString(), data },
});

const requested = { person: "Ada", device: "door-1", slot: 4, scans: 3, expiresAt: "2026-01-03T10:05:00.000Z" };

test("Texts_OfTheConsole_AreTheSameInEveryLanguage", () => {
  const places = words =>
    Object.fromEntries(
      Object.entries(words).map(([key, value]) => [key, (value.match(/\{\w+\}/g) ?? []).filter(name => name !== "{detail}").sort()]),
    );
  assert.deepEqual(places(texts("de")), places(texts("en")));
});

test("Texts_ThatTheConsoleNames_AreThere", () => {
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter(name => name.endsWith(".js"));
  const named = files.flatMap(name => [...readFileSync(new URL(name, folder), "utf8").matchAll(/say\(\s*"([^"]+)"/g)].map(([, key]) => key));
  assert.ok(named.length > 100);
  assert.deepEqual(
    named.filter(key => !say.has(key)),
    [],
  );
  for (const page of [...SECTIONS.flatMap(section => section.pages), "more"]) assert.ok(say.has(`${page}.nav`), page);
});

test("Route_WrittenAndRead_IsTheSame", () => {
  const route = parseRoute(href("people", "Ada / Lovelace?", { search: "ä & b", before: "" }));
  assert.deepEqual(route, { page: "people", id: "Ada / Lovelace?", query: { search: "ä & b" } });
  assert.equal(refined(parseRoute("#/enrollments?before=7&state=failed"), { state: null, device: "door-1" }), "#/enrollments?device=door-1");
  for (const fragment of ["", "#", "#/", "#token=abc"]) assert.deepEqual(parseRoute(fragment), { page: "overview", id: null, query: {} });
});

test("Console_EveryPage_ShowsItselfBeforeAnythingIsKnownAndWhenTheServiceFails", () => {
  for (const page of [...SECTIONS.flatMap(section => section.pages), "more", "scanners/door-1", "enrollments/x", "rooms/x", "webhooks/x"]) {
    const model = at(`#/${page}`);
    assert.match(shown(model).title, / · Gateway$/, page);
    const failed = ["list", "stats", "slots", "one", "trace", "room", "messages", "users", "keys", "kiosks", "commands", "stays", "receipts"];
    const after = failed.reduce((before, name) => next(before, { type: "loadFailed", name, path: "", problem: { code: "unreachable" } }), model);
    assert.ok(shown(after).tree.length > 0, page);
  }
});

test("Scanner_Events_KeepTheListTrue", () => {
  const model = [
    { type: "scanners", items: scanners },
    event("devices/door-2", "online", {}, 7),
    event("devices/door-1", "changed", { stored: 4, known: 3, source: {} }, 8),
    event("devices/door-3", "deleted", {}, 9),
  ].reduce(next, at("#/scanners"));
  assert.deepEqual(
    model.scanners.items.map(({ id, online, stored }) => [id, online, stored]),
    [
      ["door-1", true, 4],
      ["door-2", true, undefined],
    ],
  );
  assert.match(all(shown(model)), /door-1.*4 \/ 200.*Counts differ/);
});

test("Scanner_WithFaultAndMismatch_SaysWhatToDo", () => {
  const seen = all(shown(next(at("#/scanners/door-3"), { type: "scanners", items: scanners })));
  assert.match(seen, /does not find its fingerprint sensor\. Check the cable/);
  assert.match(seen, /holds 5 fingers, but the service put only 2 there/);
});

test("Scanner_NeverHeardOf_SaysSo", () => {
  assert.match(all(shown(next(at("#/scanners/door-9"), { type: "scanners", items: scanners }))), /There is no scanner door-9/);
});

test("Overview_Enrollment_IsAtItsScannerAndAmongTheRunning", () => {
  const actions = [
    { type: "scanners", items: scanners },
    event("enrollments/0198", "requested", requested, 1),
    event("enrollments/0198", "armed", {}, 2),
    event("enrollments/0198", "progress", { step: 1, of: 3, percent: 33 }, 3),
  ];
  const seen = all(shown(actions.reduce(next, at("#/overview"))));
  assert.match(seen, /1 of 3 scanners are ready: 1 with a sensor fault, 1 offline/);
  assert.match(seen, /Enrolling Ada/);
  assert.match(seen, /door-1 · 1 of 3/);
  assert.match(seen, /Ada: scan 1 of 3 at door-1/);
});

test("Activity_TheSameEventTwice_IsToldOnce", () => {
  const told = event("checkins/main", "in", { person: "Ada" }, 5);
  const model = [told, told, { type: "past", events: [told.event] }].reduce(next, at("#/overview"));
  assert.equal(model.activity.length, 1);
});

test("Link_Lost_SaysAsOfWhen", () => {
  const seen = shown(next(at("#/overview"), { type: "linkDown", heardAt: now }));
  assert.match(seen.spoken, /^Connection lost\. Shown as of \d\d:\d\d:\d\d/);
  assert.match(all(seen), /Not connected/);
});

test("Load_ThatFails_KeepsTheLastGoodOneAndSaysWhenItWas", () => {
  const good = next(
    at("#/jobs"),
    loaded("list", {
      items: [{ id: "a", name: "Import", state: "running", done: 1, total: 2, percent: 50, message: null, at: "2026-01-03T09:00:00.000Z" }],
      next: null,
    }),
  );
  const seen = all(shown(next(good, { type: "loadFailed", name: "list", path: "", problem: { code: "unreachable" } })));
  assert.match(seen, /did not answer\..*Shown as of .*Import/);
});

test("Route_ToAnotherPage_ForgetsWhatTheFirstHadLoaded", () => {
  const model = next(at("#/jobs"), loaded("list", { items: [], next: null }));
  assert.deepEqual(next(model, { type: "went", route: parseRoute("#/people") }).loads, {});
  assert.ok(next(model, { type: "went", route: parseRoute("#/jobs?state=failed") }).loads.list);
});

test("Roles_SeeWhatTheyMay", () => {
  const may = role => SECTIONS.flatMap(section => section.pages).filter(page => allowed(page, { kind: "user", name: "x", role }));
  assert.ok(!may("viewer").includes("quarantine") && may("operator").includes("quarantine"));
  assert.ok(!may("operator").includes("audit") && may("admin").includes("audit"));
  const viewer = next(at("#/scanners/door-1", { type: "scanners", items: scanners }), {
    type: "me",
    me: { kind: "user", name: "v", role: "viewer" },
  });
  assert.doesNotMatch(all(shown(viewer)), /Restart|Delete|Enroll here/);
});

test("Trace_LanesOfPages_AreAsManyAsThereAreSubscribers", () => {
  const scan = {
    step: 1,
    device: null,
    received: "2026-01-03T10:00:00.000Z",
    durable: "2026-01-03T10:00:00.004Z",
    pages: [
      { subscriber: "a", sent: "2026-01-03T10:00:00.005Z", acknowledged: null },
      { subscriber: "b", sent: null, acknowledged: null },
    ],
  };
  assert.deepEqual(
    lanesOf({ scans: [scan], explanation: "" }, say).map(lane => lane.time(scan) === null),
    [true, false, false, false, true, true, true],
  );
});

test("Trace_WhatIsMissing_IsSaidInWords", () => {
  const scan = {
    step: 2,
    device: "2026-01-03T10:00:00.000Z",
    received: null,
    durable: null,
    pages: [],
    stopped: "The scanner has captured it, but its message has not come.",
  };
  const state = { ...requested, id: "0198", state: "scanning", step: 2, captured: 1, percent: 33, at: "2026-01-03T10:00:00.000Z" };
  const seen = all(
    shown([loaded("one", { state }), loaded("trace", { scans: [scan], explanation: "Scan 2 is missing." })].reduce(next, at("#/enrollments/0198"))),
  );
  assert.match(seen, /Scan 2 is missing\..*missing.*its message has not come/);
});

test("Provisioning_Text_IsWhatAScannerReads", () => {
  assert.equal(
    provisioningText({ gateway: "192.168.1.10", port: 1883, tls: false, device: "desk-1", secret: "s" }),
    '{"gateway":"192.168.1.10","port":1883,"tls":false,"device":"desk-1","secret":"s"}',
  );
});

test("Stays_OfToday_BecomeHowManyWereInside", () => {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const hour = hours => new Date(midnight + hours * 3_600_000).toISOString();
  const counts = insideOfToday(
    [
      { in: hour(1), out: hour(2) },
      { in: hour(1.5), out: null },
    ],
    midnight + 3 * 3_600_000,
  );
  assert.deepEqual([counts[0], counts[5], counts[7], counts.at(-1)], [0, 1, 2, 1]);
  const day = { date: "2026-01-03", in: 1, stays: 1, minutes: 5, hours: [1, 0] };
  assert.deepEqual(sumOfDays([[day], [day]]), [{ date: "2026-01-03", in: 2, stays: 2, minutes: 10, hours: [2, 0] }]);
});

test("Vendored_Libraries_AreThePackagesAsPublished", () => {
  const packages = {
    uplot: { "uPlot.esm.js": "dist/uPlot.esm.js", "uPlot.min.css": "dist/uPlot.min.css", LICENSE: "LICENSE" },
    "lean-qr": { "index.mjs": "index.mjs", LICENSE: "LICENSE" },
  };
  for (const [name, files] of Object.entries(packages)) {
    assert.deepEqual(readdirSync(new URL(`../vendor/${name}`, folder)).sort(), Object.keys(files).sort());
    for (const [ours, theirs] of Object.entries(files)) {
      assert.ok(
        readFileSync(new URL(`../vendor/${name}/${ours}`, folder)).equals(readFileSync(new URL(`node_modules/${name}/${theirs}`, import.meta.url))),
        `${name}/${ours}`,
      );
    }
  }
});
