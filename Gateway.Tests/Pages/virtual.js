/** What the tests stand on: a clock that only they move, a service that only they let answer. */

export class VirtualClock {
  #now = 1_000_000;
  #timers = new Map();
  #lastId = 0;

  now = () => this.#now;

  setTimeout = (action, ms) => {
    this.#timers.set(++this.#lastId, { at: this.#now + ms, action });
    return this.#lastId;
  };

  clearTimeout = id => this.#timers.delete(id);

  get waiting() {
    return [...this.#timers.values()].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  /** Lets time pass timer by timer; what they start without waiting is settled in between. */
  async pass(ms) {
    const end = this.#now + ms;
    for (let due = this.#nextDue(end); due !== undefined; due = this.#nextDue(end)) {
      const [id, { at, action }] = due;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, at);
      action();
      await settled();
    }
    this.#now = end;
    await settled();
  }

  /** The machine sleeps: the wall clock goes on, timers do not. */
  sleep(ms) {
    this.#now += ms;
  }

  #nextDue(end) {
    let next;
    for (const timer of this.#timers) {
      if (timer[1].at <= end && (next === undefined || timer[1].at < next[1].at)) next = timer;
    }
    return next;
  }
}

/** Lets every promise that can go on do so. */
export function settled() {
  return new Promise(resolve => setImmediate(resolve));
}

/** A transport whose links are kept for the test to speak on. */
export class ManualTransport {
  links = [];

  open(events) {
    const link = { ...events, sent: [], isClosed: false };
    this.links.push(link);
    return {
      send: text => link.sent.push(JSON.parse(text)),
      close: () => (link.isClosed = true),
    };
  }

  get last() {
    return this.links.at(-1);
  }

  say(frame) {
    this.last.received(JSON.stringify(frame));
  }

  sent(op) {
    return this.last.sent.filter(frame => frame.op === op);
  }
}

/** Answers requests by `METHOD path`; a function decides, an error is a network that fails. */
export class ManualService {
  requests = [];
  /** What was not expected is not there. */
  answers = { "POST /api/tickets": () => ({ status: 200, body: { ticket: `ticket-${this.requests.length}` } }) };

  fetch = async (url, { method = "GET", body, headers = {}, signal } = {}) => {
    const path = new URL(url, "http://gateway.test/").pathname;
    const request = { method, path, body: body === undefined ? undefined : JSON.parse(body), headers, signal };
    this.requests.push(request);
    const answer = await (this.answers[`${method} ${path}`]?.(request) ?? { status: 404, body: { code: "unknown" } });
    const text = answer.body === undefined ? "" : JSON.stringify(answer.body);
    return {
      ok: answer.status < 300,
      status: answer.status,
      headers: new Headers(answer.headers),
      json: async () => JSON.parse(text),
      text: async () => text,
    };
  };

  count(path) {
    return this.requests.filter(request => request.path === path).length;
  }
}

/** Never answers; fails when it is given up. */
export function silence({ signal }) {
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted"))));
}
