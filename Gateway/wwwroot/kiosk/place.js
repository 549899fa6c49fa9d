/** The page's address: which enrollment and which scanner it is about, and the token of a sign-in link. */
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

  /** The token leaves the address, and with it the history, in the moment it is read. */
  takeToken() {
    const address = new URL(this.#window.location.href);
    const token = tokenIn(address.hash);
    if (token !== null) {
      address.hash = "";
      this.#window.history.replaceState(null, "", address);
    }
    return token;
  }
}

/** @param {string} text a sign-in link, or its fragment */
export function tokenIn(text) {
  const start = text.indexOf("#token=");
  return start < 0 ? null : decodeURIComponent(text.slice(start + "#token=".length));
}
