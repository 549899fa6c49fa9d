/**
 * The best way that works: what connects and never speaks, twice in a row, is taken for blocked, and the next way is tried.
 *
 * @typedef {import("./timer.js").Clock} Clock
 * @typedef {import("./websocket.js").Transport} Transport
 *
 * @typedef {object} FallbackOptions
 * @property {Clock} clock
 * @property {Pick<Storage, "getItem" | "setItem">} [memory] so that a refreshed page need not find out again
 */
const TRIES = 2;
/** What blocks may go away: after this the best is tried again, when there is a reason to connect anew. */
const AGAIN_MS = 10 * 60_000;
const KEPT = "gateway.transport";

/**
 * @param {Transport[]} transports the best first
 * @param {FallbackOptions} options
 * @returns {Transport}
 */
export function fallbackTransport(transports, { clock, memory }) {
  let { index, since } = kept(memory, transports.length);
  let failures = 0;

  /** @param {number} chosen */
  const choose = chosen => {
    index = chosen;
    since = clock.now();
    failures = 0;
    memory?.setItem(KEPT, JSON.stringify({ index, since }));
  };

  return {
    open(events) {
      if (index > 0 && clock.now() - since > AGAIN_MS) choose(0);
      const opened = index;
      let spoke = false;
      const failed = () => {
        if (spoke || opened !== index) return;
        spoke = true;
        if (++failures >= TRIES) choose((index + 1) % transports.length);
      };
      const link = /** @type {Transport} */ (transports[index]).open({
        ...events,
        received: text => {
          spoke = true;
          failures = 0;
          events.received(text);
        },
        closed: close => {
          // Any other code was said by the service itself: it was reached.
          if (close.code === 1006) failed();
          spoke = true;
          events.closed(close);
        },
      });
      return {
        send: text => link.send(text),
        close: () => {
          failed();
          link.close();
        },
      };
    },
  };
}

/**
 * @param {FallbackOptions["memory"]} memory
 * @param {number} count
 */
function kept(memory, count) {
  try {
    const { index, since } = JSON.parse(memory?.getItem(KEPT) ?? "");
    if (index > 0 && index < count && since > 0) return { index, since };
  } catch {
    // Nothing kept, or nothing that makes sense: the best first.
  }
  return { index: 0, since: 0 };
}
