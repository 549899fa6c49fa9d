/**
 * A screen without a keyboard asks to become a kiosk: it shows a code until an operator confirms it.
 *
 * @typedef {{ code: string, secret: string, expiresAt: string }} Pairing
 */
const KEPT = "gateway.pairing";

/** Milliseconds. */
export const Pace = Object.freeze({ ASK: 2000, AGAIN: 10_000 });

export class PairingDesk {
  #around;

  /**
   * @param {{ api: import("./api.js").Api, clock: import("../channel-client/timer.js").Clock, waits: import("../shared/waits.js").Waits,
   *   tab: Pick<Storage, "getItem" | "setItem" | "removeItem">, apply: (action: any) => void, paired: (scanner: string) => void }} around
   */
  constructor(around) {
    this.#around = around;
  }

  /** Shows a code, a new one whenever it runs out. */
  async begin() {
    const { api, apply, waits, tab } = this.#around;
    if (waits.has("pairing")) return;
    // In place before the answer, so that a second call finds it.
    waits.start("pairing", Pace.AGAIN, () => void this.begin());
    let pairing = this.#kept();
    if (pairing === null) {
      const answer = await api.beginPairing();
      if (!answer.ok || !waits.has("pairing")) return;
      pairing = /** @type {Pairing} */ (answer.value);
      tab.setItem(KEPT, JSON.stringify(pairing));
    }
    apply({ type: "pairing", code: pairing.code });
    waits.start("pairing", Pace.ASK, () => void this.#ask(/** @type {Pairing} */ (pairing)));
  }

  stop() {
    this.#around.waits.stop("pairing");
    this.#around.tab.removeItem(KEPT);
  }

  /** @param {Pairing} pairing */
  async #ask(pairing) {
    const { api, waits, apply, paired } = this.#around;
    waits.start("pairing", Pace.AGAIN, () => void this.#ask(pairing));
    const answer = await api.askPairing(pairing.code, pairing.secret);
    if (!waits.has("pairing")) return;
    if (answer.ok && answer.value.state === "paired") {
      this.stop();
      paired(answer.value.scanner);
    } else if (answer.ok || answer.problem.code === "unreachable" || answer.problem.code === "limited") {
      waits.start("pairing", answer.ok ? Pace.ASK : Pace.AGAIN, () => void this.#ask(pairing));
    } else {
      this.stop();
      apply({ type: "pairing", code: null });
      await this.begin();
    }
  }

  /** The code of before a refresh, while it is good. */
  #kept() {
    try {
      const pairing = JSON.parse(this.#around.tab.getItem(KEPT) ?? "");
      return Date.parse(pairing.expiresAt) > this.#around.clock.now() + Pace.AGAIN ? pairing : null;
    } catch {
      return null;
    }
  }
}
