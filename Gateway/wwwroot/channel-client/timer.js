/**
 * Waiting: the clock that can be replaced, the policy that says how long, the timer that does it.
 *
 * @typedef {object} Clock
 * @property {() => number} now wall clock in milliseconds; it jumps over sleep, which is how sleep is noticed
 * @property {(action: () => void, ms: number) => unknown} setTimeout
 * @property {(handle: any) => void} clearTimeout
 *
 * @typedef {(tries: number) => number} Backoff how many milliseconds to wait after so many failed tries
 */

/** @type {Clock} */
export const systemClock = Object.freeze({
  now: () => Date.now(),
  setTimeout: (/** @type {() => void} */ action, /** @type {number} */ ms) => globalThis.setTimeout(action, ms),
  clearTimeout: (/** @type {any} */ handle) => globalThis.clearTimeout(handle),
});

/**
 * Full jitter: anything between nothing and a bound that doubles. Pages that lost the same service
 * at the same moment then do not come back at the same moment.
 *
 * @param {{ base?: number, cap?: number, random?: () => number }} [options]
 * @returns {Backoff}
 */
export function fullJitter({ base = 250, cap = 5000, random = Math.random } = {}) {
  return tries => Math.floor(random() * Math.min(cap, base * 2 ** tries));
}

/** Runs an action again and again, each time after a longer wait, until it is reset. */
export class RetryTimer {
  #clock;
  #backoff;
  #action;
  #tries = 0;
  /** @type {unknown} */
  #handle = null;

  /**
   * @param {Clock} clock
   * @param {Backoff} backoff
   * @param {() => void} action
   */
  constructor(clock, backoff, action) {
    this.#clock = clock;
    this.#backoff = backoff;
    this.#action = action;
  }

  /** @param {number} [atLeastMs] what the other side asked for; the jitter comes on top of it */
  schedule(atLeastMs = 0) {
    this.stop();
    const wait = atLeastMs + this.#backoff(this.#tries++);
    this.#handle = this.#clock.setTimeout(() => {
      this.#handle = null;
      this.#action();
    }, wait);
  }

  stop() {
    if (this.#handle === null) return;
    this.#clock.clearTimeout(this.#handle);
    this.#handle = null;
  }

  reset() {
    this.stop();
    this.#tries = 0;
  }
}
