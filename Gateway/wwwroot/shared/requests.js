/**
 * Requests to the service. None rejects: a failure is an answer with a code.
 *
 * @typedef {{ code: string, [field: string]: any }} Problem a problem document, or `unreachable` where none came
 * @typedef {{ ok: true, value: any } | { ok: false, problem: Problem }} Answer
 */

const TIMEOUT_MS = 8000;

/** Where a 401 says that what was typed is wrong, and not that a session is over. */
const SIGN_IN = "/api/sign-in";

export class Requests {
  #fetch;
  #clock;
  #signInLost;

  /** @param {{ fetch: typeof globalThis.fetch, clock: import("../channel-client/timer.js").Clock, signInLost?: () => void }} options */
  constructor({ fetch, clock, signInLost = () => {} }) {
    this.#fetch = fetch;
    this.#clock = clock;
    this.#signInLost = signInLost;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {Record<string, string>} [headers]
   * @returns {Promise<Answer>}
   */
  async ask(method, path, body, headers = {}) {
    const tooLong = new AbortController();
    const timer = this.#clock.setTimeout(() => tooLong.abort(), TIMEOUT_MS);
    try {
      const response = await this.#fetch(path, {
        method,
        headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: tooLong.signal,
      });
      const text = await response.text();
      if (response.status === 401 && path !== SIGN_IN) this.#signInLost();
      return response.ok ? { ok: true, value: parse(text) } : { ok: false, problem: problem(response.status, parse(text)) };
    } catch {
      return { ok: false, problem: { code: "unreachable" } };
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * @param {number} status
 * @param {any} document
 * @returns {Problem}
 */
function problem(status, document) {
  if (typeof document?.code === "string") return document;
  if (status === 401) return { code: "unauthenticated" };
  if (status === 403) return { code: "forbidden" };
  if (status === 429) return { code: "limited" };
  return { code: "other", detail: document?.detail ?? document?.title ?? String(status) };
}
