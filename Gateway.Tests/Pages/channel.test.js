import assert from "node:assert/strict";
import { test } from "node:test";
import { ChannelClient } from "../../Gateway/wwwroot/channel-client/index.js";
import { ManualService, ManualTransport, settled, VirtualClock } from "./virtual.js";

const NAME = "enrollments/0198";

/** A client with an open connection, whose channel tells what it hands out. */
async function subscribed(name = NAME, options = {}) {
  const clock = new VirtualClock();
  const transport = new ManualTransport();
  const service = new ManualService();
  const client = new ChannelClient({ address: "http://gateway.test/", clock, transport, fetch: service.fetch, backoff: tries => 100 * 2 ** tries });
  const told = [];
  const channel = client.subscribe(name, {
    onState: ({ state, cursor, reset }) => told.push(["state", state, cursor, reset]),
    onEvent: (event, cursor) => told.push(["event", event.type, cursor]),
    onError: code => told.push(["error", code]),
    ...options,
  });
  client.connect();
  await settled();
  transport.last.opened();
  return { clock, transport, client, channel, told, name };
}

function answer({ transport, name }, fields = {}) {
  const { id } = transport.sent("subscribe").findLast(frame => frame.channel === name);
  transport.say({ op: "subscribed", id, channel: name, epoch: "e1", seq: 4, reset: false, state: { step: 2 }, ...fields });
}

function refuse({ transport }, code) {
  transport.say({ op: "error", id: transport.sent("subscribe").at(-1).id, code, message: "…" });
}

function event({ transport, name }, seq, fields = {}) {
  transport.say({ op: "event", channel: name, seq, position: 100 + seq, type: `type-${seq}`, at: "…", data: {}, ...fields });
}

async function reconnected(world) {
  world.transport.last.closed({ code: 1006, reason: "" });
  await world.clock.pass(1000);
  world.transport.last.opened();
}

test("Channel_NewPage_AsksForTheStateAndNamesItself", async () => {
  const { transport } = await subscribed(NAME, { client: "tab-1" });
  const [{ id, ...asked }] = transport.sent("subscribe");
  assert.deepEqual(asked, { op: "subscribe", channel: NAME, client: "tab-1" });
  assert.equal(Number.isInteger(id), true);
});

test("Channel_Subscribed_HandsOutTheStateWithItsCursor", async () => {
  const world = await subscribed();
  answer(world);
  assert.deepEqual(world.told, [["state", { step: 2 }, 4, false]]);
});

test("Channel_EventsInOrder_AreHandedOutOnce", async () => {
  const world = await subscribed();
  answer(world);
  for (const seq of [5, 5, 4, 6, 1, 6, 7]) event(world, seq);
  assert.deepEqual(world.told.slice(1).map(([, , cursor]) => cursor), [5, 6, 7]);
});

test("Channel_EventBeforeTheAnswer_BelongsToAnOlderSubscriptionAndIsIgnored", async () => {
  const world = await subscribed();
  event(world, 5);
  answer(world);
  assert.deepEqual(world.told.map(([kind]) => kind), ["state"]);
});

test("Channel_HandlerThrows_CursorHasMovedOnAlready", async () => {
  const world = await subscribed(NAME, { onEvent: () => { throw new Error("consumer"); } });
  answer(world);
  assert.throws(() => event(world, 5), /consumer/);
  assert.equal(world.channel.cursor, 5);
});

test("Channel_Gap_SubscribesAgainFromWhereItWas", async () => {
  const world = await subscribed();
  answer(world);
  event(world, 7);
  const { since, epoch } = world.transport.sent("subscribe").at(-1);
  assert.deepEqual([since, epoch], [4, "e1"]);
  answer(world, { seq: 7 });
  for (const seq of [5, 6, 7]) event(world, seq);
  assert.deepEqual(world.told.slice(1).map(([, , cursor]) => cursor), [5, 6, 7]);
});

test("Channel_GapAgainAtOnce_WaitsBeforeItAsksAgain", async () => {
  const world = await subscribed();
  answer(world);
  for (let round = 0; round < 2; round++) {
    event(world, 7);
    answer(world, { seq: 7 });
  }
  event(world, 7);
  assert.equal(world.transport.sent("subscribe").length, 2);
  await world.clock.pass(200);
  assert.equal(world.transport.sent("subscribe").length, 3);
});

test("Channel_ConnectionLost_ResumesAfterWhatItHasHandedOut", async () => {
  const world = await subscribed(NAME, { client: "tab-1" });
  answer(world);
  event(world, 5);
  await reconnected(world);
  const [{ since, epoch, client }] = world.transport.sent("subscribe");
  assert.deepEqual([since, epoch, client], [5, "e1", "tab-1"]);
  answer(world, { seq: 6, state: { step: 3 } });
  event(world, 6);
  assert.deepEqual(world.told.at(-1), ["event", "type-6", 6]);
  assert.equal(world.told.filter(([kind]) => kind === "state").length, 1);
});

test("Channel_Reset_ReplacesTheStateAndGoesOnAfterIt", async () => {
  const world = await subscribed();
  answer(world);
  await reconnected(world);
  answer(world, { reset: true, epoch: "e2", seq: 2, state: { step: 1 } });
  event(world, 3);
  assert.deepEqual(world.told.slice(1), [["state", { step: 1 }, 2, true], ["event", "type-3", 3]]);
  assert.equal(world.channel.epoch, "e2");
});

test("Channel_ResetInMidStream_ReplacesTheStateAndGoesOnAfterIt", async () => {
  const world = await subscribed();
  answer(world);
  event(world, 5);
  world.transport.say({ op: "subscribed", channel: NAME, epoch: "e1", seq: 90, reset: true, state: { step: 9 } });
  event(world, 91);
  assert.deepEqual(world.told.slice(2), [["state", { step: 9 }, 90, true], ["event", "type-91", 91]]);
  assert.equal(world.transport.sent("subscribe").length, 1);
});

test("Channel_ResetOfAnOlderSubscription_IsIgnored", async () => {
  const world = await subscribed();
  world.transport.say({ op: "subscribed", channel: NAME, epoch: "e1", seq: 90, reset: true, state: { step: 9 } });
  assert.deepEqual(world.told, []);
});

test("Channel_Painted_AcknowledgesCumulativelyAndNeverBackwards", async () => {
  const world = await subscribed();
  answer(world);
  event(world, 5);
  event(world, 6);
  for (const cursor of [4, 6, 5, 6]) world.channel.painted(cursor);
  assert.deepEqual(world.transport.sent("ack"), [{ op: "ack", channel: NAME, seq: 4 }, { op: "ack", channel: NAME, seq: 6 }]);
});

test("Channel_NotPainted_AcknowledgesNothing", async () => {
  const world = await subscribed();
  answer(world);
  event(world, 5);
  assert.deepEqual(world.transport.sent("ack"), []);
});

test("Channel_PaintedWhileDisconnected_IsAcknowledgedOnResume", async () => {
  const world = await subscribed();
  answer(world);
  world.transport.last.closed({ code: 1006, reason: "" });
  world.channel.painted(4);
  await world.clock.pass(1000);
  world.transport.last.opened();
  assert.deepEqual(world.transport.sent("ack"), []);
  answer(world);
  assert.deepEqual(world.transport.sent("ack"), [{ op: "ack", channel: NAME, seq: 4 }]);
});

test("Channel_PaintedBeforeAReset_IsNotAcknowledgedAfterIt", async () => {
  const world = await subscribed();
  answer(world);
  world.channel.painted(4);
  await reconnected(world);
  answer(world, { reset: true, epoch: "e2", seq: 2 });
  assert.deepEqual(world.transport.sent("ack"), []);
  world.channel.painted(2);
  assert.deepEqual(world.transport.sent("ack"), [{ op: "ack", channel: NAME, seq: 2 }]);
});

test("Channel_Feed_FollowsThePositionAndKnowsNoGaps", async () => {
  const world = await subscribed("devices");
  answer(world, { position: 40, seq: undefined });
  for (const position of [41, 41, 57]) event(world, 1, { feed: "devices", channel: "devices/lab-1", position });
  world.channel.painted(57);
  assert.deepEqual(world.told.slice(1).map(([, , cursor]) => cursor), [41, 57]);
  assert.deepEqual(world.transport.sent("ack"), [{ op: "ack", channel: "devices", position: 57 }]);
});

test("Channel_FeedAndItsChannel_EachGetTheirCopy", async () => {
  const world = await subscribed("devices");
  answer(world, { position: 40 });
  const own = [];
  world.client.subscribe("devices/lab-1", { onEvent: (_, cursor) => own.push(cursor) });
  answer({ ...world, name: "devices/lab-1" }, { seq: 1 });
  event(world, 2, { feed: "devices", channel: "devices/lab-1", position: 41 });
  event(world, 2, { channel: "devices/lab-1", position: 41 });
  assert.deepEqual([world.told.length, own], [2, [2]]);
});

test("Channel_Unknown_SaysSoAndDoesNotAskAgain", async () => {
  const world = await subscribed();
  refuse(world, "unknown_channel");
  await reconnected(world);
  assert.deepEqual(world.told, [["error", "unknown_channel"]]);
  assert.deepEqual(world.transport.sent("subscribe"), []);
});

test("Channel_AtALimit_AsksAgainLater", async () => {
  const world = await subscribed();
  refuse(world, "limit");
  assert.equal(world.transport.sent("subscribe").length, 1);
  await world.clock.pass(100);
  assert.equal(world.transport.sent("subscribe").length, 2);
});

test("Channel_Unsubscribed_HandsOutNothingMore", async () => {
  const world = await subscribed();
  answer(world);
  world.client.unsubscribe(NAME);
  event(world, 5);
  assert.equal(world.told.length, 1);
  assert.equal(world.transport.sent("unsubscribe").length, 1);
});
