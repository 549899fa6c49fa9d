/**
 * A link made of requests, for where WebSockets do not get through: it takes the client's frames and answers them as the service does over WebSocket.
 * Who the page is, the browser's cookie says; the ticket is not used.
 *
 * @typedef {import("./frames.js").Frame} Frame
 * @typedef {import("./timer.js").Clock} Clock
 * @typedef {import("./websocket.js").LinkEvents} LinkEvents
 * @typedef {import("./websocket.js").Link} Link
 *
 * @typedef {object} RequestOptions
 * @property {string | URL} address of any page of the service
 * @property {typeof globalThis.fetch} fetch
 * @property {Clock} clock
 *
 * @typedef {object} Following one channel, as a way to follow it sees it
 * @property {Frame} subscribe what was asked for
 * @property {AbortSignal} signal
 * @property {(path: string, headers?: Record<string, string>) => Promise<Response>} get fails with `Refusal` unless the answer is good
 * @property {(frame: Frame) => void} say
 * @property {(ms: number) => Promise<void>} wait
 *
 * @typedef {(following: Following) => Promise<number>} Way ends when the service ends it, with how many milliseconds to wait before the next try
 */

/** A browser opens six connections to one service; two stay free for the page's own requests. */
const MAX_OPEN = 4;
const BEAT_MS = 10_000;
/** What buffers a stream instead of passing it on says nothing for ever. */
const FIRST_MS = 5000;

export class Refusal extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`refused with ${status}`);
    this.status = status;
  }

  /** As an error frame has it; null: the connection is of no use. */
  get code() {
    return /** @type {Record<number, string>} */ ({ 400: "bad_request", 403: "forbidden", 404: "unknown_channel", 429: "limit" })[this.status] ?? null;
  }
}

/** @implements {Link} */
export class RequestLink {
  #options;
  #events;
  #ways;
  #ended = new AbortController();
  /** @type {Map<string, { stop: AbortController, client: string, isOpen: boolean }>} */
  #following = new Map();
  /** @type {Map<string, Frame>} by path: the newest acknowledgement of each channel that is still to be sent, and how far it was read */
  #acks = new Map();
  #acking = false;
  #quiet = true;
  #name = `page-${Math.random().toString(36).slice(2)}`;

  /**
   * @param {RequestOptions} options
   * @param {LinkEvents} events
   * @param {{ open: Way, spare: Way }} ways how to follow a channel; and how when all places for waiting requests are taken
   */
  constructor(options, events, ways) {
    this.#options = options;
    this.#events = events;
    this.#ways = ways;
    options.clock.setTimeout(() => this.#ended.signal.aborted || events.opened(), 0);
    this.#beat();
  }

  /** @param {string} text */
  send(text) {
    const frame = JSON.parse(text);
    if (frame.op === "subscribe") this.#subscribe(frame);
    else if (frame.op === "unsubscribe") this.#unsubscribe(frame.channel);
    else if (frame.op === "ack" || frame.op === "read") this.#acknowledge(frame);
    else if (frame.op === "ping") void this.#prove({ op: "pong", id: frame.id });
    else if (frame.op === "renew") this.#say({ op: "renewed", id: frame.id });
    else this.#say({ op: "error", id: frame.id, code: "bad_request", message: `${frame.op} needs a WebSocket` });
  }

  close() {
    this.#ended.abort();
    for (const { stop } of this.#following.values()) stop.abort();
    this.#following.clear();
  }

  /** @param {Frame} frame */
  #subscribe(frame) {
    this.#unsubscribe(frame.channel);
    const stop = new AbortController();
    const isOpen = [...this.#following.values()].filter(other => other.isOpen).length < MAX_OPEN;
    this.#following.set(frame.channel, { stop, client: frame.client ?? this.#name, isOpen });
    void this.#follow(frame, isOpen ? this.#ways.open : this.#ways.spare, stop.signal);
  }

  /** @param {string} channel */
  #unsubscribe(channel) {
    this.#following.get(channel)?.stop.abort();
    this.#following.delete(channel);
  }

  /**
   * @param {Frame} subscribe
   * @param {Way} way
   * @param {AbortSignal} signal
   */
  async #follow(subscribe, way, signal) {
    const { clock } = this.#options;
    const first = clock.setTimeout(() => signal.aborted || this.#close(0), FIRST_MS);
    /** @type {Following} */
    const following = {
      subscribe: { ...subscribe, client: subscribe.client ?? this.#name },
      signal,
      get: (path, headers) => this.#request(path, { headers, signal }),
      say: frame => {
        clock.clearTimeout(first);
        if (!signal.aborted) this.#say(frame);
      },
      wait: ms => new Promise(resolve => void clock.setTimeout(() => resolve(undefined), ms)),
    };
    try {
      const retryMs = await way(following);
      if (!signal.aborted) this.#close(retryMs, 1001);
    } catch (error) {
      if (signal.aborted) return;
      const code = error instanceof Refusal ? error.code : null;
      if (code === null) this.#close(0);
      else following.say({ op: "error", id: subscribe.id, channel: subscribe.channel, code });
    } finally {
      clock.clearTimeout(first);
    }
  }

  /** @param {Frame} frame */
  #acknowledge(frame) {
    this.#acks.set(`/api/${frame.channel}/${frame.op === "read" ? "read" : "acks"}`, frame);
    if (!this.#acking) void this.#sendAcks();
  }

  /** One at a time, and only the newest of each: they are cumulative. */
  async #sendAcks() {
    this.#acking = true;
    for (const [path, { channel, seq, position }] of this.#acks) {
      this.#acks.delete(path);
      const client = this.#following.get(channel)?.client ?? this.#name;
      const body = JSON.stringify({ seq, position, client });
      // One that fails is made good by the next.
      await this.#request(path, { method: "POST", headers: { "content-type": "application/json" }, body }).catch(() => null);
    }
    this.#acking = false;
  }

  /** @param {Frame} frame what to say when the service answers */
  async #prove(frame) {
    try {
      await this.#request("/healthz", {});
      this.#say(frame);
    } catch {
      this.#close(0);
    }
  }

  /** With nothing to follow there is nothing to hear, and a link that nobody hears is taken for dead. */
  #beat() {
    this.#options.clock.setTimeout(() => {
      if (this.#ended.signal.aborted) return;
      if (this.#quiet) void this.#prove({ op: "heartbeat" });
      this.#quiet = true;
      this.#beat();
    }, BEAT_MS);
  }

  /**
   * @param {string} path
   * @param {RequestInit} init
   */
  async #request(path, init) {
    const response = await this.#options.fetch(new URL(path, this.#options.address), { signal: this.#ended.signal, cache: "no-store", ...init });
    if (!response.ok) throw new Refusal(response.status);
    return response;
  }

  /** @param {Frame} frame */
  #say(frame) {
    if (this.#ended.signal.aborted) return;
    this.#quiet = false;
    this.#events.received(JSON.stringify(frame));
  }

  /** @param {number} retryMs */
  #close(retryMs, code = 1006) {
    if (this.#ended.signal.aborted) return;
    this.close();
    this.#events.closed({ code, reason: JSON.stringify({ retryMs }) });
  }
}

/**
 * Where a subscription begins, as parameters of a request.
 *
 * @param {Frame} subscribe
 * @param {Record<string, string | number>} [more]
 */
export function query({ since, epoch, client }, more = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ since, epoch, client, ...more })) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters;
}

/**
 * An event as it comes over WebSocket: on a feed it names the feed.
 *
 * @param {string} channel
 * @param {any} event
 * @returns {Frame}
 */
export function eventFrame(channel, event) {
  return channel.includes("/") ? { op: "event", ...event } : { op: "event", feed: channel, ...event };
}
