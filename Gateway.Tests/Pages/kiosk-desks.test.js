import assert from "node:assert/strict";
import { test } from "node:test";
import { Greeting } from "../../Gateway/wwwroot/kiosk/checkins.js";
import { HOLDER_MS } from "../../Gateway/wwwroot/kiosk/enrollment-desk.js";
import { Pace } from "../../Gateway/wwwroot/kiosk/pairing.js";
import { Patience } from "../../Gateway/wwwroot/kiosk/patience.js";
import { answer, beating, enrollment, event, made, running, started } from "./some-kiosk.js";
import { settled } from "./virtual.js";

test("Kiosk_Typing_SearchesPeopleOnceItRests", async () => {
  const world = await running();
  await settled();
  const searches = [];
  world.service.answers["GET /api/people"] = () => { searches.push(1); return { status: 200, body: { items: [{ id: "p-7", name: "Grace Hopper" }] } }; };
  for (const text of ["g", "gr", "gra"]) world.kiosk.handlers.type(text);
  await world.clock.pass(1000);
  assert.equal(searches.length, 1);
  assert.equal(world.kiosk.model.people.items[0].name, "Grace Hopper");
});

test("Kiosk_TypedNameOfSomebodyKnown_EnrollsThatPerson", async () => {
  const world = await running();
  world.service.answers["GET /api/people"] = () => ({ status: 200, body: { items: [{ id: "p-7", name: "Grace Hopper" }] } });
  world.kiosk.handlers.type("grace hopper ");
  await world.clock.pass(1000);
  world.kiosk.handlers.start();
  await settled();
  assert.equal(world.service.requests.findLast(({ path }) => path === "/api/enrollments").body.person, "p-7");
});

test("Kiosk_ScannerInUse_GoesOnByItselfWhenItIsFree", async () => {
  const world = await running();
  world.service.answers["POST /api/enrollments"] = () => ({ status: 409, body: { code: "device_busy", holder: "0199", expiresAt: "2026-01-03T10:00:00Z" } });
  let state = "scanning";
  world.service.answers["GET /api/enrollments/0199"] = () => ({ status: 200, body: { state: { ...enrollment, id: "0199", person: "Grace", state } } });
  world.kiosk.handlers.type("Ada");
  world.kiosk.handlers.start();
  await settled();
  assert.match(world.view.spoken, /Grace is registering there/);
  state = "cancelled";
  await world.clock.pass(HOLDER_MS);
  assert.equal(world.view.screen, "choose");
  assert.equal(world.view.spoken, "lab-1 is free now.");
  assert.equal(world.kiosk.model.person, "Ada");
});

test("Kiosk_UntouchedForAWhile_ForgetsWhatWasTypedAndInvites", async () => {
  const world = await running();
  world.kiosk.handlers.type("Ad");
  await world.clock.pass(Patience.IDLE - 1);
  world.kiosk.touched();
  await beating(world, Patience.IDLE);
  assert.equal(world.view.screen, "idle");
  assert.equal(world.kiosk.model.person, "");
  world.kiosk.touched();
  assert.equal(world.view.screen, "choose");
});

test("Kiosk_EnrollmentRuns_IsNeverIdle", async () => {
  const world = await running();
  await started(world);
  await beating(world, 3 * Patience.IDLE);
  assert.equal(world.view.screen, "enroll");
});

const passed = (type, data, late = 0) => ({
  type, at: new Date(1_700_000_000_000).toISOString(),
  data: { device: "lab-1", source: { received: new Date(1_700_000_000_000 + late).toISOString() }, ...data },
});

function checkIn({ transport }, seq, event) {
  transport.say({ op: "event", channel: "checkins/main", seq, position: seq, ...event });
}

test("Kiosk_SomebodyChecksIn_IsGreetedForAWhile", async () => {
  const world = await running();
  await world.clock.pass(2000);
  answer(world, "checkins/main", { seq: 4, state: { recent: [] } });
  checkIn(world, 5, passed("in", { person: "Ada" }));
  assert.match(world.view.spoken, /Welcome, Ada/);
  await world.clock.pass(Greeting.PASSED_MS);
  assert.equal(world.view.screen, "choose");
});

test("Kiosk_ScanOfLongAgoArrives_GreetsNobody", async () => {
  const world = await running();
  await world.clock.pass(2000);
  answer(world, "checkins/main", { seq: 4, state: { recent: [] } });
  checkIn(world, 5, passed("in", { person: "Ada" }, 60_000));
  checkIn(world, 6, passed("out", { person: "Ada", corrects: 5 }));
  assert.equal(world.view.screen, "choose");
  assert.equal(world.kiosk.model.checkIns.recent.length, 2);
});

test("Kiosk_PinnedToAScanner_GreetsOnlyThere", async () => {
  const world = await running({ at: { scanner: "lab-1" } });
  await world.clock.pass(2000);
  answer(world, "checkins/main", { seq: 4, state: { recent: [] } });
  checkIn(world, 5, passed("in", { person: "Ada", device: "lab-2" }));
  assert.equal(world.view.screen, "choose");
});

test("Kiosk_SoundsAreOn_SoundsEachStepAndNotWhatItFinds", async () => {
  const world = await running({ kept: { "gateway.sounds": "on" } });
  await started(world);
  event(world, 2, "armed");
  event(world, 3, "progress", { step: 1, of: 3 });
  tell(world, { type: "retry", at: "t4", data: { step: 2, reason: "messy" } }, 4);
  event(world, 5, "succeeded", { slot: 0 });
  assert.deepEqual(world.sounds, ["scan", "retry", "done"]);
});

test("Kiosk_SoundsAreOffUnlessSomebodyWantsThem_AndThatIsRemembered", async () => {
  const world = await running();
  await started(world);
  event(world, 2, "succeeded", { slot: 0 });
  assert.deepEqual(world.sounds, []);
  world.kiosk.handlers.wish("sounds", true);
  assert.equal(world.memory.get("gateway.sounds"), "on");
});

test("Kiosk_CallForHelp_OpensARoomSpeaksAndShowsTheAnswer", async () => {
  const world = await running();
  world.service.answers["POST /api/rooms"] = () => ({ status: 201, body: { id: "r1" } });
  world.service.answers["POST /api/rooms/r1/messages"] = () => ({ status: 201, body: { seq: 2, id: "m1" } });
  world.kiosk.handlers.help.open();
  await settled();
  const { body } = world.service.requests.find(({ path }) => path === "/api/rooms/r1/messages");
  assert.equal(body.data.text, "Somebody at lab-1 asks for help.");
  answer(world, "rooms/r1", { seq: 0, state: {} });
  spoken(world, 1, { type: "created", data: {} });
  spoken(world, 2, { type: "message", data: { id: "m1", user: "admin", data: body.data, key: body.key } });
  spoken(world, 3, { type: "message", data: { id: "m2", user: "admin", data: { text: "Coming." } } });
  assert.deepEqual(world.kiosk.model.help.messages.map(({ text, mine }) => [text, mine]), [["Somebody at lab-1 asks for help.", true], ["Coming.", false]]);
  assert.match(world.view.spoken, /Coming\./);
  world.painted();
  const told = op => world.transport.sent(op).findLast(({ channel }) => channel === "rooms/r1")?.seq;
  assert.deepEqual([told("read"), told("ack")], [3, undefined]);
  spoken(world, 4, { type: "edited", data: { message: "m2", user: "admin", data: { text: "Coming at once." } } });
  assert.deepEqual(world.kiosk.model.help.messages.map(({ text }) => text), ["Somebody at lab-1 asks for help.", "Coming at once."]);
  spoken(world, 5, { type: "deleted", data: { message: "m2", user: "admin" } });
  assert.deepEqual(world.kiosk.model.help.messages.map(({ text, gone }) => [text, gone]), [["Somebody at lab-1 asks for help.", false], ["", true]]);
  assert.match(world.view.spoken, /was deleted/);
  world.kiosk.handlers.help.leave();
  world.painted();
  assert.deepEqual([told("read"), told("ack")], [3, 5], "it was not on the screen that is shown");
});

test("Kiosk_NotSignedIn_PairsItselfAndKeepsItsScanner", async () => {
  const world = made();
  world.service.answers["POST /api/tickets"] = () => ({ status: 401 });
  world.service.answers["POST /api/kiosks/pairings"] = () => ({ status: 201, body: { code: "K7QP3MXA", secret: "s", expiresAt: new Date(world.clock.now() + 600_000).toISOString() } });
  let state = { state: "waiting" };
  world.service.answers["POST /api/kiosks/pairings/K7QP3MXA"] = ({ body }) => ({ status: body.secret === "s" ? 200 : 404, body: state });
  await world.kiosk.run();
  await settled();
  assert.match(world.view.spoken, /K 7 Q P/);
  state = { state: "paired", kiosk: "k", scanner: "lab-1" };
  world.service.answers["POST /api/tickets"] = () => ({ status: 200, body: { ticket: "t" } });
  await world.clock.pass(Pace.ASK);
  world.transport.last.opened();
  assert.equal(world.transport.sent("subscribe")[0].channel, "devices/lab-1");
  assert.equal(world.kiosk.model.pinned, "lab-1");
  assert.equal(world.memory.get("gateway.paired"), "lab-1");
});

test("Kiosk_PairingCodeRunsOut_ShowsANewOne", async () => {
  const world = made();
  world.service.answers["POST /api/tickets"] = () => ({ status: 401 });
  const codes = ["AAAABBBB", "CCCCDDDD"];
  world.service.answers["POST /api/kiosks/pairings"] = () => ({ status: 201, body: { code: codes.shift(), secret: "s", expiresAt: new Date(world.clock.now() + 600_000).toISOString() } });
  await world.kiosk.run();
  await settled();
  assert.equal(world.kiosk.model.pairing, "AAAABBBB");
  await world.clock.pass(Pace.ASK);
  assert.equal(world.kiosk.model.pairing, "CCCCDDDD");
});

function tell({ transport }, event, seq) {
  transport.say({ op: "event", channel: "enrollments/0198", seq, position: seq, ...event });
}

function spoken({ transport }, seq, event) {
  transport.say({ op: "event", channel: "rooms/r1", seq, position: seq, at: new Date(0).toISOString(), ...event });
}

test("Kiosk_SessionOver_AsksToSignIn_AndComesBackToTheEnrollment", async () => {
  const world = await running();
  await started(world);
  world.service.answers["DELETE /api/enrollments/0198"] = () => ({ status: 401, body: { code: "unauthenticated" } });
  world.kiosk.handlers.cancel();
  await settled();
  assert.equal(world.kiosk.model.access, "needed");

  world.service.answers["POST /api/sign-in"] = () => ({ status: 204 });
  await world.kiosk.signIn("some-token");
  await settled();
  world.transport.last.opened();
  answer(world, "enrollments/0198", { seq: 1, state: enrollment });
  assert.equal(world.view.screen, "enroll");
  assert.doesNotMatch(world.view.spoken, /signed out/);
  world.service.answers["DELETE /api/enrollments/0198"] = () => ({ status: 204 });
  world.kiosk.handlers.cancel();
  await settled();
  event(world, 2, "cancelled", { by: "request" });
  assert.equal(world.view.screen, "cancelled");
});

test("Kiosk_StartAfterTheSessionEnded_KeepsWhatWasTyped", async () => {
  const world = await running();
  world.service.answers["POST /api/enrollments"] = () => ({ status: 401, body: { code: "unauthenticated" } });
  world.kiosk.handlers.type("Ada");
  world.kiosk.handlers.start();
  await settled();
  assert.deepEqual([world.kiosk.model.access, world.kiosk.model.person, world.kiosk.model.start.problem], ["needed", "Ada", null]);
});

test("Kiosk_OfAViewer_SaysWhoMayStart_AndOffersNothingThatIsRefused", async () => {
  const world = made({ enrollment: "0198" });
  world.service.answers["GET /api/me"] = () => ({ status: 200, body: { kind: "user", name: "vera", role: "viewer" } });
  await world.kiosk.run();
  await settled();
  world.transport.last.opened();
  answer(world, "devices", { position: 9, state: { items: [{ id: "lab-1", online: true, sensor: "ok" }], next: null } });
  answer(world, "enrollments/0198", { seq: 1, state: enrollment });
  await settled();
  assert.doesNotMatch(JSON.stringify(world.view.tree), /Cancel/);
  world.kiosk.handlers.close(false);
  assert.match(JSON.stringify(world.view.tree), /sign in as an operator/);
  assert.doesNotMatch(JSON.stringify(world.view.tree), /submit/);
  world.kiosk.handlers.start();
  await settled();
  assert.ok(!world.service.requests.some(({ method, path }) => method === "POST" && path === "/api/enrollments"));
});
