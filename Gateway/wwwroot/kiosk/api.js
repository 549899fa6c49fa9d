/** What the page asks of the service. */
import { Requests } from "../shared/requests.js";

export class Api {
  #requests;

  /** @param {ConstructorParameters<typeof Requests>[0]} options */
  constructor(options) {
    this.#requests = new Requests(options);
  }

  /** @param {string} token */
  signIn(token) {
    return this.#requests.ask("POST", "/api/sign-in", { token });
  }

  signOut() {
    return this.#requests.ask("DELETE", "/api/sign-in");
  }

  /** @param {string} before cursor of the previous page */
  moreDevices(before) {
    return this.#requests.ask("GET", `/api/devices?before=${encodeURIComponent(before)}`);
  }

  /**
   * @param {{ device: string, person: string }} wanted
   * @param {string} key the same for every try of the same wish, so that it comes true once
   */
  enroll(wanted, key) {
    return this.#requests.ask("POST", "/api/enrollments", wanted, { "idempotency-key": key });
  }

  /** @param {string} id */
  cancel(id) {
    return this.#requests.ask("DELETE", `/api/enrollments/${encodeURIComponent(id)}`);
  }
}
