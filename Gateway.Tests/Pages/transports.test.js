import assert from "node:assert/strict";
import { test } from "node:test";
import { ChannelClient, fallbackTransport, pollTransport, SocketState, streamTransport } from "../../Gateway/wwwroot/channel-client/index.js";
import { ManualTransport, settled, silence, VirtualClock } from "./virtual.js";

const ADDRESS = "http://gateway.test/";

/** A service that answers requests as told, and event streams that the test speaks on. */
class Service {
  requests = [];
  streams = [];
  /** by path without its query */
  answers = new Map([["/api/tickets", () => json({ ticket: "t" })], ["/healthz", () => json({})]]);

  fetch = async (url, { headers = {}, signal, method = "GET", body } = {}) => {
    const { pathname: path, searchParams } = new URL(url);
    const request = { path, method, query: Object.fromEntries(searchParams), body: body && JSON.parse(body), headers, signal };
    this.requests.push(request);
    if (headers.accept === "text/event-stream" && !this.answers.has(path)) return this.#stream(request);
    const answer = this.answers.get(path);
    return answer === undefined ? json({}, 404) : answer(request);
  };

  count(path) {
    return this.requests.filter(request => request.path === path).length;
  }

  #stream(request) {
    let controller;
    const body = new ReadableStream({ start: given => void (controller = given) });
    request.signal.addEventListener("abort", () => controller.error(new Error("aborted")));
    const write = text => controller.enqueue(new TextEncoder().encode(text));
    this.streams.push({
      ...request,
      write,
      begin: start => write(`event: subscribed\ndata: ${JSON.stringify(start)}\n\n`),
      event: stored => write(`id: e1:${stored.seq}\ndata: ${JSON.stringify(stored)}\n\n`),
      end: () => controller.close(),
    });
    return new Response(body);
  }
}

function json(body, status = 200) {
  return new Response(JSON.stringify(body), { status });
}

function page(service, transport, options = {}) {
  const clock = new VirtualClock();
  const told = [];
  const client = new ChannelClient({
    address: ADDRESS,
    clock,
    backoff: () => 100,
    fetch: service.fetch,
    transport: transport({ address: ADDRESS, fetch: service.fetch, clock }, clock),
    ...options,
  });
  const follow = (name, more = {}) => client.subscribe(name, {
    client: "tab-1",
    onState: ({ state, cursor, reset }) => told.push({ state, cursor, reset }),
    onEvent: (event, cursor) => told.push(cursor),
    onError: code => told.push(code),
    ...more,
  });
  return { client, clock, told, follow };
}

/** In small steps: an answer over streams takes several turns until it is read. */
async function pass(clock, ms) {
  for (let left = ms; left >= 0; left -= 50) {
    for (let turn = 0; turn < 4; turn++) {
      await settled();
      await clock.pass(0);
    }
    await clock.pass(Math.min(left, 50));
  }
  for (let turn = 0; turn < 4; turn++) await settled();
}

const job = seq => ({ channel: "jobs/1", seq, position: seq + 100, type: "progress", data: {} });

/** A page that follows a job by an event stream, and has been told of its fourth event. */
async function streaming() {
  const service = new Service();
  const { client, clock, told, follow } = page(service, streamTransport);
  follow("jobs/1");
  client.connect();
  await pass(clock, 10);
  service.streams[0].begin({ channel: "jobs/1", epoch: "e1", seq: 3, reset: false, state: {} });
  service.streams[0].event(job(4));
  return { service, client, clock, told };
}

test("Stream_StateAndEvents_ReachTheChannelAsOverWebSocket", async () => {
  const service = new Service();
  const { client, clock, told, follow } = page(service, streamTransport);
  const channel = follow("jobs/1");
  client.connect();
  await pass(clock, 10);
  assert.deepEqual(service.streams[0].query, { client: "tab-1" });
  service.streams[0].begin({ channel: "jobs/1", epoch: "e1", seq: 3, reset: false, state: { n: 3 } });
  service.streams[0].write(`id: e1:4\ndata: ${JSON.stringify(job(4))}\n\nid: e1:5\nda`);
  service.streams[0].write(`ta: ${JSON.stringify(job(5))}\n\nevent: heartbeat\ndata: {"at":"x"}\n\n`);
  await pass(clock, 10);
  assert.deepEqual(told, [{ state: { n: 3 }, cursor: 3, reset: false }, 4, 5]);
  assert.equal(client.state, SocketState.OPEN);

  for (const path of ["acks", "read"]) service.answers.set(`/api/jobs/1/${path}`, () => new Response(null, { status: 204 }));
  channel.painted(4);
  channel.painted(5);
  await settled();
  channel.read(5);
  await settled();
  const said = what => service.requests.filter(({ path }) => path === `/api/jobs/1/${what}`).map(({ body }) => body).at(-1);
  assert.deepEqual([said("acks"), said("read")], [{ seq: 5, client: "tab-1" }, { seq: 5, client: "tab-1" }]);
});

test("Stream_ThatEnds_GoesOnAtItsCursorAfterTheTimeThatWasAskedFor", async () => {
  const { service, clock, told } = await streaming();
  service.streams[0].write("retry: 3000\n\n");
  service.streams[0].end();
  await pass(clock, 3000);
  assert.equal(service.streams.length, 1, "not before");
  await pass(clock, 200);
  assert.deepEqual(service.streams[1].query, { since: "4", epoch: "e1", client: "tab-1" });
  service.streams[1].begin({ channel: "jobs/1", epoch: "e1", seq: 5, reset: false, state: {} });
  service.streams[1].event(job(5));
  await pass(clock, 10);
  assert.deepEqual(told.slice(1), [4, 5]);
});

test("Stream_ResetInMidStream_ReachesTheChannelAsOverWebSocket", async () => {
  const { service, clock, told } = await streaming();
  service.streams[0].begin({ channel: "jobs/1", epoch: "e1", seq: 90, reset: true, state: { n: 90 } });
  service.streams[0].event(job(91));
  await pass(clock, 10);
  assert.deepEqual(told, [{ state: {}, cursor: 3, reset: false }, 4, { state: { n: 90 }, cursor: 90, reset: true }, 91]);
});

test("Stream_OfTheFormerSession_IsNotHeard", async () => {
  const { service, client, clock, told } = await streaming();
  await pass(clock, 10);
  client.disconnect();
  assert.ok(service.streams[0].signal.aborted);
  client.connect();
  await pass(clock, 10);
  assert.equal(service.streams.length, 2);
  assert.equal(told.length, 2);
});

for (const [status, code] of [[404, "unknown_channel"], [403, "forbidden"]]) {
  test(`Stream_RefusedWith${status}_IsAnErrorOfTheChannel_AndTheConnectionStays`, async () => {
    const service = new Service();
    const { client, clock, told, follow } = page(service, streamTransport);
    service.answers.set("/api/jobs/1/events", () => json({}, status));
    follow("jobs/1");
    client.connect();
    await pass(clock, 10);
    assert.deepEqual(told, [code]);
    assert.equal(client.state, SocketState.OPEN);
  });
}

test("Stream_OfAFeed_BeginsWithItsListAndGoesByPosition", async () => {
  const service = new Service();
  const { client, clock, told, follow } = page(service, streamTransport);
  follow("jobs");
  client.connect();
  await pass(clock, 10);
  service.streams[0].begin({ channel: "jobs", epoch: "e1", position: 90, reset: false, state: { items: [], next: null } });
  service.streams[0].event(job(1));
  await pass(clock, 10);
  assert.deepEqual(told.map(one => one.cursor ?? one), [90, 101]);
});

test("FifthChannel_TakesNoConnectionFromThePagesOwnRequests", async () => {
  const service = new Service();
  const { client, clock, follow } = page(service, streamTransport);
  for (let i = 1; i <= 5; i++) follow(`jobs/${i}`);
  service.answers.set("/api/jobs/5", () => json({ channel: "jobs/5", epoch: "e1", seq: 0, state: {} }));
  service.answers.set("/api/jobs/5/events", () => json({ epoch: "e1", reset: false, head: 0, events: [] }));
  client.connect();
  await pass(clock, 4100);
  assert.equal(service.streams.length, 4);
  assert.deepEqual(service.requests.filter(({ path }) => path === "/api/jobs/5/events").map(({ query }) => query.wait), ["0", "0", "0"]);
});

test("Poll_WaitsForTheNextEvent_AgainAndAgain", async () => {
  const service = new Service();
  const { client, clock, told, follow } = page(service, pollTransport);
  const waiting = [];
  service.answers.set("/api/jobs/1", () => json({ channel: "jobs/1", epoch: "e1", seq: 3, state: { n: 3 } }));
  service.answers.set("/api/jobs/1/events", request => new Promise(resolve => waiting.push({ ...request, answer: body => resolve(json(body)) })));
  follow("jobs/1");
  client.connect();
  await pass(clock, 10);
  assert.deepEqual(waiting[0].query, { since: "3", epoch: "e1", client: "tab-1", limit: "500", wait: "15" });
  waiting[0].answer({ epoch: "e1", reset: false, head: 5, events: [job(4), job(5)] });
  await pass(clock, 10);
  assert.equal(waiting[1].query.since, "5");
  waiting[1].answer({ epoch: "e1", reset: false, head: 5, events: [] });
  await pass(clock, 10);
  assert.equal(waiting[2].query.since, "5");
  assert.deepEqual(told, [{ state: { n: 3 }, cursor: 3, reset: false }, 4, 5]);
});

test("Poll_AnotherJournal_EndsInItsState", async () => {
  const service = new Service();
  const { client, clock, told, follow } = page(service, pollTransport);
  const reset = { epoch: "e2", reset: true, head: 1, events: [], state: { n: 1 } };
  service.answers.set("/api/jobs/1", () => json({ channel: "jobs/1", epoch: "e1", seq: 3, state: { n: 3 } }));
  service.answers.set("/api/jobs/1/events", ({ query }) => (query.epoch === "e1" ? json(reset) : silence({})));
  follow("jobs/1");
  client.connect();
  await pass(clock, 500);
  assert.deepEqual(told, [{ state: { n: 3 }, cursor: 3, reset: false }, { state: { n: 1 }, cursor: 1, reset: true }]);
});

test("Link_WithNothingToFollow_IsNotTakenForDead", async () => {
  const service = new Service();
  const { client, clock } = page(service, pollTransport);
  client.connect();
  await pass(clock, 60_000);
  assert.equal(client.state, SocketState.OPEN);
  assert.equal(service.count("/api/tickets"), 1);
});

function three() {
  const ways = [new ManualTransport(), new ManualTransport(), new ManualTransport()];
  return { ways, opened: () => ways.map(({ links }) => links.length) };
}

test("Fallback_WayThatNeverSpeaks_IsLeftAfterTwoTries", async () => {
  const service = new Service();
  const { ways, opened } = three();
  const { client, clock } = page(service, (_, clock) => fallbackTransport(ways, { clock }));
  client.connect();
  await pass(clock, 10);
  ways[0].last.closed({ code: 1006, reason: "" });
  await pass(clock, 200);
  await pass(clock, 3100);
  await pass(clock, 200);
  assert.deepEqual(opened(), [2, 1, 0], "closed once, and once without a word for as long as connecting may take");
  ways[1].last.opened();
  ways[1].say({ op: "heartbeat" });
  ways[1].last.closed({ code: 1006, reason: "" });
  await pass(clock, 200);
  assert.deepEqual(opened(), [2, 2, 0], "what has spoken is not blocked");
});

test("Fallback_CloseThatTheServiceSaid_IsNoBlock", async () => {
  const service = new Service();
  const { ways, opened } = three();
  const { client, clock } = page(service, (_, clock) => fallbackTransport(ways, { clock }));
  client.connect();
  for (let i = 0; i < 4; i++) {
    await pass(clock, 200);
    ways[0].last.closed({ code: 4429, reason: "" });
  }
  await pass(clock, 200);
  assert.deepEqual(opened(), [5, 0, 0]);
});

test("Fallback_IsKnownOverARefresh_AndTheBestIsTriedAgainLater", () => {
  const clock = new VirtualClock();
  const kept = new Map();
  const memory = { getItem: key => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  const { ways, opened } = three();
  const events = { ticket: "t", opened() {}, received() {}, closed() {} };
  const before = fallbackTransport(ways, { clock, memory });
  before.open(events).close();
  before.open(events).close();
  fallbackTransport(ways, { clock, memory }).open(events);
  assert.deepEqual(opened(), [2, 1, 0]);
  clock.sleep(11 * 60_000);
  fallbackTransport(ways, { clock, memory }).open(events);
  assert.deepEqual(opened(), [3, 1, 0]);
});

test("Fallback_EverythingBlocked_GoesRound", () => {
  const { ways, opened } = three();
  const transport = fallbackTransport(ways, { clock: new VirtualClock() });
  for (let i = 0; i < 8; i++) transport.open({ ticket: "t", opened() {}, received() {}, closed() {} }).close();
  assert.deepEqual(opened(), [4, 2, 2]);
});

test("Cursor_OfAPageThatKeepsWhatItPainted_GoesOnAfterARefresh", async () => {
  const kept = new Map([["gateway.cursor.jobs/2", "nonsense"]]);
  const memory = { getItem: key => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  const service = new Service();
  const first = page(service, streamTransport, { memory });
  const channel = first.follow("jobs/1", { keep: true });
  first.client.connect();
  await pass(first.clock, 10);
  service.streams[0].begin({ channel: "jobs/1", epoch: "e1", seq: 3, reset: false, state: {} });
  service.streams[0].event(job(4));
  await pass(first.clock, 10);
  channel.painted(4);

  const refreshed = page(service, streamTransport, { memory });
  refreshed.follow("jobs/1", { keep: true });
  refreshed.follow("jobs/2", { keep: true });
  refreshed.client.connect();
  await pass(refreshed.clock, 10);
  assert.deepEqual(service.streams.slice(1).map(({ query }) => query), [{ since: "4", epoch: "e1", client: "tab-1" }, { client: "tab-1" }]);
});
