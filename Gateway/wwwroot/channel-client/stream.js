/**
 * Server-sent events, one stream for each channel. Read by hand and not by `EventSource`, which tells neither why it was refused nor that it is silent.
 *
 * @typedef {import("./requests.js").Following} Following
 * @typedef {import("./requests.js").RequestOptions} RequestOptions
 * @typedef {import("./websocket.js").Transport} Transport
 */
import { pollNow } from "./poll.js";
import { eventFrame, query, RequestLink } from "./requests.js";

/**
 * @param {RequestOptions} options
 * @returns {Transport}
 */
export function streamTransport(options) {
  return { open: events => new RequestLink(options, events, { open: followStream, spare: pollNow }) };
}

/** @param {Following} following */
async function followStream({ subscribe, get, say }) {
  const { channel, id } = subscribe;
  const response = await get(`/api/${channel}/events?${query(subscribe)}`, { accept: "text/event-stream" });
  let retryMs = 0;
  let answered = false;
  for await (const { event, data, retry } of messages(response)) {
    if (retry !== undefined) retryMs = Number(retry) || 0;
    if (data === undefined) continue;
    const told = JSON.parse(data);
    if (event === "subscribed") {
      // The first answers what was asked; a later one tells the state in mid-stream.
      say({ op: "subscribed", id: answered ? undefined : id, ...told });
      answered = true;
    } else if (event === "heartbeat") say({ op: "heartbeat", ...told });
    else if (event === undefined) say(eventFrame(channel, told));
  }
  return retryMs;
}

/**
 * The messages of an event stream, each as its fields.
 *
 * @param {Response} response
 */
async function* messages(response) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value, { stream: true });
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      yield fields(text.slice(0, end));
      text = text.slice(end + 2);
    }
  }
}

/**
 * @param {string} message
 * @returns {Record<string, string | undefined>}
 */
function fields(message) {
  return Object.fromEntries(message.split("\n").map(line => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
  }));
}
