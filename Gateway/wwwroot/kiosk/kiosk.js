/**
 * The kiosk: what people do and what the service says becomes actions on the model; what follows
 * from the model (the view, subscriptions, waits) is done here.
 *
 * @typedef {import("./model.js").Action} Action
 * @typedef {import("./model.js").Model} Model
 *
 * @typedef {object} Surroundings
 * @property {import("../channel-client/index.js").ChannelClient} client
 * @property {import("./api.js").Api} api
 * @property {import("../channel-client/timer.js").Clock} clock
 * @property {{ scanner: string | null, enrollment: string | null, takeToken: () => string | null }} place
 * @property {{ show: (view: import("./view.js").View, painted: () => void) => void }} screen
 * @property {import("../shared/language.js").Words} say
 * @property {Storage} memory kept for this browser
 * @property {string} clientId
 * @property {() => string} newKey
 */
import { SocketState } from "../channel-client/index.js";
import { isOver } from "../shared/enrollment.js";
import { tokenIn } from "../shared/sign-in-link.js";
import { next, start } from "./model.js";
import { Stay } from "./view-enroll.js";
import { view } from "./view.js";

/** Milliseconds. */
export const Patience = Object.freeze({
  /** shorter losses of the link are not worth a word */
  LINK: 600,
  /** after this the service, too, calls a scanner's silence `no_answer` */
  ANSWER: 10_000,
});

const SIGNED_IN = "gateway.signedIn";

export class Kiosk {
  #around;
  /** @type {Model} */
  #model;
  #handlers;
  /** @type {import("../channel-client/index.js").Channel | null} */
  #devices = null;
  /** @type {import("../channel-client/index.js").Channel | null} */
  #enrollment = null;
  /** @type {{ wish: string, key: string } | null} the start that was asked for and is not known to have happened */
  #wish = null;
  /** @type {Map<string, unknown>} running waits by name */
  #waits = new Map();

  /** @param {Surroundings} surroundings */
  constructor(surroundings) {
    this.#around = surroundings;
    const { place, memory } = surroundings;
    this.#model = start({ pinned: place.scanner, canSignOut: memory.getItem(SIGNED_IN) !== null });
    this.#handlers = {
      signIn: (/** @type {string} */ text) => void this.signIn(text),
      signOut: () => void this.#signOut(),
      choose: (/** @type {string} */ device) => this.#apply({ type: "chose", device }),
      type: (/** @type {string} */ person) => this.#apply({ type: "typed", person }),
      start: () => void this.#start(),
      cancel: () => void this.#cancel(),
      close: (/** @type {boolean} */ keepPerson) => this.#close(keepPerson),
    };
  }

  get model() {
    return this.#model;
  }

  get handlers() {
    return this.#handlers;
  }

  async run() {
    const { client, place } = this.#around;
    this.#render();
    this.#wait("link", Patience.LINK, () => this.#linkDown());
    this.#followDevices();
    if (place.enrollment !== null) this.#follow(place.enrollment);
    const token = place.takeToken();
    if (token !== null) await this.#exchange(token);
    client.connect();
  }

  /** @param {string} text a token or a whole sign-in link */
  async signIn(text) {
    const token = tokenIn(text) ?? text.trim();
    if (token === "") {
      this.#apply({ type: "signInFailed", problem: { code: "empty" } });
      return;
    }
    if (await this.#exchange(token)) this.#around.client.connect();
  }

  /** @param {string} state of the connection */
  socketChanged(state) {
    if (state === SocketState.OPEN) {
      this.#stopWaiting("link");
      this.#apply({ type: "linkUp" });
    } else if (state === SocketState.REFUSED) {
      this.#stopWaiting("link");
      this.#forgetSignIn();
      this.#apply({ type: "signInNeeded" });
    } else if (this.#model.link.up && !this.#waits.has("link")) {
      this.#wait("link", Patience.LINK, () => this.#linkDown());
    }
  }

  #linkDown() {
    this.#apply({ type: "linkDown", heardAt: this.#around.client.lastHeard });
  }

  /** @param {string} token */
  async #exchange(token) {
    this.#apply({ type: "signInSent" });
    const answer = await this.#around.api.signIn(token);
    if (answer.ok) {
      this.#around.memory.setItem(SIGNED_IN, "yes");
      this.#apply({ type: "signedIn" });
    } else {
      this.#apply({ type: "signInFailed", problem: answer.problem });
    }
    return answer.ok;
  }

  async #signOut() {
    const { api, client } = this.#around;
    const answer = await api.signOut();
    if (!answer.ok && answer.problem.code !== "unauthenticated") return;
    client.disconnect();
    this.#forgetSignIn();
    this.#leave();
    this.#apply({ type: "signedOut" });
    this.#followDevices();
  }

  #forgetSignIn() {
    this.#around.memory.removeItem(SIGNED_IN);
  }

  #followDevices() {
    const { client, clientId } = this.#around;
    this.#devices = client.subscribe("devices", {
      client: clientId,
      onState: ({ state, cursor }) => {
        this.#apply({ type: "devices", items: state.items, cursor });
        if (state.next) void this.#moreDevices(state.next);
      },
      onEvent: (event, cursor) => this.#apply({ type: "device", event, cursor }),
    });
  }

  /** @param {string} cursor */
  async #moreDevices(cursor) {
    for (let before = cursor; before; ) {
      const answer = await this.#around.api.moreDevices(before);
      if (!answer.ok) return;
      this.#apply({ type: "moreDevices", items: answer.value.items });
      before = answer.value.next;
    }
  }

  async #start() {
    const { chosen, person, start: { busy } } = this.#model;
    const wanted = { device: chosen ?? "", person: person.trim() };
    if (busy) return;
    if (wanted.device === "") return this.#apply({ type: "startFailed", problem: { code: "noScanner" } });
    if (wanted.person === "") return this.#apply({ type: "startFailed", problem: { code: "noPerson" } });

    const wish = JSON.stringify(wanted);
    if (this.#wish?.wish !== wish) this.#wish = { wish, key: this.#around.newKey() };
    this.#apply({ type: "startSent" });
    const answer = await this.#around.api.enroll(wanted, this.#wish.key);
    if (answer.ok) {
      this.#wish = null;
      this.#around.place.enrollment = answer.value.id;
      this.#follow(answer.value.id);
    } else {
      this.#apply({ type: "startFailed", problem: answer.problem });
      if (answer.problem.code === "unauthenticated") this.#apply({ type: "signInNeeded" });
    }
  }

  /** @param {string} id */
  #follow(id) {
    const { client, clientId } = this.#around;
    this.#apply({ type: "opened", id });
    this.#enrollment = client.subscribe(`enrollments/${id}`, {
      client: clientId,
      onState: ({ state, cursor }) => this.#learn({ type: "state", state, cursor }),
      onEvent: (event, cursor) => this.#learn({ type: "event", event, cursor }),
      onError: () => this.#apply({ type: "missing" }),
    });
  }

  /** @param {Action} action news of the enrollment */
  #learn(action) {
    this.#apply(action);
    const known = this.#model.enrollment?.known;
    if (!known) return;
    this.#stopWaiting("answer");
    if (known.state === "requested") {
      this.#wait("answer", Patience.ANSWER, () => this.#apply({ type: "unanswered" }));
    } else if (isOver(known)) {
      const stay = known.state === "succeeded" ? Stay.DONE_MS : Stay.ENDED_MS;
      this.#wait("end", stay, () => this.#close(false));
    }
  }

  async #cancel() {
    const following = this.#model.enrollment;
    if (following === null || following.cancelling) return;
    this.#apply({ type: "cancelSent" });
    const answer = await this.#around.api.cancel(following.id);
    if (this.#model.enrollment?.id !== following.id) return;
    // That it is cancelled, or has ended otherwise before, comes over its channel.
    const ended = answer.ok || answer.problem.code === "terminal";
    this.#apply(ended ? { type: "cancelAnswered" } : { type: "cancelFailed", problem: /** @type {any} */ (answer).problem });
  }

  /** @param {boolean} keepPerson */
  #close(keepPerson) {
    this.#leave();
    this.#apply({ type: "closed", keepPerson });
  }

  #leave() {
    this.#stopWaiting("answer");
    this.#stopWaiting("end");
    if (this.#enrollment !== null) this.#around.client.unsubscribe(this.#enrollment.name);
    this.#enrollment = null;
    this.#around.place.enrollment = null;
  }

  /** @param {Action} action */
  #apply(action) {
    this.#model = next(this.#model, action);
    this.#render();
  }

  #render() {
    const { screen, say } = this.#around;
    const { devices, enrollment } = this.#model;
    const channel = this.#enrollment;
    screen.show(view(this.#model, say, this.#handlers), () => {
      this.#devices?.painted(devices.cursor);
      if (enrollment !== null) channel?.painted(enrollment.cursor);
    });
  }

  /**
   * @param {string} name
   * @param {number} ms
   * @param {() => void} action
   */
  #wait(name, ms, action) {
    const { clock } = this.#around;
    this.#stopWaiting(name);
    this.#waits.set(name, clock.setTimeout(() => {
      this.#waits.delete(name);
      action();
    }, ms));
  }

  /** @param {string} name */
  #stopWaiting(name) {
    if (!this.#waits.has(name)) return;
    this.#around.clock.clearTimeout(this.#waits.get(name));
    this.#waits.delete(name);
  }
}
