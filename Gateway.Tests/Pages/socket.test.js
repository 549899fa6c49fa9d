import assert from "node:assert/strict";
import { test } from "node:test";
import { Socket, SocketState, Timing } from "../../Gateway/wwwroot/channel-client/socket.js";
import { ManualService, ManualTransport, settled, silence, VirtualClock } from "./virtual.js";

const TICKETS = "POST /api/tickets";

function made(options = {}) {
  const clock = new VirtualClock();
  const transport = new ManualTransport();
  const service = new ManualService();
  const page = new EventTarget();
  const states = [];
  const frames = [];
  const socket = new Socket({
    transport, clock, page,
    fetch: service.fetch,
    ticketUrl: "http://gateway.test/api/tickets",
    backoff: tries => 100 * 2 ** tries,
    stateChanged: state => states.push(state),
    received: frame => frames.push(frame),
    ...options,
  });
  return { clock, transport, service, page, states, frames, socket };
}

async function opened(options) {
  const world = made(options);
  world.socket.connect();
  await settled();
  world.transport.last.opened();
  return world;
}

/** Heartbeats as the service sends them, for so long. */
async function beating({ clock, transport }, ms) {
  for (let passed = 0; passed < ms; passed += 10_000) {
    transport.say({ op: "heartbeat", at: "…" });
    await clock.pass(10_000);
  }
}

test("Socket_Connecting_OpensTheLinkWithAFreshTicket", async () => {
  const { transport, service, socket } = await opened();
  assert.equal(transport.last.ticket, "ticket-1");
  assert.deepEqual(service.requests[0].body, {});
  assert.equal(service.requests[0].headers["content-type"], "application/json");
  assert.equal(socket.state, SocketState.OPEN);
});

test("Socket_TicketNeverComes_GivesUpQuicklyAndTriesAgain", async () => {
  const { clock, service, socket } = made();
  service.answers[TICKETS] = silence;
  socket.connect();
  await clock.pass(Timing.CONNECT);
  assert.equal(socket.state, SocketState.WAITING);
  await clock.pass(100);
  assert.equal(service.requests.length, 2);
  assert.equal(service.requests[0].signal.aborted, true);
});

test("Socket_HandshakeHangs_ClosesTheLinkAndTriesAgain", async () => {
  const { clock, transport, socket } = made();
  socket.connect();
  await settled();
  await clock.pass(Timing.CONNECT);
  assert.equal(transport.links[0].isClosed, true);
  assert.equal(socket.state, SocketState.WAITING);
});

test("Socket_ConnectRefused_BacksOffFurtherEachTime", async () => {
  const { clock, service, socket } = made();
  service.answers[TICKETS] = () => { throw new TypeError("refused"); };
  socket.connect();
  await settled();
  for (const wait of [100, 200, 400, 800]) {
    assert.deepEqual(clock.waiting, [wait]);
    await clock.pass(wait);
  }
});

test("Socket_OpenedAndClosedAtOnce_StillBacksOffFurther", async () => {
  const { clock, transport, socket } = made();
  socket.connect();
  await settled();
  for (const wait of [100, 200, 400]) {
    transport.last.opened();
    transport.last.closed({ code: 4401, reason: "" });
    assert.deepEqual(clock.waiting, [wait]);
    await clock.pass(wait);
  }
});

test("Socket_FirstFrameHeard_StartsFromTheShortestWaitAgain", async () => {
  const world = await opened();
  const { clock, transport } = world;
  transport.last.closed({ code: 1006, reason: "" });
  await clock.pass(100);
  transport.last.opened();
  transport.say({ op: "heartbeat" });
  transport.last.closed({ code: 1006, reason: "" });
  assert.deepEqual(clock.waiting, [100]);
});

test("Socket_ClosedWithRetryHint_WaitsAtLeastThatLong", async () => {
  const { clock, transport } = await opened();
  transport.last.closed({ code: 1001, reason: '{"retryMs":1500}' });
  assert.deepEqual(clock.waiting, [1600]);
});

test("Socket_TooManyTickets_WaitsAsRetryAfterSays", async () => {
  const { clock, service, socket } = made();
  service.answers[TICKETS] = () => ({ status: 429, headers: { "retry-after": "7" } });
  socket.connect();
  await settled();
  assert.deepEqual(clock.waiting, [7100]);
});

test("Socket_NotSignedIn_IsRefusedAndDoesNotTryAgain", async () => {
  const { clock, service, socket } = made();
  service.answers[TICKETS] = () => ({ status: 401 });
  socket.connect();
  await settled();
  assert.equal(socket.state, SocketState.REFUSED);
  await clock.pass(600_000);
  assert.equal(service.requests.length, 1);
});

test("Socket_RefusedAndPageLookedAtAgain_TriesAgain", async () => {
  const { page, service, socket } = made();
  service.answers[TICKETS] = () => ({ status: 401 });
  socket.connect();
  await settled();
  page.dispatchEvent(new Event("focus"));
  await settled();
  assert.equal(service.requests.length, 2);
});

test("Socket_NothingHeardFor25Seconds_ConnectsAnew", async () => {
  const { clock, transport } = await opened();
  await clock.pass(Timing.SILENCE - 1000);
  assert.equal(transport.links[0].isClosed, false);
  await clock.pass(Timing.CHECK);
  assert.equal(transport.links[0].isClosed, true);
  assert.equal(transport.links.length, 2);
});

test("Socket_HeartbeatsOnly_StaysOpen", async () => {
  const world = await opened();
  await beating(world, 600_000);
  assert.equal(world.transport.links.length, 1);
});

test("Socket_LongSleep_ConnectsAnewAtTheFirstCheck", async () => {
  const { clock, transport } = await opened();
  clock.sleep(600_000);
  await clock.pass(Timing.CHECK);
  assert.equal(transport.links[0].isClosed, true);
  assert.equal(transport.links.length, 2);
});

test("Socket_ShortSleepAndLinkDead_IsNoticedByAnUnansweredPing", async () => {
  const { clock, transport } = await opened();
  clock.sleep(Timing.SLEPT + Timing.CHECK + 1);
  await clock.pass(0);
  assert.equal(transport.sent("ping").length, 1);
  await clock.pass(Timing.PROBE);
  assert.equal(transport.links.length, 2);
});

test("Socket_ShortSleepAndLinkAlive_StaysOnIt", async () => {
  const { clock, transport } = await opened();
  clock.sleep(Timing.SLEPT + Timing.CHECK + 1);
  await clock.pass(0);
  transport.say({ op: "pong", id: 1 });
  await clock.pass(Timing.PROBE);
  assert.equal(transport.links.length, 1);
});

test("Socket_OfflineReported_IsADoubtNotAFact", async () => {
  const { clock, page, transport, socket } = await opened();
  page.dispatchEvent(new Event("offline"));
  assert.equal(socket.state, SocketState.OPEN);
  transport.say({ op: "pong", id: 1 });
  await clock.pass(Timing.PROBE);
  assert.equal(transport.links.length, 1);
});

test("Socket_OnlineWhileWaiting_TriesAtOnce", async () => {
  const { page, service, transport } = await opened();
  transport.last.closed({ code: 1006, reason: '{"retryMs":60000}' });
  page.dispatchEvent(new Event("online"));
  await settled();
  assert.equal(service.requests.length, 2);
});

test("Socket_FramesOfAnOlderSession_AreIgnored", async () => {
  const { clock, transport, frames, socket } = await opened();
  const older = transport.last;
  older.closed({ code: 1006, reason: "" });
  await clock.pass(100);
  transport.last.opened();
  older.received('{"op":"event","channel":"jobs/1","seq":1}');
  older.closed({ code: 1006, reason: "" });
  assert.deepEqual(frames, []);
  assert.equal(socket.state, SocketState.OPEN);
});

test("Socket_TicketOfAnOlderSession_OpensNothing", async () => {
  const { transport, service, socket } = made();
  let answer;
  service.answers[TICKETS] = () => new Promise(resolve => (answer = resolve));
  socket.connect();
  await settled();
  socket.disconnect();
  answer({ status: 200, body: { ticket: "late" } });
  await settled();
  assert.equal(transport.links.length, 0);
});

test("Socket_RightsAge_AreRenewedWellBeforeTheHour", async () => {
  const world = await opened();
  await beating(world, Timing.RENEW + 10_000);
  assert.equal(Timing.RENEW < 55 * 60_000, true);
  assert.deepEqual(world.transport.sent("renew").map(({ ticket }) => ticket), ["ticket-2"]);
  world.transport.say({ op: "renewed", id: 1, expiresAt: "…" });
  await beating(world, Timing.RENEW - 60_000);
  assert.equal(world.transport.sent("renew").length, 1);
});

test("Socket_RenewalFails_IsTriedAgainOnTheSameLink", async () => {
  const world = await opened();
  world.service.answers[TICKETS] = () => { throw new TypeError("no network"); };
  await beating(world, Timing.RENEW + 10_000);
  world.service.answers[TICKETS] = () => ({ status: 200, body: { ticket: "second" } });
  await beating(world, Timing.RENEW_AGAIN + 10_000);
  assert.deepEqual(world.transport.sent("renew").map(({ ticket }) => ticket), ["second"]);
  assert.equal(world.transport.links.length, 1);
});

test("Socket_UnreadableFrame_EndsTheLink", async () => {
  const { transport, socket } = await opened();
  transport.last.received("not json");
  assert.equal(socket.state, SocketState.WAITING);
  assert.equal(transport.last.isClosed, true);
});

test("Socket_Disconnected_LeavesNoTimerAndNoListener", async () => {
  const { clock, page, service, socket } = await opened();
  socket.disconnect();
  page.dispatchEvent(new Event("online"));
  await settled();
  assert.deepEqual(clock.waiting, []);
  assert.equal(service.requests.length, 1);
  assert.equal(socket.state, SocketState.IDLE);
});
