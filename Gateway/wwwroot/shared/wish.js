/** What was asked for and is not known to have happened: under the same key however often it is asked, so that it comes true once. */
export class Wish {
  #newKey;
  /** @type {{ wish: string, key: string } | null} */
  #open = null;

  /** @param {() => string} newKey */
  constructor(newKey) {
    this.#newKey = newKey;
  }

  /** @param {string} wish another one begins anew */
  keyOf(wish) {
    if (this.#open?.wish !== wish) this.#open = { wish, key: this.#newKey() };
    return this.#open.key;
  }

  /** It is known what became of it. */
  settled() {
    this.#open = null;
  }
}
