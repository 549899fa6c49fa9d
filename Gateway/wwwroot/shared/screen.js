/** Puts views on the document, once per frame, and says when one has been painted. */
import { patch } from "./dom.js";

/**
 * @typedef {object} View
 * @property {string} screen changes when there is something else to do: focus then moves to its heading
 * @property {string} title
 * @property {string} spoken what a screen reader says when it changes
 * @property {import("./dom.js").Node[]} tree
 */

export class Screen {
  #window;
  #root;
  #live;
  /** @type {{ view: View, painted: () => void } | null} the newest view that is not on the document yet */
  #waiting = null;
  /** @type {string | null} */
  #shown = null;

  /**
   * @param {Window} window
   * @param {{ root: Element, live: Element }} places
   */
  constructor(window, { root, live }) {
    this.#window = window;
    this.#root = root;
    this.#live = live;
  }

  /**
   * @param {View} view
   * @param {() => void} painted called after a frame that contains this view (or a newer one)
   */
  show(view, painted) {
    const scheduled = this.#waiting !== null;
    this.#waiting = { view, painted };
    if (!scheduled) this.#window.requestAnimationFrame(() => this.#frame());
  }

  #frame() {
    if (this.#waiting === null) return;
    const { view, painted } = this.#waiting;
    this.#waiting = null;
    this.render(view);
    // The frame that this callback belongs to is on the glass when the next one begins.
    this.#window.requestAnimationFrame(painted);
  }

  /** @param {View} view put on the document at once */
  render(view) {
    patch(this.#root, view.tree);
    this.#window.document.title = view.title;
    if (this.#live.textContent !== view.spoken) this.#live.textContent = view.spoken;
    this.#moveFocus(view.screen);
  }

  /** @param {string} screen */
  #moveFocus(screen) {
    const isFirst = this.#shown === null || this.#shown === "loading";
    if (screen !== this.#shown && !isFirst) {
      /** @type {HTMLElement | null} */ (this.#root.querySelector("h1"))?.focus({ preventScroll: true });
    }
    this.#shown = screen;
  }
}
