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

  get site() {
    return this.#query.get("site");
  }

  /** Whether the last check-ins are to be shown; null: as this browser remembers it. */
  get checkIns() {
    const wanted = this.#query.get("checkins");
    return wanted === null ? null : wanted !== "0";
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
