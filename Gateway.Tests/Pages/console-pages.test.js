import assert from "node:assert/strict";
import { test } from "node:test";
import { next } from "../../Gateway/wwwroot/console/model.js";
import { pageOf } from "../../Gateway/wwwroot/console/pages.js";
import { spanOf } from "../../Gateway/wwwroot/console/pages/enrollments.js";
import { parseRoute } from "../../Gateway/wwwroot/console/route.js";
import { all, at, buttons, elements, loaded, named, now, scanners, shown, text } from "./some-console.js";

const when = "2026-01-03T09:00:00.000Z";
const ended = { id: "e1", device: "door-1", person: "Ada", slot: 4, scans: 3, state: "failed", step: 3, captured: 2, percent: 66, reason: "timeout", at: when };
const room = { id: "r1", name: "Help", participants: [{ user: "otto", role: "tutor" }], messages: 1 };
const message = { id: "m1", seq: 2, user: "otto", data: { text: "Hello" }, at: when };
const firmware = { items: [{ version: "2.0.0", counter: 2, size: 900, by: "admin", at: when }], next: null };
const comings = [
  { seq: 6, type: "in", at: when, person: "Dana", late: true },
  { seq: 5, type: "repeat", at: when, person: "Eve", corrects: 9, closed: true },
  { seq: 4, type: "repeat", at: when, person: "Cem", corrects: 1, by: "otto" },
  { seq: 3, type: "out", at: when, person: "Bob", minutes: 30, closed: true },
  { seq: 2, type: "in", at: when, person: "Ada" },
  { seq: 1, type: "in", at: when, person: "Cem" },
];
const job = { id: "a", name: "Import", by: "key:k1", state: "running", done: 1, total: 2, percent: 50, message: "half", stallsAt: "2026-01-03T08:00:00.000Z", at: when };
const reports = [
  { seq: 1, type: "created", at: when, data: { name: "Import", by: "key:k1" } },
  { seq: 2, type: "progress", at: when, data: { done: 1, total: 2, percent: 50, message: "half" } },
  { seq: 3, type: "progress", at: when, data: { done: 0, total: 2, percent: 0, late: true, by: "otto" } },
];
const list = (...items) => loaded("list", { items, next: null });

/** Each page with something on it. */
const FULL = {
  "overview": [loaded("jobs", { items: [], next: null })],
  "scanners": [],
  "scanners/door-1": [
    loaded("slots", { items: [{ slot: 4, person: "Ada", enrollment: "e1", at: when }, { slot: 5, person: "Bob", enrollment: "e2", at: when }], capacity: 200 }),
    loaded("commands", { items: [{ id: "c1", device: "door-1", do: "delete", slot: 5, expiresAt: "2026-01-04T09:00:00.000Z" }] }),
  ],
  "enrollments": [list(ended)],
  "enrollments/e1": [loaded("one", { state: ended }), loaded("trace", { scans: [], explanation: "" })],
  "people": [list({ id: "ada", name: "Ada", registered: true, fingers: [{ device: "door-1", slot: 4, at: when }] })],
  "people/forgotten": [list({ id: "p-7f3a", at: when, by: "admin", fingers: [{ device: "door-1", slot: 4, deletedAt: when }, { device: "door-2", slot: 1, deletedAt: null }] })],
  "checkins": [list({ site: "main", inside: 0, recent: comings, present: [], days: [] }), loaded("stays", { items: [] })],
  "rooms": [list(room)],
  "rooms/r1": [loaded("room", { state: room }), loaded("messages", { items: [message], next: null })],
  "people/ada": [
    loaded("one", { id: "ada", name: "Ada", registered: true, fingers: [{ device: "door-1", slot: 4, at: when }] }),
    list(ended),
  ],
  "jobs/a": [loaded("one", { state: job, seq: 3, epoch: "e" }), loaded("events", { events: reports, reset: false })],
  "jobs": [list({ id: "a", name: "Import", state: "running", done: 1, total: 2, percent: 50, message: null, at: when })],
  "firmware": [loaded("list", { ...firmware, devices: [{ device: "door-1", running: "1.0.0", wanted: "2.0.0", outcome: "waiting", since: when, by: "admin" }] })],
};
const full = (place, ...actions) => at(`#/${place}`, { type: "scanners", items: scanners }, ...FULL[place.split("?")[0]], ...actions);
const as = role => ({ type: "me", me: { kind: "user", name: "x", role } });

test("Viewer_OnEveryPage_SeesNothingToDoThatTheServiceWouldRefuse", () => {
  const harmless = new Set(["Sign out", "Show", "Export attendance"]);
  for (const place of Object.keys(FULL)) {
    const seen = shown(full(place, as("viewer")));
    assert.deepEqual(buttons(seen).map(text).filter(label => !harmless.has(label)), [], place);
    assert.equal(elements(seen.tree).some(({ props }) => props.class === "answer"), false, place);
  }
});

test("Operator_OnEveryPage_SeesNothingThatOnlyAdminsMay", () => {
  for (const place of Object.keys(FULL)) {
    const labels = buttons(shown(full(place, as("operator")))).map(text);
    assert.deepEqual(labels.filter(label => /New secret|Add a scanner|Add a firmware|Forget|^Remove$/.test(label)), [], place);
  }
  assert.ok(named(shown(full("scanners/door-1", as("operator"))), "Locate"));
  assert.ok(named(shown(full("scanners/door-1", as("operator"))), "Rename"));
});

test("Finger_ThatTheScannerIsStillToDelete_IsShownAsLeavingUntilItHasConfirmed", () => {
  const seen = shown(full("scanners/door-1"));
  assert.equal(named(seen, "Delete the finger of Bob"), undefined);
  assert.ok(named(seen, "Delete the finger of Ada"));
  assert.match(all(seen), /Being deleted.*Slot 5 is still to be emptied/);
});

test("Forgotten_FingersThatNoScannerHasConfirmed_AreSaidSo_ToOperatorsAlone", () => {
  assert.match(all(shown(full("people/forgotten"))), /p-7f3aBeing cleared.*door-1, slot 4 Deleted.*door-2, slot 1 Scanner has not confirmed/);
  assert.doesNotMatch(all(shown(full("people/forgotten", as("viewer")))), /p-7f3a/);
});

test("History_OfADay_IsAskedForFromMidnightToMidnight", () => {
  const { from, to } = spanOf("2026-01-03");
  assert.deepEqual([new Date(from).getHours(), new Date(from).getDate(), new Date(to).getDate()], [0, 3, 4]);
  assert.deepEqual([spanOf(undefined), spanOf("yesterday")], [{}, {}]);
  const route = parseRoute("#/enrollments?day=2026-01-03&person=Ada");
  const asked = new URLSearchParams(pageOf(route).loads(route, at("#/enrollments")).list.split("?")[1]);
  assert.deepEqual([asked.get("person"), asked.get("from"), asked.get("to")], ["Ada", from, to]);
});

test("History_OfAPersonWithoutADay_IsTheLastMonth_ElseToday", () => {
  const asked = fragment => {
    const route = parseRoute(fragment);
    return Object.fromEntries(new URLSearchParams(pageOf(route).loads(route, { ...at(fragment), now }).stays.split("?")[1]));
  };
  assert.deepEqual(asked("#/checkins?day=2026-01-02"), { from: "2026-01-02", to: "2026-01-02" });
  const { from, to, person } = asked("#/checkins?person=Ada");
  assert.deepEqual([person, (Date.parse(to) - Date.parse(from)) / 86_400_000], ["Ada", 30]);
});

test("List_WithNothingYetAndMoreBehind_SaysSoAndLeadsOn", () => {
  const seen = shown(at("#/enrollments?person=Zoe", loaded("list", { items: [], next: 77 })));
  assert.match(all(seen), /Much was looked through.*Older/);
});

test("Receipts_OfOneMessage_AreUnderIt", () => {
  const receipts = { items: [{ user: "otto", isThere: true, connected: when, sent: when, acknowledged: when, read: null, slow: false }] };
  const seen = shown(full("rooms/r1?message=m1", ...FULL["rooms/r1"], loaded("receipts", receipts)));
  assert.match(all(seen), /Hello.*Hide who got it.*otto.*Has it/);
});

test("Deliveries_OfAWebhook_SayWhatCameBackAndWhenTheyAreTriedAgain", () => {
  const hook = { id: "w1", url: "http://app.lab/hook", events: ["failed"], at: when, pending: 1 };
  const lost = { id: "d1", channel: "devices/door-1", type: "offline", at: when, body: { type: "offline" }, status: "pending", attempts: 2, next: when, lastError: "Connection refused" };
  const taken = { ...lost, id: "d2", status: "delivered", attempts: 1, lastStatus: 204, lastMilliseconds: 12, lastError: undefined };
  const model = [loaded("one", hook), loaded("list", { items: [lost, taken], next: null })].reduce(next, at("#/webhooks/w1"));
  assert.match(all(shown(model)), /Waiting.*Connection refused · again at.*Taken.*answered 204 in 12 ms/s);
  const sent = [];
  const act = { send: async (...asked) => (sent.push(asked.slice(0, 2)), { ok: true, value: {} }), tell() {}, reload() {} };
  named(shown(model, act), "Send again: offline of devices/door-1").props.onclick();
  assert.deepEqual(sent, [["POST", "/api/webhooks/w1/deliveries/d1/redeliver"]]);
});

test("Firmware_IsGivenToOneScanner_AndTakenBackWhileItHasNotRunIt", () => {
  const opened = [];
  const act = { open: dialog => opened.push(dialog) };
  named(shown(full("firmware"), act), "Give door-1 another firmware").props.onclick();
  assert.deepEqual(opened[0].fields[0].options, [["2.0.0", "2.0.0"]]);
  assert.ok(named(shown(full("firmware"), act), "Take back from door-1"));
  const over = loaded("list", { ...firmware, devices: [{ device: "door-1", running: "2.0.0", wanted: "2.0.0", outcome: "succeeded", since: when, by: "admin" }] });
  assert.equal(named(shown(full("firmware", over), act), "Take back from door-1"), undefined);
  const lost = { device: "door-1", running: "1.0.0", wanted: "2.0.0", outcome: "taken", since: "2020-01-01T00:00:00.000Z", by: "admin", online: false };
  const words = JSON.stringify(shown(full("firmware", loaded("list", { ...firmware, devices: [lost] })), act));
  assert.match(words, /has not come back/u);
  assert.match(words, /Scanner is offline/u);
});

test("Firmware_WithAFileThatIsNoManifest_IsToldAtItsField", async () => {
  const opened = [];
  named(shown(full("firmware"), { open: dialog => opened.push(dialog) }), "Add a firmware").props.onclick();
  const answer = await opened[0].run({ manifest: "{", image: "AAAA" });
  assert.deepEqual([answer.ok, answer.problem.field], [false, "manifest"]);
});

test("List_LongerThanAPersonReads_IsShownAPartAtATime", () => {
  const many = Array.from({ length: 120 }, (_, number) => ({ ...scanners[0], id: `door-${number}` }));
  const rows = fragment => elements(shown(next(at(fragment), { type: "scanners", items: many })).tree).filter(({ tag }) => tag === "tr").length - 1;
  assert.deepEqual([rows("#/scanners"), rows("#/scanners?from-scanners=50"), rows("#/scanners?from-scanners=100"), rows("#/scanners?from-scanners=9999")], [50, 50, 20, 20]);
});

test("CheckIns_OfTheLastTen_AreTakenBack_WhereTheyStillCount", async () => {
  const opened = [];
  const sent = [];
  const act = { open: dialog => opened.push(dialog), send: (...what) => sent.push(what.join(" ")) };
  const seen = shown(full("checkins"), act);
  assert.deepEqual(buttons(seen).map(({ props }) => props["aria-label"]).filter(Boolean), ["Take back: Ada"]);
  assert.match(all(seen), /told anew since/);
  assert.match(all(seen), /too late to count.*Closing withdrawn.*Taken back.*by otto.*by the closing time/s);
  named(seen, "Take back: Ada").props.onclick();
  await opened[0].run({});
  assert.deepEqual(sent, ["DELETE /api/checkins/main/events/2"]);
});

test("Stays_ThatAreUnusual_SayWhy_InTheClockOfTheirSite", () => {
  const stays = [
    { site: "main", person: "Ada", date: "2026-01-02", in: "2026-01-02T09:00:00+09:00", out: "2026-01-03T04:00:00+09:00", minutes: 1140, closed: true, also: ["attic"] },
    { site: "main", person: null, date: "2026-01-03", in: "2026-01-03T08:15:00+09:00", out: null, minutes: null, unknown: { device: "door-1", slot: 7 } },
    { site: "main", person: "Bob", date: "2026-01-03", in: "2026-01-03T08:30:00+09:00", out: null, minutes: null },
  ];
  const seen = all(shown(full("checkins", loaded("stays", { items: stays }))));
  assert.match(seen, /Ada.*also at attic.*09:00:00 \+09:00.*04:00:00 \+09:00.*by the closing time.*Unknown finger.*door-1, slot 7.*08:15:00.*–.*Bob.*08:30:00.*inside/s);
});

test("Days_OfASite_TellWhoForgotAndWhatNobodyKnew", () => {
  const days = [{ date: "2026-01-03", in: 12, stays: 9, minutes: 900, closed: 3, repeats: 2, unknown: 4, hours: Array(24).fill(0).fill(12, 8, 9), averageMinutes: 100 }];
  const twice = [{ person: "Ada", sites: ["attic", "main"] }];
  const site = { site: "main", inside: 1, recent: [], present: [{ person: "Ada", since: when }], days };
  const seen = all(shown(full("checkins", list(site), loaded("stats", { sites: {}, twice }))));
  assert.match(seen, /Ada.*also at attic.*Day by day.*Forgot to check out.*Unknown fingers.*12.*1 h 40.*3.*2.*4.*08:00: 12/s);
});

test("Job_OnItsPage_ShowsItsReportsNewestFirst_WhoMadeThem_AndThatItIsSilent", () => {
  const seen = all(shown(full("jobs/a")));
  assert.match(seen, /Silent/);
  assert.match(seen, /Nothing heard of it/);
  assert.match(seen, /key:k1/);
  assert.ok(seen.indexOf("came late") < seen.indexOf("Created"), seen);
  assert.match(seen, /otto/);
});

test("Job_ThatFailed_SaysWhy_AndOneThatIsNotThereSaysThat", () => {
  const failed = full("jobs/a", loaded("one", { state: { ...job, state: "failed", message: "no such file" }, seq: 3, epoch: "e" }));
  assert.match(all(shown(failed)), /Failed: ?no such file/);
  const unknown = at("#/jobs/x", { type: "loadFailed", name: "one", path: "/api/jobs/x", problem: { code: "unknown_job" } });
  assert.match(all(shown(unknown)), /There is no such job/);
  const nobody = at("#/people/x", { type: "loadFailed", name: "one", path: "/api/people/x", problem: { code: "unknown_person" } });
  assert.match(all(shown(nobody)), /Nobody of this id is known/);
});

test("Job_Reports_AreAskedForFromTheNewest_AndThoseBefore", () => {
  const asked = place => pageOf(parseRoute(place)).loads(parseRoute(place), full("jobs/a", loaded("one", { state: job, seq: 120, epoch: "e" })));
  assert.equal(asked("#/jobs/a").events, "/api/jobs/a/events?since=70&epoch=e&limit=1000");
  assert.equal(asked("#/jobs/a?before=71").events, "/api/jobs/a/events?since=20&epoch=e&limit=50");
  assert.equal(asked("#/jobs/a?before=3").events, "/api/jobs/a/events?since=0&epoch=e&limit=2");
  assert.equal(asked("#/jobs/a?before=x").events, undefined);
});

test("Address_ThatLeadsNowhere_SaysSo", () => {
  for (const place of ["nonsense", "jobs/", "audit/x", "checkins/main"]) {
    const page = pageOf(parseRoute(`#/${place}`));
    if (place !== "jobs/") assert.match(all(shown(at(`#/${place}`))), /There is no such page/, place);
    assert.ok(page, place);
  }
});

test("Message_OfARoom_IsDeletedByOperators_WhoAreToldWhatBackupsKeep", () => {
  assert.ok(buttons(shown(full("rooms/r1", as("operator")))).some(({ props }) => props["aria-label"]?.startsWith("Delete what otto said")));
  assert.equal(all(shown(full("rooms/r1", as("viewer")))).includes("Delete"), false);
  const mine = full("rooms/r1", { type: "me", me: { kind: "user", name: "otto", role: "viewer" } });
  assert.ok(elements(shown(mine).tree).some(({ props }) => props.class === "answer"), "who takes part has a say");
});
