/**
 * Polling: a request that waits for the next event, again and again; the way that gets through everywhere.
 *
 * @typedef {import("./requests.js").Following} Following
 * @typedef {import("./requests.js").RequestOptions} RequestOptions
 * @typedef {import("./websocket.js").Transport} Transport
 */
import { eventFrame, query, RequestLink } from "./requests.js";

/** What the service allows is 30 s; a link is dead after 25 s of silence. */
const WAIT_S = 15;
const PAGE = 500;
const PAUSE_MS = 2000;

/**
 * @param {RequestOptions} options
 * @returns {Transport}
 */
export function pollTransport(options) {
  return { open: events => new RequestLink(options, events, { open: following => poll(following, WAIT_S, 0), spare: pollNow }) };
}

/**
 * Asks every two seconds, and holds no connection.
 *
 * @param {Following} following
 */
export function pollNow(following) {
  return poll(following, 0, PAUSE_MS);
}

/**
 * @param {Following} following
 * @param {number} waitS
 * @param {number} pauseMs
 */
async function poll(following, waitS, pauseMs) {
  const { subscribe, signal, get, say, wait } = following;
  const { channel } = subscribe;
  let { epoch, cursor } = await begin(following);
  while (!signal.aborted) {
    const asked = query({ ...subscribe, since: cursor, epoch }, { limit: PAGE, wait: waitS });
    const page = await (await get(`/api/${channel}/events?${asked}`)).json();
    // Another journal, or too long away: subscribing anew tells what is to be known.
    if (page.reset) return 0;
    for (const event of page.events) {
      cursor = channel.includes("/") ? event.seq : event.position;
      say(eventFrame(channel, event));
    }
    if (page.events.length === 0) {
      say({ op: "heartbeat" });
      if (pauseMs > 0) await wait(pauseMs);
    }
  }
  return 0;
}

/**
 * The answer to the subscription: where it goes on from, or the state where there is nothing to go on from.
 *
 * @param {Following} following
 */
async function begin({ subscribe, get, say }) {
  const { channel, id, since } = subscribe;
  const field = channel.includes("/") ? "seq" : "position";
  if (since === undefined) {
    const { epoch, seq, position, state, items, next } = await (await get(`/api/${channel}`)).json();
    const cursor = seq ?? position;
    say({ op: "subscribed", id, channel, epoch, [field]: cursor, reset: false, state: state ?? { items, next } });
    return { epoch, cursor };
  }
  const { epoch, head, reset, state } = await (await get(`/api/${channel}/events?${query(subscribe, { limit: 1 })}`)).json();
  say({ op: "subscribed", id, channel, epoch, [field]: head, reset, state });
  return { epoch, cursor: reset ? head : since };
}
