/**
 * The connection: gets a ticket, opens a link, notices when it is dead, and comes back.
 *
 * @typedef {import("./timer.js").Clock} Clock
 * @typedef {import("./timer.js").Backoff} Backoff
 * @typedef {import("./websocket.js").Transport} Transport
 * @typedef {import("./websocket.js").Link} Link
 *
 * @typedef {import("./frames.js").Frame} Frame
 *
 * @typedef {object} SocketOptions
 * @property {Transport} transport
 * @property {string | URL} ticketUrl
 * @property {typeof globalThis.fetch} [fetch]
 * @property {Clock} [clock]
 * @property {Backoff} [backoff]
 * @property {EventTarget} [page] where `online`, `offline`, `visibilitychange`, `pageshow` and `focus` are heard
 * @property {(state: string) => void} [stateChanged]
 * @property {(frame: Frame) => void} [received]
 *
 * @typedef {{ ticket: string } | { refused: true } | { retryMs: number }} TicketAnswer
 */
import { parseFrame, retryHint } from "./frames.js";
import { fullJitter, RetryTimer, systemClock } from "./timer.js";

export const SocketState = Object.freeze({
  /** not asked to be connected */
  IDLE: "idle",
  CONNECTING: "connecting",
  OPEN: "open",
  /** the link is lost; the next try is on its way */
  WAITING: "waiting",
  /** nobody is signed in: trying again makes no sense before that */
  REFUSED: "refused",
});

/** All in milliseconds. */
export const Timing = Object.freeze({
  CONNECT: 3000,
  /** the service speaks at least every 10 s; two and a half times that is dead */
  SILENCE: 25_000,
  CHECK: 2000,
  /** a check that comes this much late means that the machine slept */
  SLEPT: 5000,
  PROBE: 1500,
  /** rights last 1 h */
  RENEW: 45 * 60_000,
  RENEW_AGAIN: 60_000,
});

export class Socket {
  #options;
  #clock;
  #retry;
  /** @type {string} one of `SocketState` */
  #state = SocketState.IDLE;
  /** counts tries to connect; what belongs to an older one is ignored */
  #session = 0;
  /** @type {Link | null} */
  #link = null;
  /** @type {Set<unknown>} timers that end with the session */
  #timers = new Set();
  /** @type {AbortController | null} ends the session's requests */
  #requests = null;
  /** @type {AbortController | null} ends listening to the page's events */
  #listening = null;
  #lastId = 0;
  #lastHeard = 0;
  #framesHeard = 0;
  #lastCheck = 0;
  #renewAt = 0;

  /** @param {SocketOptions} options */
  constructor(options) {
    this.#options = { fetch: globalThis.fetch.bind(globalThis), ...options };
    this.#clock = options.clock ?? systemClock;
    this.#retry = new RetryTimer(this.#clock, options.backoff ?? fullJitter(), () => this.#begin());
  }

  get state() {
    return this.#state;
  }

  /** When the service was last heard, in milliseconds of the clock; 0 = never. */
  get lastHeard() {
    return this.#lastHeard;
  }

  /** A number for a frame that will be answered. */
  nextId() {
    return ++this.#lastId;
  }

  connect() {
    if (this.#state === SocketState.CONNECTING || this.#state === SocketState.OPEN) return;
    this.#listen();
    this.#retry.reset();
    this.#begin();
  }

  disconnect() {
    this.#retry.reset();
    this.#listening?.abort();
    this.#listening = null;
    this.#end(SocketState.IDLE);
  }

  /**
   * @param {Frame} frame
   * @returns {boolean} whether there was a link to send it on
   */
  send(frame) {
    if (this.#state !== SocketState.OPEN || this.#link === null) return false;
    this.#link.send(JSON.stringify(frame));
    return true;
  }

  #begin() {
    this.#end(SocketState.CONNECTING);
    const session = this.#session;
    this.#requests = new AbortController();
    this.#after(Timing.CONNECT, () => {
      if (this.#state === SocketState.CONNECTING) this.#lose(0);
    });
    this.#askTicket(this.#requests.signal).then(answer => {
      if (session === this.#session) this.#ticketAnswered(answer, session);
    });
  }

  /**
   * @param {TicketAnswer} answer
   * @param {number} session
   */
  #ticketAnswered(answer, session) {
    if ("refused" in answer) {
      this.#end(SocketState.REFUSED);
    } else if ("retryMs" in answer) {
      this.#lose(answer.retryMs);
    } else {
      /** @param {() => void} action */
      const current = action => {
        if (session === this.#session) action();
      };
      this.#link = this.#options.transport.open({
        ticket: answer.ticket,
        opened: () => current(() => this.#opened()),
        received: text => current(() => this.#heard(text)),
        closed: close => current(() => this.#lose(retryHint(close.reason))),
      });
    }
  }

  #opened() {
    const now = this.#clock.now();
    this.#lastHeard = now;
    this.#lastCheck = now;
    this.#renewAt = now + Timing.RENEW;
    this.#after(Timing.CHECK, () => this.#check());
    this.#enter(SocketState.OPEN);
  }

  /** @param {string} text */
  #heard(text) {
    // Only what speaks counts as connected: a refused ticket opens the link and closes it at once.
    this.#retry.reset();
    this.#lastHeard = this.#clock.now();
    this.#framesHeard++;
    const frame = parseFrame(text);
    if (frame === null) {
      this.#lose(0);
    } else if (frame.op === "renewed") {
      this.#renewAt = this.#lastHeard + Timing.RENEW;
    } else {
      this.#options.received?.(frame);
    }
  }

  #check() {
    const now = this.#clock.now();
    const slept = now - this.#lastCheck > Timing.CHECK + Timing.SLEPT;
    this.#lastCheck = now;
    this.#after(Timing.CHECK, () => this.#check());
    if (slept || this.#silent()) this.#doubt();
    else if (now >= this.#renewAt) this.#renew();
  }

  #silent() {
    return this.#clock.now() - this.#lastHeard >= Timing.SILENCE;
  }

  /** The link may be dead: believe it only when it answers. After sleep an open socket proves nothing. */
  #doubt() {
    if (this.#silent()) {
      this.#begin();
      return;
    }
    const heardBefore = this.#framesHeard;
    this.send({ op: "ping", id: this.nextId() });
    this.#after(Timing.PROBE, () => {
      if (this.#framesHeard === heardBefore) this.#begin();
    });
  }

  #renew() {
    this.#renewAt = this.#clock.now() + Timing.RENEW_AGAIN;
    const session = this.#session;
    this.#askTicket(this.#requests?.signal).then(answer => {
      if (session === this.#session && "ticket" in answer) this.send({ op: "renew", id: this.nextId(), ticket: answer.ticket });
    });
  }

  /**
   * Never rejects: what went wrong is an answer too.
   *
   * @param {AbortSignal} [signal]
   * @returns {Promise<TicketAnswer>}
   */
  async #askTicket(signal) {
    try {
      const response = await this.#options.fetch(this.#options.ticketUrl, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
        signal,
      });
      if (response.ok) return { ticket: (await response.json()).ticket };
      if (response.status === 401) return { refused: true };
      return { retryMs: 1000 * (Number(response.headers.get("retry-after")) || 0) };
    } catch {
      return { retryMs: 0 };
    }
  }

  /** @param {number} retryMs */
  #lose(retryMs) {
    this.#end(SocketState.WAITING);
    this.#retry.schedule(retryMs);
  }

  /** @param {string} state */
  #end(state) {
    this.#session++;
    this.#requests?.abort();
    this.#requests = null;
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
    this.#timers.clear();
    this.#link?.close();
    this.#link = null;
    this.#enter(state);
  }

  /** @param {string} state */
  #enter(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.stateChanged?.(state);
  }

  /**
   * @param {number} ms
   * @param {() => void} action
   */
  #after(ms, action) {
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }

  #listen() {
    const { page } = this.#options;
    if (page === undefined || this.#listening !== null) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    for (const name of ["online", "visibilitychange", "pageshow", "focus"]) {
      page.addEventListener(name, () => this.#stirred(), { signal });
    }
    // A machine without a network may still reach a service on itself, so "offline" is a doubt, not a fact.
    page.addEventListener("offline", () => this.#state === SocketState.OPEN && this.#doubt(), { signal });
  }

  /** Someone is looking again, or the network is back: no reason to wait any longer. */
  #stirred() {
    if (this.#state === SocketState.OPEN) this.#doubt();
    else if (this.#state === SocketState.WAITING || this.#state === SocketState.REFUSED) this.connect();
  }
}
