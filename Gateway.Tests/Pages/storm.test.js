import assert from "node:assert/strict";
import { test } from "node:test";
import { ChannelClient, fullJitter, SocketState } from "../../Gateway/wwwroot/channel-client/index.js";
import { settled, VirtualClock } from "./virtual.js";

const PAGES = 2000;
const DOWN_MS = 20_000;
const CAP_MS = 5000;
const CONNECT_MS = 2;

/** The same each time. */
function seeded(seed) {
  return () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return seed / 2 ** 32;
  };
}

/** A page that stood at event 4 when the service was killed; five more have happened when it is back. */
class Page {
  tries = [];
  waits = [];
  shown = [];
  asked = [];
  backAt = 0;
  #service;
  #link = null;

  constructor(service, random) {
    this.#service = service;
    const jitter = fullJitter({ cap: CAP_MS, random });
    this.client = new ChannelClient({
      address: "http://gateway.test/",
      clock: service.clock,
      fetch: () => this.#ticket(),
      transport: this,
      backoff: tries => {
        this.waits.push(jitter(tries));
        return this.waits.at(-1);
      },
    });
    this.client.subscribe("jobs/one", { since: 4, epoch: "e1", onEvent: (_, cursor) => this.shown.push(cursor) });
    this.client.connect();
  }

  open(events) {
    this.#link = events;
    this.#later(() => events.opened());
    return { send: text => this.#said(JSON.parse(text), events), close: () => {} };
  }

  kill() {
    this.tries = [];
    this.asked = [];
    this.#link.closed({ code: 1006, reason: "" });
  }

  async #ticket() {
    this.tries.push(this.#service.clock.now());
    if (!this.#service.isUp) throw new Error("connection refused");
    return { ok: true, status: 200, json: async () => ({ ticket: "t" }) };
  }

  #said(frame, events) {
    if (frame.op !== "subscribe") return;
    this.asked.push(frame.since);
    this.#later(() => {
      this.backAt = this.#service.clock.now();
      const { head } = this.#service;
      events.received(JSON.stringify({ op: "subscribed", id: frame.id, channel: "jobs/one", epoch: "e1", seq: head, reset: false, state: {} }));
      for (let seq = frame.since + 1; seq <= head; seq++) {
        events.received(JSON.stringify({ op: "event", channel: "jobs/one", seq, position: seq, type: "progress", at: "…", data: {} }));
      }
    });
  }

  #later(action) {
    this.#service.clock.setTimeout(action, CONNECT_MS);
  }
}

test("Storm_OfTwoThousandPages_KeepsToTheirBackoff_IsSpread_AndEndsWithAllCaughtUp", async () => {
  const clock = new VirtualClock();
  const service = { clock, isUp: true, head: 4 };
  const random = seeded(2026);
  const pages = Array.from({ length: PAGES }, () => new Page(service, random));
  await settled();
  await clock.pass(10);
  assert.ok(pages.every(page => page.client.state === SocketState.OPEN));

  service.isUp = false;
  pages.forEach(page => page.kill());
  await clock.pass(DOWN_MS);
  service.isUp = true;
  service.head = 9;
  const up = clock.now();
  await clock.pass(CAP_MS + 100);

  for (const page of pages) {
    const waits = page.waits.slice(-page.tries.length);
    const killedAt = up - DOWN_MS;
    page.tries.forEach((at, index) => assert.ok(at - (page.tries[index - 1] ?? killedAt) >= waits[index], "no faster than its backoff"));
    assert.deepEqual(page.shown, [5, 6, 7, 8, 9]);
    assert.deepEqual(page.asked, [4], "asked once");
    assert.ok(page.backAt - up <= CAP_MS + 2 * CONNECT_MS);
  }

  // Each comes back once, at its own moment: in no tenth of a second more than a few times its share.
  const tenths = new Map();
  for (const { backAt } of pages) tenths.set(Math.floor((backAt - up) / 100), (tenths.get(Math.floor((backAt - up) / 100)) ?? 0) + 1);
  assert.ok(Math.max(...tenths.values()) < 6 * PAGES * 100 / CAP_MS, `${Math.max(...tenths.values())} in one tenth of a second`);
});
