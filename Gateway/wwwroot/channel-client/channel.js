/**
 * One subscription: a cursor on a channel (or on a feed) that survives every connection.
 *
 * @typedef {import("./timer.js").Clock} Clock
 * @typedef {import("./timer.js").Backoff} Backoff
 * @typedef {import("./frames.js").Frame} Frame
 *
 * @typedef {object} ChannelEvent
 * @property {string} channel
 * @property {number} seq
 * @property {number} position
 * @property {string} type
 * @property {string} at
 * @property {Record<string, any>} data
 *
 * @typedef {object} Snapshot
 * @property {any} state the fold of everything up to the cursor
 * @property {number} cursor
 * @property {boolean} reset true: what was known before is void, events in between cannot be had
 *
 * @typedef {object} ChannelOptions
 * @property {number} [since] events after this one are wanted; without it: the state, then what is new
 * @property {string} [epoch] the journal that `since` belongs to
 * @property {boolean} [keep] the page keeps what it has painted over a refresh: the cursor is kept as well, and goes on without a state
 * @property {string} [client] names this page over its refreshes
 * @property {(snapshot: Snapshot) => void} [onState]
 * @property {(event: ChannelEvent, cursor: number) => void} [onEvent]
 * @property {(code: string) => void} [onError] the service will not serve this channel
 *
 * @typedef {object} ChannelLink what a channel needs of its connection
 * @property {(frame: Frame) => boolean} send
 * @property {() => number} nextId
 * @property {Clock} clock
 * @property {Backoff} backoff
 * @property {Pick<Storage, "getItem" | "setItem">} [memory]
 */
import { RetryTimer } from "./timer.js";

export const ChannelState = Object.freeze({
  /** no connection, or not asked for yet */
  PARTED: "parted",
  /** asked for; what arrives before the answer belongs to an older subscription */
  JOINING: "joining",
  JOINED: "joined",
  CLOSED: "closed",
});

export class Channel {
  /** @type {string} */
  name;
  #link;
  #options;
  #rejoin;
  /** @type {string} one of `ChannelState` */
  #state = ChannelState.PARTED;
  /** @type {number | null} id of the subscribe frame whose answer is awaited */
  #awaited = null;
  /** @type {number | null} */
  #cursor;
  /** @type {string | undefined} */
  #epoch;
  #painted = 0;
  #read = 0;
  /** greatest acknowledgement sent on this connection, and how far it said that somebody has read */
  #sentAck = 0;
  #sentRead = 0;
  /** a gap was answered by subscribing again and nothing has fitted since */
  #afterGap = false;

  /**
   * @param {string} name
   * @param {ChannelLink} link
   * @param {ChannelOptions} [options]
   */
  constructor(name, link, options = {}) {
    this.name = name;
    this.#link = link;
    this.#options = options;
    const { cursor, epoch } = options.since === undefined && options.keep ? this.#kept() : { cursor: options.since, epoch: options.epoch };
    this.#cursor = cursor ?? null;
    this.#epoch = epoch;
    this.#rejoin = new RetryTimer(link.clock, link.backoff, () => this.join());
  }

  get state() {
    return this.#state;
  }

  /** Up to where this page has been told; null before the first state. */
  get cursor() {
    return this.#cursor;
  }

  get epoch() {
    return this.#epoch;
  }

  /** The first segment alone is the feed of all channels of its kind; its cursor is the journal's position. */
  get #isFeed() {
    return !this.name.includes("/");
  }

  get #key() {
    return `gateway.cursor.${this.name}`;
  }

  /** @returns {{ cursor?: number, epoch?: string }} */
  #kept() {
    try {
      const { cursor, epoch } = JSON.parse(this.#link.memory?.getItem(this.#key) ?? "");
      return cursor >= 0 && typeof epoch === "string" ? { cursor, epoch } : {};
    } catch {
      return {};
    }
  }

  /** Called when there is a connection, and again whenever events are missing. */
  join() {
    if (this.#state === ChannelState.CLOSED) return;
    const id = this.#link.nextId();
    /** @type {Frame} */
    const frame = { op: "subscribe", id, channel: this.name };
    if (this.#cursor !== null) {
      frame.since = this.#cursor;
      frame.epoch = this.#epoch;
    }
    if (this.#options.client !== undefined) frame.client = this.#options.client;
    if (!this.#link.send(frame)) return;
    this.#awaited = id;
    this.#sentAck = 0;
    this.#sentRead = 0;
    this.#state = ChannelState.JOINING;
  }

  /** Called when the connection is gone. */
  part() {
    if (this.#state === ChannelState.CLOSED) return;
    this.#rejoin.stop();
    this.#awaited = null;
    this.#state = ChannelState.PARTED;
  }

  close() {
    if (this.#state === ChannelState.CLOSED) return;
    if (this.#state !== ChannelState.PARTED) {
      this.#link.send({ op: "unsubscribe", id: this.#link.nextId(), channel: this.name });
    }
    this.part();
    this.#state = ChannelState.CLOSED;
  }

  /**
   * The consumer has shown everything up to here.
   *
   * @param {number} cursor
   */
  painted(cursor) {
    if (cursor <= this.#painted) return;
    this.#painted = cursor;
    if (this.#options.keep) this.#link.memory?.setItem(this.#key, JSON.stringify({ cursor, epoch: this.#epoch }));
    this.#acknowledge();
  }

  /**
   * Somebody had everything up to here before their eyes.
   *
   * @param {number} cursor
   */
  read(cursor) {
    if (cursor <= this.#read) return;
    this.#read = cursor;
    this.painted(cursor);
    this.#acknowledge();
  }

  /** @param {Frame} frame */
  receive(frame) {
    const answered = this.#awaited !== null && frame.id === this.#awaited;
    // Nobody asked: what comes next is no longer kept, and the state is told instead.
    const anew = this.#state === ChannelState.JOINED && frame.id === undefined && frame.reset === true;
    const over = frame.id === undefined && frame.channel === this.name;
    if (frame.op === "subscribed" && (answered || anew)) this.#subscribed(frame);
    else if (frame.op === "error" && (answered || over)) this.#refused(frame);
    else if (frame.op === "event" && this.#state === ChannelState.JOINED) this.#event(frame);
  }

  /** @param {Frame} frame */
  #subscribed(frame) {
    this.#awaited = null;
    this.#state = ChannelState.JOINED;
    const resumes = this.#cursor !== null && frame.reset !== true;
    this.#epoch = frame.epoch;
    if (resumes) {
      this.#acknowledge();
      return;
    }
    const cursor = this.#isFeed ? frame.position : frame.seq;
    this.#cursor = cursor;
    this.#painted = 0;
    this.#read = 0;
    this.#options.onState?.({ state: frame.state, cursor, reset: frame.reset === true });
  }

  /** @param {Frame} frame */
  #refused(frame) {
    this.#awaited = null;
    this.#state = ChannelState.PARTED;
    if (frame.code === "limit") {
      this.#rejoin.schedule();
    } else {
      this.#state = ChannelState.CLOSED;
      this.#options.onError?.(frame.code);
    }
  }

  /** @param {Frame} frame */
  #event(frame) {
    const at = this.#isFeed ? frame.position : frame.seq;
    const before = this.#cursor ?? 0;
    if (at <= before) return;
    if (!this.#isFeed && at > before + 1) {
      this.#missed();
      return;
    }
    this.#afterGap = false;
    this.#rejoin.reset();
    // First the cursor: a consumer that throws must not be given the same event for ever.
    this.#cursor = at;
    this.#options.onEvent?.(/** @type {any} */ (frame), at);
  }

  /** Events are missing: ask for them at once, and with growing patience if that does not help. */
  #missed() {
    if (this.#afterGap) {
      this.#state = ChannelState.PARTED;
      this.#rejoin.schedule();
    } else {
      this.#afterGap = true;
      this.join();
    }
  }

  #acknowledge() {
    if (this.#state !== ChannelState.JOINED) return;
    if (this.#read > this.#sentRead && this.#link.send({ op: "read", channel: this.name, seq: this.#read })) {
      this.#sentRead = this.#read;
      // What has been read has come.
      this.#sentAck = Math.max(this.#sentAck, this.#read);
    }
    if (this.#painted <= this.#sentAck) return;
    const cursor = this.#isFeed ? { position: this.#painted } : { seq: this.#painted };
    if (this.#link.send({ op: "ack", channel: this.name, ...cursor })) this.#sentAck = this.#painted;
  }
}
