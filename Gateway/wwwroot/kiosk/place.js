/** The page's address: which enrollment and which scanner it is about, and the token of a sign-in link. */
import { takeToken } from "../shared/sign-in-link.js";

export class Place {
  #window;

  /** @param {Window} window */
  constructor(window) {
    this.#window = window;
  }

  get #query() {
    return new URL(this.#window.location.href).searchParams;
  }

  get scanner() {
    return this.#query.get("scanner");
  }

  get enrollment() {
    return this.#query.get("enrollment");
  }

  /** @param {string | null} id */
  set enrollment(id) {
    const address = new URL(this.#window.location.href);
    if (id === null) address.searchParams.delete("enrollment");
    else address.searchParams.set("enrollment", id);
    this.#window.history.replaceState(null, "", address);
  }

  takeToken() {
    return takeToken(this.#window);
  }
}
