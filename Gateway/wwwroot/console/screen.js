/** Puts the console on the document, once per frame, and keeps the one dialog a modal one. */
import { Screen } from "../shared/screen.js";

export class ConsoleScreen {
  #window;
  #screen;
  /** @type {(() => { view: import("../shared/screen.js").View, painted: () => void }) | null} */
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

  /** @param {() => { view: import("../shared/screen.js").View, painted: () => void }} make called when a frame is due, however often it was asked for */
  show(make) {
    const scheduled = this.#waiting !== null;
    this.#waiting = make;
    if (!scheduled) this.#window.requestAnimationFrame(() => this.#render());
  }

  #render() {
    const make = this.#waiting;
    this.#waiting = null;
    if (make === null) return;
    const { view, painted } = make();
    this.#screen.render(view);
    // The frame that this callback belongs to is on the glass when the next one begins.
    this.#window.requestAnimationFrame(painted);
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
