/** Puts the console on the document, once per frame, and keeps the one dialog a modal one. */
import { Screen } from "../shared/screen.js";

export class ConsoleScreen {
  #window;
  #screen;
  /** @type {(() => import("../shared/screen.js").View) | null} */
  #waiting = null;
  /** @type {Element | null} what had the focus before the dialog */
  #before = null;

  /**
   * @param {Window} window
   * @param {{ root: Element, live: Element }} places
   */
  constructor(window, places) {
    this.#window = window;
    this.#screen = new Screen(window, places);
  }

  /** @param {() => import("../shared/screen.js").View} view made when a frame is due, however often it was asked for until then */
  show(view) {
    const scheduled = this.#waiting !== null;
    this.#waiting = view;
    if (!scheduled) this.#window.requestAnimationFrame(() => this.#render());
  }

  #render() {
    const view = this.#waiting;
    this.#waiting = null;
    if (view !== null) this.#screen.render(view());
    const { document } = this.#window;
    const dialog = document.querySelector("dialog");
    if (dialog !== null && !dialog.open) {
      this.#before ??= document.activeElement;
      dialog.showModal();
      /** @type {HTMLElement | null} */ (dialog.querySelector("input, select"))?.focus();
    } else if (dialog === null && this.#before !== null) {
      if (this.#before.isConnected) /** @type {HTMLElement} */ (this.#before).focus();
      this.#before = null;
    }
  }
}
