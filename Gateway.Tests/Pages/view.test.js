import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { chooseLanguage, clockTime, words } from "../../Gateway/wwwroot/shared/language.js";
import { next, start } from "../../Gateway/wwwroot/kiosk/model.js";
import { view } from "../../Gateway/wwwroot/kiosk/view.js";

const texts = language => JSON.parse(readFileSync(new URL(`../../Gateway/wwwroot/kiosk/texts/${language}.json`, import.meta.url), "utf8"));
const say = words(texts("en"));

const devices = [{ id: "lab-1", site: "main", location: "Hall", online: true, sensor: "ok" }, { id: "lab-2", site: "main", online: false }];
const enrollment = { id: "0198", device: "lab-1", person: "Ada", slot: 0, scans: 3, state: "armed", step: 1, captured: 0, percent: 0, expiresAt: "", at: "" };

const shown = (...actions) => view([{ type: "linkUp" }, { type: "devices", items: devices, cursor: 1 }, ...actions].reduce(next, start()), say, {});
const enrolling = change => shown({ type: "opened", id: "0198" }, { type: "state", state: { ...enrollment, ...change }, cursor: 3 });

function every(nodes, test) {
  return nodes.flatMap(node => (typeof node === "string" ? [] : [...(test(node) ? [node] : []), ...every(node.children, test)]));
}
const text = node => (typeof node === "string" ? node : node.children.map(text).join(""));
const all = seen => seen.tree.map(text).join(" ");
const one = (seen, test) => every(seen.tree, test)[0];

test("View_NothingKnownYet_IsQuietAndShowsNoNumber", () => {
  assert.equal(view(start(), say, {}).screen, "loading");
  const resumed = shown({ type: "opened", id: "0198" });
  assert.equal(resumed.screen, "loading");
  assert.doesNotMatch(all(resumed), /%|of 3/);
});

test("View_NotSignedIn_AsksForTheTokenAndSaysWhereItComesFrom", () => {
  const seen = shown({ type: "signInNeeded" });
  assert.equal(seen.screen, "sign-in");
  assert.match(all(seen), /dotnet run --project Gateway -- sign-in/);
});

test("View_TokenUsedUp_SaysSo", () => {
  assert.match(all(shown({ type: "signInNeeded" }, { type: "signInFailed", problem: { code: "unauthenticated" } })), /used already or is too old/);
});

test("View_Choose_NamesEachScannerAndItsReadiness", () => {
  const seen = shown();
  const group = one(seen, ({ props }) => props.role === "radiogroup");
  assert.deepEqual(group.children.map(text), ["lab-1 Hall Ready", "lab-2  Offline"]);
  assert.equal(text(one(seen, ({ props }) => props.id === group.props["aria-labelledby"])), "Scanner");
});

test("View_OnlyScanner_IsChosenAlready", () => {
  const seen = view([{ type: "devices", items: devices.slice(0, 1), cursor: 1 }].reduce(next, start()), say, {});
  assert.match(all(seen), /lab-1 Hall Ready/);
  assert.equal(one(seen, ({ props }) => props.type === "radio"), undefined);
});

test("View_PinnedToAScanner_OffersNoOther", () => {
  const seen = view(next(start({ pinned: "lab-1" }), { type: "devices", items: devices, cursor: 1 }), say, {});
  assert.doesNotMatch(all(seen), /lab-2/);
});

test("View_Progress_IsTheSameInNumberAndWords", () => {
  for (const [captured, percent] of [[0, 0], [1, 33], [2, 66], [3, 100]]) {
    const seen = enrolling({ captured, percent, step: Math.min(captured + 1, 3), state: "scanning" });
    const bar = one(seen, ({ props }) => props.role === "progressbar");
    assert.equal(bar.props["aria-valuenow"], percent);
    assert.equal(bar.props["aria-valuetext"], `${percent} %, ${captured} of 3 scans`);
    assert.match(text(bar), new RegExp(`^${percent} %$`));
  }
});

test("View_EachStep_IsSpoken", () => {
  assert.equal(enrolling({}).spoken, "Step 1 of 3 · Place the finger · On the scanner lab-1.");
  const second = enrolling({ state: "scanning", captured: 1, step: 2, percent: 33 });
  assert.equal(second.spoken, "Step 2 of 3 · Lift it, then place it again · The same finger, turned a little.");
});

test("View_Retry_SaysWhatToDo", () => {
  assert.match(all(enrolling({ state: "scanning", reason: "few_features" })), /press a little longer/);
  assert.match(all(enrolling({ state: "scanning", reason: "never heard of" })), /Place the finger again/);
});

test("View_ScannerGoesOfflineMeanwhile_SaysThatItGoesOnByItself", () => {
  assert.match(all(enrolling({ device: "lab-2" })), /lab-2 is offline.*goes on by itself/);
});

test("View_ScannerSilent_SaysThatItIsWaitedFor", () => {
  const waiting = { type: "state", state: { ...enrollment, state: "requested", step: 0 }, cursor: 1 };
  assert.match(all(shown({ type: "opened", id: "0198" }, waiting, { type: "unanswered" })), /has not answered yet/);
});

test("View_Done_SaysRegisteredAndTheName", () => {
  assert.match(all(enrolling({ state: "succeeded", captured: 3, percent: 100 })), /Ada is registered/);
});

test("View_OtherEnds_SayWhyAndWhatNext", () => {
  for (const [change, words] of [
    [{ state: "failed", reason: "already_enrolled" }, /registered on this scanner already/],
    [{ state: "failed", reason: "cosmic rays" }, /cosmic rays/],
    [{ state: "cancelled", reason: "user" }, /Nothing was stored/],
    [{ state: "cancelled", reason: "abandoned" }, /closed for a while/],
    [{ state: "expired" }, /not finished in time/],
  ]) {
    const seen = enrolling(change);
    assert.match(all(seen), words);
    assert.match(all(seen), /Try again/);
  }
});

test("View_Refusals_AreInClearWords", () => {
  const refused = problem => all(shown({ type: "chose", device: "lab-1" }, { type: "startFailed", problem }));
  assert.match(refused({ code: "device_offline" }), /lab-1 is offline.*ready as soon as it is back/);
  assert.match(refused({ code: "sensor_fault" }), /lab-1 cannot read fingers.*ready as soon as the sensor works/);
  assert.match(refused({ code: "device_busy", holder: "0199", expiresAt: "2026-01-03T10:00:05Z" }), /Somebody else is registering there, until \d\d:\d\d at/);
  assert.match(refused({ code: "slots_full" }), /lab-1 is full.*no room/);
  assert.match(refused({ code: "invalid", field: "person" }), /1 to 128 characters/);
  assert.match(refused({ code: "unreachable" }), /nothing is started twice/);
  assert.match(refused({ code: "brand_new", detail: "The moon is full." }), /The moon is full/);
});

test("View_PersonRefused_MarksTheField", () => {
  const seen = shown({ type: "startFailed", problem: { code: "invalid", field: "person" } });
  const field = one(seen, ({ props }) => props.id === "person");
  assert.equal(field.props["aria-invalid"], "true");
  assert.match(text(one(seen, ({ props }) => props.id === field.props["aria-describedby"])), /1 to 128/);
});

test("View_LinkLost_SaysAsOfWhen", () => {
  const heardAt = Date.parse("2026-01-03T10:00:05Z");
  assert.ok(all(shown({ type: "linkDown", heardAt })).includes(`as of ${clockTime(heardAt)}`));
  assert.match(clockTime(heardAt), /^\d\d:\d\d:05$/);
});

test("Texts_EveryLanguage_HasTheSameKeysAndPlaceholders", () => {
  const shape = language => Object.entries(texts(language)).map(([key, value]) => `${key} ${(value.match(/\{\w+\}/g) ?? []).sort()}`).sort();
  assert.deepEqual(shape("de"), shape("en"));
});

test("Language_FirstOneKnown_IsTaken", () => {
  assert.equal(chooseLanguage(["fr-FR", "de-AT", "en"]), "de");
  assert.equal(chooseLanguage(["fr"]), "en");
});

test("View_ScannerInUse_NamesWhoIsThere", () => {
  const busy = { type: "startFailed", problem: { code: "device_busy", holder: "0199", expiresAt: "2026-01-03T10:00:05Z" } };
  const holder = { type: "holder", known: { ...enrollment, id: "0199", person: "p-7" } };
  const seen = shown({ type: "chose", device: "lab-1" }, { type: "named", id: "p-7", name: "Grace Hopper" }, busy, holder);
  assert.match(all(seen), /Grace Hopper is registering there/);
  assert.equal(seen.screen, "obstacle");
});

test("View_OnlyScannerIsOffline_SaysWhatHappensNextInsteadOfAForm", () => {
  const offline = { type: "devices", items: [{ ...devices[0], online: false }], cursor: 1 };
  const seen = view([{ type: "linkUp" }, offline].reduce(next, start()), say, {});
  assert.match(all(seen), /lab-1 is offline.*ready as soon as it is back/);
  const back = { type: "device", event: { channel: "devices/lab-1", type: "online", data: {} }, cursor: 2 };
  assert.equal(view([{ type: "linkUp" }, offline, back].reduce(next, start()), say, {}).screen, "choose");
});

test("View_ScannerHoldsOtherFingersThanExpected_SaysSoAndGoesOn", () => {
  const items = [{ ...devices[0], stored: 9, known: 3 }];
  const seen = view([{ type: "linkUp" }, { type: "devices", items, cursor: 1 }].reduce(next, start()), say, {});
  assert.match(all(seen), /lab-1 holds 9 fingers where 3 are expected/);
});

test("View_NoScannerAtAll_SaysThatTheFirstWillAppear", () => {
  const seen = view([{ type: "linkUp" }, { type: "devices", items: [], cursor: 1 }].reduce(next, start()), say, {});
  assert.match(all(seen), /No scanner yet/);
});

test("View_PeopleKnown_AreShownByNameAndPickedByOne", () => {
  const people = { type: "people", items: [{ id: "p-7", name: "Grace Hopper", registered: true }, { id: "Ada", name: null }] };
  const list = shown(people, { type: "picked", person: people.items[0] });
  const pressed = every(list.tree, ({ props }) => props["aria-pressed"] === "true").map(text);
  assert.equal(pressed.length, 1);
  assert.match(pressed[0], /Grace Hopper/);
  assert.equal(one(list, ({ props }) => props.id === "person").props.value, "Grace Hopper");
});

test("View_NobodyOfThatName_SaysThatStartMakesSomebodyNew", () => {
  assert.match(shown({ type: "typed", person: "Zoe" }, { type: "people", items: [] }).spoken, /Nobody is called “Zoe” yet/);
});

test("View_EnrollmentOfSomebodyWithAName_ShowsTheName", () => {
  const seen = shown({ type: "named", id: "Ada", name: "Ada Lovelace" }, { type: "opened", id: "0198" }, { type: "state", state: enrollment, cursor: 3 });
  assert.match(all(seen), /Registering Ada Lovelace/);
});

test("View_CheckIns_GreetByNameAndSayWhatToDoWithAnUnknownFinger", () => {
  const source = { received: "2026-01-03T10:00:00Z" };
  const passed = (type, data) => shown(
    { type: "named", id: "p-7", name: "Grace" }, { type: "helpPossible", possible: true },
    { type: "checkIn", event: { seq: 1, type, at: "2026-01-03T10:00:00Z", data: { ...data, source } }, cursor: 1, greets: true });
  assert.match(all(passed("in", { person: "p-7" })), /Welcome, Grace/);
  assert.match(all(passed("out", { person: "p-7", minutes: 200 })), /Goodbye, Grace.*3 h 20 min/);
  assert.match(all(passed("out", { person: "p-7", minutes: 0 })), /You are checked out/);
  assert.match(all(passed("repeat", { person: "p-7" })), /Once is enough, Grace/);
  assert.match(all(passed("unknown", { slot: null })), /do not know this finger.*register this one.*Register it.*Call for help/);
});

test("View_GreetingWhileSomebodyTypes_IsOneLineAtTheBottom", () => {
  const seen = shown({ type: "typed", person: "Al" }, { type: "checkIn", event: { seq: 1, type: "in", at: "", data: { person: "Ada" } }, cursor: 1, greets: true });
  assert.equal(seen.screen, "choose");
  assert.equal(seen.spoken, "Welcome, Ada");
});

test("View_GreetingWhileTheEmptyFieldHasTheFocus_TakesNeitherScreenNorFocus", () => {
  const greeting = { type: "checkIn", event: { seq: 1, type: "in", at: "", data: { person: "Ada" } }, cursor: 1, greets: true };
  const seen = shown({ type: "writing", on: true }, greeting);
  assert.equal(seen.screen, "choose");
  assert.equal(seen.spoken, "Welcome, Ada");
  assert.equal(shown({ type: "writing", on: true }, greeting, { type: "writing", on: false }).screen, "choose");
  assert.equal(shown({ type: "writing", on: true }, { type: "writing", on: false }, greeting).screen, "greeting");
});

test("View_Idle_ShowsTheLastCheckInsWhereTheyAreWanted", () => {
  const recent = { type: "checkIns", state: { recent: [{ seq: 4, type: "in", at: "2026-01-03T10:00:00Z", person: "Ada" }] }, cursor: 4 };
  assert.doesNotMatch(all(shown(recent, { type: "idle" })), /Ada/);
  assert.match(all(shown(recent, { type: "wish", name: "checkIns", on: true }, { type: "idle" })), /Last check-ins.*Ada.*came/);
  const corrected = { type: "checkIn", event: { seq: 5, type: "out", at: "2026-01-03T10:00:00Z", data: { person: "Ada", minutes: 5, corrects: 4 } }, cursor: 5, greets: false };
  const seen = all(shown(recent, corrected, { type: "wish", name: "checkIns", on: true }, { type: "idle" }));
  assert.doesNotMatch(seen, /came/);
  assert.match(seen, /Last check-ins.*Ada/);
});

test("View_CancelledElsewhere_SaysSo", () => {
  const cancelled = { ...enrollment, state: "cancelled", reason: "admin" };
  const open = [{ type: "opened", id: "0198" }, { type: "state", state: enrollment, cursor: 3 }];
  assert.match(all(shown(...open, { type: "state", state: cancelled, cursor: 4 })), /from another page or by the operator/);
  assert.doesNotMatch(all(shown(...open, { type: "cancelSent" }, { type: "state", state: cancelled, cursor: 4 })), /another page/);
});

test("View_NotSignedIn_ShowsThePairingCodeAndSpellsIt", () => {
  const seen = shown({ type: "signInNeeded" }, { type: "pairing", code: "K7QP3MXA" });
  assert.match(all(seen), /K7QP-3MXA/);
  assert.match(seen.spoken, /K 7 Q P 3 M X A/);
});
