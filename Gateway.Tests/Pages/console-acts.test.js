import assert from "node:assert/strict";
import { test } from "node:test";
import { Console } from "../../Gateway/wwwroot/console/console.js";
import { formats } from "../../Gateway/wwwroot/console/format.js";
import { Requests } from "../../Gateway/wwwroot/shared/requests.js";
import { all as allOf, say } from "./some-console.js";
import { settled, VirtualClock } from "./virtual.js";

/** The console with a service, a connection and a screen that the test speaks for. */
function made(fragment) {
  const clock = new VirtualClock();
  const location = { hash: fragment, href: `http://gateway/console/${fragment}` };
  const listeners = {};
  const window = { location, history: { replaceState: () => {} }, document: { visibilityState: "visible" }, scrollTo: () => {}, addEventListener: (name, heard) => (listeners[name] = heard) };
  const world = { clock, asked: [], answers: {}, feeds: {}, connected: 0, painted: [], keys: 0 };
  world.moveTo = hash => { location.hash = hash; location.href = `http://gateway/console/${hash}`; listeners.hashchange(); };
  const client = {
    lastHeard: 0,
    subscribe: (name, options) => {
      world.feeds[name] = options;
      return { epoch: "e", painted: cursor => world.painted.push([name, cursor]) };
    },
    connect: () => world.connected++,
    disconnect: () => world.console.socketChanged("idle"),
  };
  const fetch = async (path, { method, headers, body }) => {
    const given = { method, path, headers, body: body === undefined ? undefined : JSON.parse(body) };
    world.asked.push(given);
    const answer = world.answers[`${method} ${path.split("?")[0]}`] ?? (() => ({ body: { items: [], next: null } }));
    const { status = 200, body: said } = await answer(given);
    return { ok: status < 300, status, text: async () => JSON.stringify(said) };
  };
  const screen = { show: make => { const { view, painted } = make(); world.view = view; world.paint = painted; } };
  world.answers["GET /api/me"] = () => ({ body: { kind: "admin", name: "admin", role: "admin" } });
  const requests = new Requests({ fetch, clock, signInLost: () => world.console.signInLost() });
  world.console = new Console({ client, requests, clock, window, screen, say, format: formats("en"), newKey: () => `key-${++world.keys}` });
  return world;
}

async function live(fragment) {
  const world = made(fragment);
  await world.console.run();
  world.console.socketChanged("open");
  await settled();
  return world;
}

const all = world => allOf(world.view);

test("Console_PostWithoutAnswer_IsRepeatedUnderTheSameKey", async () => {
  const world = await live("#/overview");
  world.answers["POST /api/rooms"] = () => { throw new TypeError("no network"); };
  await world.console.act.send("POST", "/api/rooms", { name: "a" });
  world.answers["POST /api/rooms"] = () => ({ status: 201, body: {} });
  await world.console.act.send("POST", "/api/rooms", { name: "a" });
  await world.console.act.send("POST", "/api/rooms", { name: "a" });
  const keys = world.asked.filter(({ method }) => method === "POST").map(({ headers }) => headers["idempotency-key"]);
  assert.deepEqual(keys, ["key-1", "key-1", "key-2"]);
});

test("Console_SecretShownOnce_StaysUntilItIsClosed", async () => {
  const world = await live("#/overview");
  world.console.act.open({ title: "Set up door-1", fields: [{ name: "gateway", label: "Gateway", value: "a" }] });
  await world.console.act.confirm();
  assert.match(all(world), /Set up door-1/);
  world.console.act.close();
  assert.doesNotMatch(all(world), /Set up door-1/);
});

test("Console_DialogRefused_KeepsWhatWasTypedAndNamesTheField", async () => {
  const world = await live("#/overview");
  const problem = { code: "invalid", field: "id", detail: "no" };
  world.console.act.open({ title: "Add", confirm: "Do", fields: [{ name: "id", label: "Id" }], run: async () => ({ ok: false, problem }) });
  await world.console.act.confirm();
  assert.match(all(world), /Please fill this in/);
  world.console.act.fill("id", "Door 1");
  await world.console.act.confirm();
  assert.match(all(world), /Lower-case letters/);
  assert.equal(world.console.model.dialog.values.id, "Door 1");
});

test("Console_AnswerForAPageThatWasLeft_IsIgnored", async () => {
  const world = await live("#/overview");
  let release;
  world.answers["GET /api/jobs"] = () => new Promise(resolve => (release = () => resolve({ body: { items: [{ id: "late" }], next: null } })));
  world.moveTo("#/jobs");
  await settled();
  world.moveTo("#/people");
  release();
  await settled();
  assert.deepEqual(world.console.model.loads.list.value.items, []);
});

test("Console_Event_IsAcknowledgedAfterThePaintOnly_AndManyAreDrawnAtOnce", async () => {
  const world = await live("#/overview");
  const event = position => ({ channel: "checkins/main", seq: position, position, type: "in", at: "2026-01-03T10:00:00.000Z", data: { person: `p${position}` } });
  for (let position = 1; position <= 50; position++) world.feeds.checkins.onEvent(event(position), position);
  assert.deepEqual(world.painted, []);
  await world.clock.pass(100);
  assert.match(all(world), /p50 came to main/);
  assert.deepEqual(world.painted, []);
  world.paint();
  assert.deepEqual(world.painted, [["checkins", 50]]);
});

test("Console_SessionThatEnded_AsksToSignIn_AndGoesOnAfterIt", async () => {
  const world = await live("#/jobs");
  world.answers["GET /api/jobs"] = () => ({ status: 401, body: { code: "unauthenticated" } });
  world.console.act.reload();
  await settled();
  assert.equal(world.view.screen, "sign-in");
  world.answers["GET /api/jobs"] = () => ({ body: { items: [], next: null } });
  const before = world.connected;
  world.console.act.signIn({ user: "otto", password: "long enough" });
  await settled();
  assert.equal(world.connected, before + 1);
  world.console.socketChanged("open");
  await settled();
  assert.match(all(world), /No job yet/);
});

test("Console_ActAfterTheSessionEnded_AsksToSignIn_AndComesBackToThePage", async () => {
  const world = await live("#/jobs");
  world.answers["DELETE /api/jobs/one"] = () => ({ status: 401, body: { code: "unauthenticated" } });
  world.console.act.open({ title: "Remove?", text: "", confirm: "Remove", run: () => world.console.act.send("DELETE", "/api/jobs/one") });
  world.console.act.confirm();
  await settled();
  assert.equal(world.view.screen, "sign-in");
  world.console.act.signIn({ user: "otto", password: "long enough" });
  await settled();
  world.console.socketChanged("open");
  await settled();
  assert.deepEqual([world.view.screen, world.console.model.dialog], ["jobs/", null]);
});

test("Console_BrowserOfAKiosk_AsksForAPerson", async () => {
  const world = made("#/overview");
  world.answers["GET /api/me"] = () => ({ body: { kind: "kiosk", name: "door-1" } });
  await world.console.run();
  world.console.socketChanged("open");
  await settled();
  assert.equal(world.view.screen, "sign-in");
});

test("Console_WhatNoFeedTells_IsAskedForAgainEveryTenSeconds", async () => {
  const world = await live("#/quarantine");
  const count = () => world.asked.filter(({ path }) => path.startsWith("/api/quarantine")).length;
  const before = count();
  await world.clock.pass(30_000);
  assert.equal(count(), before + 3);
});

test("Console_ReloadedOnAPageForOperators_AsksForItAsSoonAsItKnowsWhoIsThere", async () => {
  for (const page of ["quarantine", "connections", "access", "webhooks", "audit"]) {
    const world = await live(`#/${page}`);
    assert.doesNotMatch(all(world), /One moment/, page);
  }
});

test("Console_RoomThatIsSeen_IsReadAsFarAsItIsShown_AndSaysSoOnce", async () => {
  const world = made("#/rooms/r1");
  let newest = 7;
  world.answers["GET /api/rooms/r1"] = () => ({ body: { state: { id: "r1", name: "Help", participants: [] }, seq: 9, epoch: "e" } });
  world.answers["GET /api/rooms/r1/messages"] = () => ({ body: { items: [{ seq: newest, id: "m", user: "a", data: { text: "Hello" }, at: "2026-01-03T10:00:00Z" }], next: "5" } });
  world.answers["POST /api/rooms/r1/read"] = () => ({ status: 204 });
  await world.console.run();
  world.console.socketChanged("open");
  const marks = async () => {
    await settled();
    world.paint();
    world.paint();
    return world.asked.filter(({ path }) => path === "/api/rooms/r1/read").map(({ body }) => body.seq);
  };
  assert.deepEqual(await marks(), [7]);
  newest = 9;
  world.console.act.reload();
  assert.deepEqual(await marks(), [7, 9]);
  newest = 12;
  world.moveTo("#/rooms/r1?before=12");
  assert.deepEqual(await marks(), [7, 9], "what is older says nothing of what is newer");
});
