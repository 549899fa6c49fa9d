/** What the console follows all the time: the feeds of scanners, enrollments, check-ins, jobs and rooms. */

const FEEDS = ["devices", "enrollments", "checkins", "jobs", "rooms"];

/** So far back the activity begins, in positions of the journal. */
const LOOK_BACK = 300;

const RUNNING = ["requested", "armed", "scanning"];

export class Feeds {
  #around;
  /** @type {Map<import("../channel-client/index.js").Channel, number>} up to where each has been told to the model */
  #told = new Map();

  /**
   * @param {import("./console.js").Surroundings & { apply: (action: import("./model.js").Action) => void, heard: (feed: string) => void }} surroundings
   */
  constructor(surroundings) {
    this.#around = surroundings;
  }

  /** What a view that is made now contains; to be called when that has been painted. */
  painted() {
    const told = [...this.#told];
    return () => told.forEach(([channel, cursor]) => channel.painted(cursor));
  }

  follow() {
    this.#told.clear();
    const { client, apply, heard } = this.#around;
    for (const feed of FEEDS) {
      const channel = client.subscribe(feed, {
        onState: ({ state, cursor }) => {
          this.#begin(feed, state);
          this.#told.set(channel, cursor);
          void this.#lookBack(feed, cursor, channel.epoch ?? "");
          heard(feed);
        },
        onEvent: (event, cursor) => {
          apply({ type: "event", event });
          this.#told.set(channel, cursor);
          heard(feed);
        },
        onError: () => apply({ type: "refused", feed }),
      });
    }
  }

  /**
   * @param {string} feed
   * @param {{ items: any[], next: string | number | null }} state
   */
  #begin(feed, { items, next }) {
    const { apply } = this.#around;
    if (feed === "devices") {
      apply({ type: "scanners", items });
      if (next !== null) void this.#more("/api/devices?limit=1000", next, more => apply({ type: "moreScanners", items: more }));
    } else if (feed === "enrollments") {
      apply({ type: "enrollments", items });
      if (next === null) return;
      for (const state of RUNNING)
        void this.#more(`/api/enrollments?limit=1000&state=${state}`, null, more => apply({ type: "moreEnrollments", items: more }));
    }
  }

  /**
   * @param {string} path
   * @param {string | number | null} from
   * @param {(items: any[]) => void} take
   */
  async #more(path, from, take) {
    for (let before = from, pages = 0; pages < 20; pages++) {
      const answer = await this.#around.requests.ask("GET", before === null ? path : `${path}&before=${before}`);
      if (!answer.ok) return;
      take(answer.value.items);
      before = answer.value.next;
      if (before === null) return;
    }
  }

  /**
   * @param {string} feed
   * @param {number} cursor
   * @param {string} epoch
   */
  async #lookBack(feed, cursor, epoch) {
    const since = Math.max(0, cursor - LOOK_BACK);
    const answer = await this.#around.requests.ask("GET", `/api/${feed}/events?since=${since}&epoch=${epoch}&limit=1000`);
    if (answer.ok && !answer.value.reset) this.#around.apply({ type: "past", events: answer.value.events });
  }
}
