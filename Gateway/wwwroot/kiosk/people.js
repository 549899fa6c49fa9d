/**
 * Who there is: people found while somebody types, and the names of those whom the page shows by their id.
 *
 * @typedef {{ id: string, name?: string | null, registered?: boolean }} Person
 *
 * @typedef {object} People
 * @property {boolean} known
 * @property {Person[]} items found by what is typed, who came last first
 * @property {string | null} picked the id of whoever was chosen from the list
 * @property {Record<string, string>} names by id, of people who have one
 */

/** Milliseconds from the last key to the search. */
export const SEARCH_AFTER_MS = 180;

export const noPeople = Object.freeze({ known: false, items: [], picked: null, names: {} });

/**
 * @param {Person[]} people
 * @returns {Record<string, string>}
 */
export function namesOf(people) {
  return Object.fromEntries(people.flatMap(({ id, name }) => (name ? [[id, name]] : [])));
}

/**
 * The person whom the field names: who was picked, else the only one of that name or id, else somebody new.
 *
 * @param {People} people
 * @param {string} typed
 */
export function personMeant({ items, picked }, typed) {
  const text = typed.trim();
  if (picked !== null) return picked;
  const same = items.filter(({ id, name }) => [id, name].some(known => known?.toLowerCase() === text.toLowerCase()));
  return same.length === 1 && same[0] !== undefined ? same[0].id : text;
}

/** Asks the service for people; where this page may not know them, it simply has no list. */
export class PeopleDesk {
  #api;
  #apply;
  #waits;
  #tab;
  #areSearchesRefused = false;
  #asked = 0;
  /** @type {Set<string>} ids that were asked for by name */
  #wanted = new Set();

  /**
   * @param {{ api: import("./api.js").Api, apply: (action: import("./model.js").Action) => void, waits: import("../shared/waits.js").Waits, tab: Pick<Storage, "getItem" | "setItem"> }} surroundings
   */
  constructor({ api, apply, waits, tab }) {
    this.#api = api;
    this.#apply = apply;
    this.#waits = waits;
    this.#tab = tab;
  }

  /** Names that this tab showed before its refresh: the first paint bears them already. */
  remembered() {
    try {
      return /** @type {Record<string, string>} */ (JSON.parse(this.#tab.getItem("gateway.names") ?? "{}"));
    } catch {
      return {};
    }
  }

  /** @param {string} text */
  search(text) {
    this.#waits.start("search", SEARCH_AFTER_MS, () => void this.find(text));
  }

  /** @param {string} text */
  async find(text) {
    if (this.#areSearchesRefused) return;
    const asked = ++this.#asked;
    const answer = await this.#api.people(text.trim());
    if (asked !== this.#asked) return;
    if (answer.ok) this.#apply({ type: "people", items: answer.value.items });
    else this.#areSearchesRefused = answer.problem.code === "forbidden";
  }

  /**
   * @param {import("./model.js").Model} model
   * @param {(string | undefined)[]} ids of people who are about to be shown
   */
  async name({ people }, ids) {
    const unknown = ids.filter(id => id !== undefined && !(id in people.names) && !this.#wanted.has(id));
    for (const id of /** @type {string[]} */ (unknown)) {
      this.#wanted.add(id);
      const answer = await this.#api.person(id);
      if (answer.ok && answer.value.name) this.#apply({ type: "named", id, name: answer.value.name });
      // An enrollment makes its person, and a name may be given later: nothing is known for good but whose name is not told here.
      if (!answer.ok && answer.problem.code !== "forbidden") this.#wanted.delete(id);
    }
  }

  /** @param {Record<string, string>} names */
  remember(names) {
    this.#tab.setItem("gateway.names", JSON.stringify(names));
  }

  /** Whoever this page is may know people one by one, as they come. */
  refuseSearches() {
    this.#areSearchesRefused = true;
  }

  /** Somebody else may be signed in now. */
  forget() {
    this.#areSearchesRefused = false;
    this.#wanted.clear();
    this.#tab.setItem("gateway.names", "{}");
  }
}
