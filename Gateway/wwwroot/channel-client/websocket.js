/**
 * One way to the service. A transport opens a link with a ticket and reports what happens to it;
 * another way (server-sent events, polling) is another object of the same shape.
 *
 * @typedef {object} LinkEvents
 * @property {string} ticket
 * @property {() => void} opened
 * @property {(text: string) => void} received
 * @property {(close: { code: number, reason: string }) => void} closed at most once, and never after `close()`
 *
 * @typedef {object} Link
 * @property {(text: string) => void} send
 * @property {() => void} close
 *
 * @typedef {object} Transport
 * @property {(events: LinkEvents) => Link} open
 */

/**
 * @param {string | URL} url address of the service's `/ws`, as http(s) or ws(s)
 * @param {(url: string) => WebSocket} [create]
 * @returns {Transport}
 */
export function webSocketTransport(url, create = address => new WebSocket(address)) {
  return {
    open({ ticket, opened, received, closed }) {
      const address = new URL(url);
      address.protocol = address.protocol.replace(/^http/, "ws");
      address.searchParams.set("ticket", ticket);
      const socket = create(address.href);
      const listening = new AbortController();
      const { signal } = listening;
      socket.addEventListener("open", () => opened(), { signal });
      socket.addEventListener("message", message => received(String(message.data)), { signal });
      socket.addEventListener("close", ({ code, reason }) => closed({ code, reason }), { signal });
      return {
        send: text => socket.send(text),
        close: () => {
          listening.abort();
          socket.close();
        },
      };
    },
  };
}
