import assert from "node:assert/strict";
import { test } from "node:test";
import { Patience, Stay } from "../../Gateway/wwwroot/kiosk/patience.js";
import { tokenIn } from "../../Gateway/wwwroot/shared/sign-in-link.js";
import { answer, enrollment, event, made, running, started } from "./some-kiosk.js";
import { settled } from "./virtual.js";

test("Kiosk_Start_AsksOnceAndPutsTheEnrollmentInTheAddress", async () => {
  const world = await running();
  await started(world);
  const { body, headers } = world.service.requests.find(({ method, path }) => method === "POST" && path === "/api/enrollments");
  assert.deepEqual(body, { device: "lab-1", person: "Ada" });
  assert.equal(headers["idempotency-key"], "key-1");
  assert.equal(world.place.enrollment, "0198");
  assert.equal(world.view.screen, "enroll");
});

test("Kiosk_StartNotAnswered_RepeatsUnderTheSameKey", async () => {
  const world = await running();
  world.service.answers["POST /api/enrollments"] = () => { throw new TypeError("no network"); };
  world.kiosk.handlers.type("Ada");
  world.kiosk.handlers.start();
  await settled();
  await started(world);
  const asked = world.service.requests.filter(({ path }) => path === "/api/enrollments");
  assert.deepEqual(asked.map(({ headers }) => headers["idempotency-key"]), ["key-1", "key-1"]);
});

test("Kiosk_AnotherPerson_IsAnotherWish", async () => {
  const world = await running();
  world.service.answers["POST /api/enrollments"] = () => ({ status: 409, body: { code: "device_offline" } });
  for (const person of ["Ada", "Grace"]) {
    world.kiosk.handlers.type(person);
    world.kiosk.handlers.start();
    await settled();
  }
  assert.deepEqual(world.service.requests.filter(({ path }) => path === "/api/enrollments").map(({ headers }) => headers["idempotency-key"]), ["key-1", "key-2"]);
});

test("Kiosk_NoPerson_AsksTheServiceNothing", async () => {
  const world = await running();
  world.kiosk.handlers.type("   ");
  world.kiosk.handlers.start();
  await settled();
  assert.equal(world.service.count("/api/enrollments"), 0);
  assert.equal(world.view.spoken, "Enter who is to be registered.");
});

test("Kiosk_Refreshed_ShowsTheTruePercentageFirst", async () => {
  const world = made({ enrollment: "0198" });
  await world.kiosk.run();
  await settled();
  world.transport.last.opened();
  assert.equal(world.view.screen, "loading");
  answer(world, "enrollments/0198", { seq: 3, state: { ...enrollment, state: "scanning", captured: 1, step: 2, percent: 33 } });
  assert.match(world.view.title, /^33 %/);
});

test("Kiosk_EventShown_IsAcknowledgedAfterThePaintOnly", async () => {
  const world = await running();
  await started(world);
  event(world, 2, "armed");
  event(world, 3, "progress", { step: 1, of: 3 });
  assert.deepEqual(world.transport.sent("ack"), []);
  world.painted();
  assert.deepEqual(world.transport.sent("ack").find(({ channel }) => channel === "enrollments/0198"), { op: "ack", channel: "enrollments/0198", seq: 3 });
});

test("Kiosk_Registered_IsReadyForTheNextAfterAWhile", async () => {
  const world = await running();
  await started(world);
  event(world, 2, "succeeded", { slot: 0 });
  await world.clock.pass(Stay.DONE_MS - 1);
  assert.equal(world.view.screen, "succeeded");
  await world.clock.pass(1);
  assert.equal(world.view.screen, "choose");
  assert.equal(world.kiosk.model.person, "");
  assert.equal(world.place.enrollment, null);
});

test("Kiosk_TryAgainAfterAFailure_KeepsThePerson", async () => {
  const world = await running();
  await started(world);
  event(world, 2, "failed", { reason: "timeout" });
  world.kiosk.handlers.close(true);
  assert.equal(world.view.screen, "choose");
  assert.equal(world.kiosk.model.person, "Ada");
});

test("Kiosk_ScannerDoesNotAnswer_SaysSoUntilItDoes", async () => {
  const world = await running();
  await started(world);
  await world.clock.pass(Patience.ANSWER - 1);
  assert.equal(world.kiosk.model.enrollment.unanswered, false);
  world.transport.say({ op: "heartbeat" });
  await world.clock.pass(1);
  assert.equal(world.kiosk.model.enrollment.unanswered, true);
  event(world, 2, "armed");
  assert.equal(world.kiosk.model.enrollment.unanswered, false);
});

test("Kiosk_Cancel_WaitsForTheChannelToSayIt", async () => {
  const world = await running();
  await started(world);
  world.service.answers["DELETE /api/enrollments/0198"] = () => ({ status: 204 });
  world.kiosk.handlers.cancel();
  await settled();
  assert.equal(world.view.screen, "enroll");
  event(world, 2, "cancelled", { by: "admin" });
  assert.equal(world.view.screen, "cancelled");
});

test("Kiosk_RefreshAfterItsOwnCancel_DoesNotSayItWasAnothersDoing", async () => {
  for (const [kept, wanted] of [[{ "gateway.cancelled": "0198" }, false], [{}, true]]) {
    const world = await running({ enrollment: "0198", kept });
    answer(world, "enrollments/0198", { seq: 2, state: { ...enrollment, state: "cancelled", reason: "admin" } });
    assert.equal(/from another page/.test(JSON.stringify(world.view.tree)), wanted);
  }
});

test("Kiosk_ShortLossOfTheLink_IsNotWorthAWord", async () => {
  const world = await running();
  world.transport.last.closed({ code: 1006, reason: "" });
  await world.clock.pass(100);
  world.transport.last.opened();
  await world.clock.pass(Patience.LINK);
  assert.equal(world.kiosk.model.link.up, true);
});

test("Kiosk_LinkLost_SaysAsOfWhenAndTakesItBack", async () => {
  const world = await running();
  const heardAt = world.clock.now();
  world.service.answers["POST /api/tickets"] = () => { throw new TypeError("no network"); };
  world.transport.last.closed({ code: 1006, reason: "" });
  await world.clock.pass(Patience.LINK);
  assert.deepEqual(world.kiosk.model.link, { up: false, heardAt });
  world.service.answers["POST /api/tickets"] = () => ({ status: 200, body: { ticket: "t" } });
  await world.clock.pass(200);
  world.transport.last.opened();
  assert.equal(world.kiosk.model.link.up, true);
});

test("Kiosk_SignInLink_IsExchangedBeforeItConnects", async () => {
  const world = made({ token: "printed" });
  world.service.answers["POST /api/sign-in"] = () => ({ status: 204 });
  await world.kiosk.run();
  await settled();
  assert.deepEqual(world.service.requests.map(({ path }) => path), ["/api/sign-in", "/api/tickets"]);
  assert.deepEqual(world.service.requests[0].body, { token: "printed" });
  assert.equal(world.place.token, null);
});

test("Kiosk_UsedLinkButSignedInBefore_GoesOn", async () => {
  const world = made({ token: "used" });
  world.service.answers["POST /api/sign-in"] = () => ({ status: 401, body: { code: "unauthenticated" } });
  await world.kiosk.run();
  await settled();
  world.transport.last.opened();
  assert.notEqual(world.view.screen, "sign-in");
});

test("SignInLink_Mangled_IsATokenThatTheServiceRefuses", () => {
  assert.equal(tokenIn("http://gateway.test/#token=a%zz"), "a%zz");
});

test("Kiosk_NotSignedIn_TakesATokenOrAWholeLink", async () => {
  for (const pasted of [" secret ", "http://gateway.test/#token=secret"]) {
    const world = made();
    world.service.answers["POST /api/tickets"] = () => ({ status: 401 });
    await world.kiosk.run();
    await settled();
    assert.equal(world.view.screen, "sign-in");
    world.service.answers["POST /api/sign-in"] = () => ({ status: 204 });
    world.service.answers["POST /api/tickets"] = () => ({ status: 200, body: { ticket: "t" } });
    world.kiosk.handlers.signIn(pasted);
    await settled();
    assert.deepEqual(world.service.requests.find(({ path }) => path === "/api/sign-in").body, { token: "secret" });
    assert.equal(world.transport.links.length, 1);
  }
});

test("Kiosk_SignedOut_ForgetsWhatItShowed", async () => {
  const world = await running();
  await started(world);
  world.service.answers["DELETE /api/sign-in"] = () => ({ status: 204 });
  world.kiosk.handlers.signOut();
  await settled();
  assert.equal(world.view.screen, "sign-in");
  assert.deepEqual(world.kiosk.model.devices.items, []);
  assert.equal(world.place.enrollment, null);
});

test("Kiosk_MoreScannersThanOnePage_FetchesTheRest", async () => {
  const world = made();
  world.service.answers["GET /api/devices"] = () => ({ status: 200, body: { items: [{ id: "lab-2" }], next: null } });
  await world.kiosk.run();
  await settled();
  world.transport.last.opened();
  answer(world, "devices", { position: 9, state: { items: [{ id: "lab-1" }], next: "cursor" } });
  await settled();
  assert.deepEqual(world.kiosk.model.devices.items.map(({ id }) => id), ["lab-1", "lab-2"]);
});
