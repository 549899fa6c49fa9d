/**
 * The channel client: one connection, any number of channels on it.
 *
 *     const client = new ChannelClient({ address: location.href });
 *     const channel = client.subscribe("enrollments/0198…", {
 *       onState: ({ state, cursor }) => { show(state); channel.painted(cursor); },
 *       onEvent: (event, cursor) => { … },
 *     });
 *     client.connect();
 *
 * @typedef {import("./channel.js").ChannelOptions} ChannelOptions
 * @typedef {import("./frames.js").Frame} Frame
 *
 * @typedef {object} ClientOptions
 * @property {string | URL} address of any page of the service
 * @property {import("./websocket.js").Transport} [transport] without it: WebSocket; where that is blocked, event streams; where they are, polling
 * @property {typeof globalThis.fetch} [fetch]
 * @property {import("./timer.js").Clock} [clock]
 * @property {import("./timer.js").Backoff} [backoff]
 * @property {EventTarget} [page]
 * @property {Pick<Storage, "getItem" | "setItem">} [memory] of this tab, for what is known over a refresh: the way that works, and cursors that are kept
 * @property {(state: string) => void} [stateChanged]
 */
import { Channel } from "./channel.js";
import { fallbackTransport } from "./fallback.js";
import { pollTransport } from "./poll.js";
import { Socket, SocketState } from "./socket.js";
import { streamTransport } from "./stream.js";
import { fullJitter, systemClock } from "./timer.js";
import { webSocketTransport } from "./websocket.js";

export { Channel, ChannelState } from "./channel.js";
export { fallbackTransport } from "./fallback.js";
export { pollTransport } from "./poll.js";
export { Socket, SocketState, Timing } from "./socket.js";
export { streamTransport } from "./stream.js";
export { fullJitter, RetryTimer, systemClock } from "./timer.js";
export { webSocketTransport } from "./websocket.js";

export class ChannelClient {
  #socket;
  #link;
  #stateChanged;
  /** @type {Map<string, Channel>} */
  #channels = new Map();

  /** @param {ClientOptions} options */
  constructor({ address, transport, stateChanged, ...rest }) {
    this.#stateChanged = stateChanged;
    const socket = new Socket({
      ...rest,
      transport: transport ?? everyTransport(address, rest),
      ticketUrl: new URL("/api/tickets", address),
      stateChanged: state => this.#socketChanged(state),
      received: frame => this.#received(frame),
    });
    this.#socket = socket;
    this.#link = {
      clock: rest.clock ?? systemClock,
      memory: rest.memory,
      backoff: rest.backoff ?? fullJitter(),
      send: (/** @type {Frame} */ frame) => socket.send(frame),
      nextId: () => socket.nextId(),
    };
  }

  get state() {
    return this.#socket.state;
  }

  get lastHeard() {
    return this.#socket.lastHeard;
  }

  connect() {
    this.#socket.connect();
  }

  disconnect() {
    this.#socket.disconnect();
  }

  /**
   * A second subscription to a name takes the place of the first.
   *
   * @param {string} name
   * @param {ChannelOptions} [options]
   */
  subscribe(name, options) {
    this.unsubscribe(name);
    const channel = new Channel(name, this.#link, options);
    this.#channels.set(name, channel);
    channel.join();
    return channel;
  }

  /** @param {string} name */
  unsubscribe(name) {
    this.#channels.get(name)?.close();
    this.#channels.delete(name);
  }

  /** @param {string} state */
  #socketChanged(state) {
    for (const channel of [...this.#channels.values()]) {
      if (state === SocketState.OPEN) channel.join();
      else channel.part();
    }
    this.#stateChanged?.(state);
  }

  /** @param {Frame} frame */
  #received(frame) {
    const named = frame.feed ?? frame.channel;
    if (named !== undefined) {
      this.#channels.get(named)?.receive(frame);
    } else if (frame.op === "error") {
      for (const channel of [...this.#channels.values()]) channel.receive(frame);
    }
  }
}

/**
 * @param {string | URL} address
 * @param {Pick<ClientOptions, "fetch" | "clock" | "memory">} options
 */
function everyTransport(address, { fetch = globalThis.fetch.bind(globalThis), clock = systemClock, memory }) {
  const requests = { address, fetch, clock };
  const ways = [webSocketTransport(new URL("/ws", address)), streamTransport(requests), pollTransport(requests)];
  return fallbackTransport(ways, { clock, memory });
}
