/** Notices who comes and goes: greets whoever checks in, and invites the next person when nobody has touched the page for a while. */
import { greets, Greeting } from "./checkins.js";
import { chosenDevice } from "./model.js";
import { Patience } from "./patience.js";

/** What arrives this soon after the connection may have waited for it: nobody is greeted who went by long ago. */
const CATCHING_UP_MS = 1500;

export class Attention {
  #around;
  /** @type {import("../channel-client/index.js").Channel | null} */
  #channel = null;
  /** @type {string | null} */
  #site = null;
  #isWanted = false;

  /** @param {import("./enrollment-desk.js").DeskSurroundings} around */
  constructor(around) {
    this.#around = around;
  }

  begin() {
    this.touched();
  }

  touched() {
    const { apply, waits, model } = this.#around;
    apply({ type: "touched" });
    waits.start("idle", Patience.IDLE, () => {
      const { enrollment, help, access, start } = model();
      const isFree = enrollment === null && access === "granted" && !start.busy && !help.open;
      if (isFree) apply({ type: "idle" });
      else this.touched();
    });
  }

  linkUp() {
    this.#around.waits.start("catchingUp", CATCHING_UP_MS, () => {});
  }

  /** From now on. */
  follow() {
    this.#isWanted = true;
    this.changed();
  }

  /**
   * Follows the site of this page: named in its address, or that of its scanner. Not while somebody enrolls: nobody is greeted then,
   * and where WebSockets are blocked, places for waiting requests are few.
   */
  changed() {
    const { client, clientId, apply, waits, model } = this.#around;
    const site = this.#isWanted && model().enrollment === null ? this.#siteOfThePage() : null;
    const name = site === null ? null : `checkins/${site}`;
    if (this.#site === name) return;
    this.#leave();
    this.#site = name;
    if (name === null) return;
    this.#channel = client.subscribe(name, {
      client: clientId,
      onState: ({ state, cursor }) => apply({ type: "checkIns", state, cursor }),
      onEvent: (event, cursor) => apply({ type: "checkIn", event, cursor, greets: !waits.has("catchingUp") && greets(event, model().pinned) }),
    });
  }

  /** Null while that is not known: a kiosk may follow no site but its scanner's. */
  #siteOfThePage() {
    const { place, model } = this.#around;
    const device = chosenDevice(model());
    const isAwaited = device === undefined && model().pinned !== null;
    return place.site ?? device?.site ?? (isAwaited ? null : "main");
  }

  end() {
    this.#isWanted = false;
    this.changed();
  }

  #leave() {
    if (this.#channel !== null) this.#around.client.unsubscribe(this.#channel.name);
    this.#channel = null;
  }

  /** A greeting has come, or has been taken back. */
  greeted() {
    const { waits, apply, model } = this.#around;
    const { greeting } = model().checkIns;
    waits.stop("greeting");
    if (greeting === null) return;
    const stay = greeting.type === "unknown" ? Greeting.UNKNOWN_MS : Greeting.PASSED_MS;
    waits.start("greeting", stay, () => apply({ type: "greeted" }));
  }

  /** @param {number} cursor */
  painted(cursor) {
    this.#channel?.painted(cursor);
  }
}
