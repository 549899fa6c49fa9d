/** Running waits by name: a second one takes the place of the first. */
export class Waits {
  #clock;
  /** @type {Map<string, unknown>} */
  #running = new Map();

  /** @param {import("../channel-client/timer.js").Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * @param {string} name
   * @param {number} ms
   * @param {() => void} action
   */
  start(name, ms, action) {
    this.stop(name);
    this.#running.set(name, this.#clock.setTimeout(() => {
      this.#running.delete(name);
      action();
    }, ms));
  }

  /** @param {string} name */
  stop(name) {
    if (!this.#running.has(name)) return;
    this.#clock.clearTimeout(this.#running.get(name));
    this.#running.delete(name);
  }

  /** @param {string} name */
  has(name) {
    return this.#running.has(name);
  }
}
