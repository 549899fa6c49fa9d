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

  /** @param {string} id */
  enrollment(id) {
    return this.#requests.ask("GET", `/api/enrollments/${encodeURIComponent(id)}`);
  }

  /** Who this page is signed in as. */
  me() {
    return this.#requests.ask("GET", "/api/me");
  }

  /** @param {string} search */
  people(search) {
    return this.#requests.ask("GET", `/api/people?limit=12&search=${encodeURIComponent(search)}`);
  }

  /** @param {string} id */
  person(id) {
    return this.#requests.ask("GET", `/api/people/${encodeURIComponent(id)}`);
  }

  /**
   * @param {string} name
   * @param {string} key
   */
  openRoom(name, key) {
    return this.#requests.ask("POST", "/api/rooms", { name }, { "idempotency-key": key });
  }

  /**
   * @param {string} room
   * @param {string} text
   * @param {string} key of the message: said again under it, it is said once
   */
  speak(room, text, key) {
    return this.#requests.ask("POST", `/api/rooms/${encodeURIComponent(room)}/messages`, { data: { text }, key });
  }

  beginPairing() {
    return this.#requests.ask("POST", "/api/kiosks/pairings");
  }

  /**
   * @param {string} code
   * @param {string} secret
   */
  askPairing(code, secret) {
    return this.#requests.ask("POST", `/api/kiosks/pairings/${encodeURIComponent(code)}`, { secret });
  }
}
