/**
 * The kiosk: what people do and what the service says becomes actions on the model; what follows
 * from the model (the view, subscriptions, waits) is done here and in the desks.
 *
 * @typedef {import("./model.js").Action} Action
 * @typedef {import("./model.js").Model} Model
 *
 * @typedef {object} Surroundings
 * @property {import("../channel-client/index.js").ChannelClient} client
 * @property {import("./api.js").Api} api
 * @property {import("../channel-client/timer.js").Clock} clock
 * @property {{ scanner: string | null, site: string | null, checkIns: boolean | null, enrollment: string | null, takeToken: () => string | null }} place
 * @property {{ show: (view: import("./view.js").View, painted: () => void) => void }} screen
 * @property {{ wake: () => void, play: (sound: import("./sounds.js").Sound) => void }} sounds
 * @property {import("../shared/language.js").Words} say
 * @property {Pick<Storage, "getItem" | "setItem" | "removeItem">} memory kept for this browser
 * @property {Pick<Storage, "getItem" | "setItem" | "removeItem">} tab kept for this tab
 * @property {string} clientId
 * @property {() => string} newKey
 */
import { SocketState } from "../channel-client/index.js";
import { isOver } from "../shared/enrollment.js";
import { tokenIn } from "../shared/sign-in-link.js";
import { Attention } from "./attention.js";
import { EnrollmentDesk } from "./enrollment-desk.js";
import { HelpDesk } from "./help.js";
import { next, start } from "./model.js";
import { PairingDesk } from "./pairing.js";
import { Patience } from "./patience.js";
import { PeopleDesk } from "./people.js";
import { ScannerDesk } from "./scanner-desk.js";
import { soundOf } from "./sounds.js";
import { view } from "./view.js";
import { Waits } from "../shared/waits.js";

const SIGNED_IN = "gateway.signedIn";
const PAIRED = "gateway.paired";
const SCANNER = "gateway.scanner";
const WISHES = Object.freeze({ sounds: "gateway.sounds", checkIns: "gateway.checkins" });

export class Kiosk {
  #around;
  /** @type {Model} */
  #model;
  #waits;
  #handlers;
  #people;
  #help;
  #pairing;
  #scanners;
  #enrollments;
  #attention;
  #knowsItself = false;

  /** @param {Surroundings} surroundings */
  constructor(surroundings) {
    this.#around = surroundings;
    this.#waits = new Waits(surroundings.clock);
    const desk = {
      ...surroundings,
      waits: this.#waits,
      model: () => this.#model,
      apply: (/** @type {Action} */ action) => this.#apply(action),
    };
    this.#people = new PeopleDesk(desk);
    this.#help = new HelpDesk(desk);
    this.#scanners = new ScannerDesk(desk);
    this.#enrollments = new EnrollmentDesk(desk);
    this.#attention = new Attention(desk);
    this.#pairing = new PairingDesk({ ...desk, paired: scanner => this.#paired(scanner) });
    this.#model = start({ ...this.#remembered(), names: this.#people.remembered() });
    this.#handlers = this.#made();
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
    this.#waits.start("link", Patience.LINK, () => this.#linkDown());
    this.#scanners.follow();
    if (place.enrollment !== null) this.#enrollments.follow(place.enrollment);
    this.#help.resume();
    this.#attention.begin();
    const token = place.takeToken();
    if (token !== null) await this.#exchange({ token });
    client.connect();
  }

  /** @param {string} text a token or a whole sign-in link */
  async signIn(text) {
    const token = tokenIn(text) ?? text.trim();
    if (token === "") {
      this.#apply({ type: "signInFailed", problem: { code: "empty" } });
      return;
    }
    if (await this.#exchange({ token })) this.#around.client.connect();
  }

  /** Somebody is in front of the page. */
  touched() {
    this.#attention.touched();
    if (this.#model.wishes.sounds) this.#around.sounds.wake();
  }

  /** @param {string} state of the connection */
  socketChanged(state) {
    if (state === SocketState.OPEN) {
      this.#waits.stop("link");
      this.#pairing.stop();
      this.#attention.linkUp();
      this.#apply({ type: "linkUp" });
      void this.#learnWhoWeAre();
    } else if (state === SocketState.REFUSED) {
      this.#askToSignIn();
    } else if (this.#model.link.up && !this.#waits.has("link")) {
      this.#waits.start("link", Patience.LINK, () => this.#linkDown());
    }
  }

  /** A request was told that the session is over. What is followed stays, and goes on when somebody has signed in. */
  signInLost() {
    if (this.#model.access === "needed") return;
    this.#around.client.disconnect();
    this.#askToSignIn();
  }

  #askToSignIn() {
    this.#waits.stop("link");
    this.#forgetSignIn();
    this.#apply({ type: "signInNeeded" });
    void this.#pairing.begin();
  }

  #remembered() {
    const { place, memory } = this.#around;
    const wishes = { sounds: memory.getItem(WISHES.sounds) === "on", checkIns: place.checkIns ?? memory.getItem(WISHES.checkIns) === "on" };
    return {
      pinned: place.scanner ?? memory.getItem(PAIRED),
      chosen: memory.getItem(SCANNER),
      canSignOut: memory.getItem(SIGNED_IN) !== null,
      wishes,
    };
  }

  #made() {
    return {
      signIn: (/** @type {string} */ text) => void this.signIn(text),
      signOut: () => void this.#signOut(),
      choose: (/** @type {string} */ device) => {
        this.#around.memory.setItem(SCANNER, device);
        this.#apply({ type: "chose", device });
      },
      writing: (/** @type {boolean} */ on) => this.#apply({ type: "writing", on }),
      type: (/** @type {string} */ person) => {
        this.#apply({ type: "typed", person });
        this.#people.search(person);
      },
      pick: (/** @type {import("./people.js").Person} */ person) => this.#apply({ type: "picked", person }),
      start: () => void this.#enrollments.start(),
      cancel: () => void this.#enrollments.cancel(),
      close: (/** @type {boolean} */ keepPerson) => this.#enrollments.close(keepPerson),
      dismiss: () => this.#apply({ type: "dismissed" }),
      greeted: () => this.#apply({ type: "greeted" }),
      wish: (/** @type {"sounds" | "checkIns"} */ name, /** @type {boolean} */ on) => this.#wish(name, on),
      help: this.#helpHandlers(),
    };
  }

  #helpHandlers() {
    const { say } = this.#around;
    return {
      open: () => {
        this.#apply({ type: "greeted" });
        this.#apply({ type: "helpOpened" });
        const { help, chosen } = this.#model;
        const place = chosen ?? say("help.nowhere");
        if (help.room === null && !help.calling) void this.#help.call(say("help.room", { place }), say("help.first", { place }));
      },
      leave: () => this.#apply({ type: "helpLeft" }),
      end: () => this.#help.end(),
      type: (/** @type {string} */ text) => this.#apply({ type: "helpTyped", text }),
      say: (/** @type {string} */ text) => {
        const { room } = this.#model.help;
        if (room !== null) void this.#help.say(room, text);
      },
    };
  }

  /**
   * @param {"sounds" | "checkIns"} name
   * @param {boolean} on
   */
  #wish(name, on) {
    this.#around.memory.setItem(WISHES[name], on ? "on" : "off");
    this.#apply({ type: "wish", name, on });
    if (name !== "sounds" || !on) return;
    this.#around.sounds.wake();
    this.#around.sounds.play("scan");
  }

  #linkDown() {
    this.#apply({ type: "linkDown", heardAt: this.#around.client.lastHeard });
  }

  /** What is offered here depends on who this page is: once per sign-in. */
  async #learnWhoWeAre() {
    if (this.#knowsItself) return;
    this.#knowsItself = true;
    const answer = await this.#around.api.me();
    const { kind, role, scanner } = answer.ok ? answer.value : {};
    if (kind === "kiosk") {
      this.#people.refuseSearches();
      this.#pin(scanner);
    } else {
      void this.#people.find("");
    }
    this.#apply({ type: "helpPossible", possible: answer.ok && role !== "viewer" });
    this.#apply({ type: "maySee", only: role === "viewer" });
    this.#attention.follow();
  }

  /** @param {string} scanner whose kiosk this screen has become */
  #paired(scanner) {
    this.#pin(scanner);
    this.#around.client.connect();
  }

  /** @param {string} scanner */
  #pin(scanner) {
    this.#around.memory.setItem(PAIRED, scanner);
    if (this.#model.pinned !== scanner) this.#apply({ type: "pinned", scanner });
    this.#scanners.followOnly(scanner);
  }

  /** @param {{ token: string }} credentials */
  async #exchange(credentials) {
    this.#apply({ type: "signInSent" });
    const answer = await this.#around.api.signIn(credentials.token);
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
    this.#help.end();
    this.#attention.end();
    this.#enrollments.leave();
    this.#apply({ type: "signedOut" });
    this.#scanners.follow();
    await this.#pairing.begin();
  }

  #forgetSignIn() {
    this.#around.memory.removeItem(SIGNED_IN);
    this.#around.memory.removeItem(PAIRED);
    this.#people.forget();
    this.#knowsItself = false;
  }

  /** @param {Action} action */
  #apply(action) {
    const before = this.#model;
    this.#model = next(before, action);
    if (this.#model === before) return;
    this.#follow(before);
    this.#render();
  }

  /** What a change of the model leads to. @param {Model} before */
  #follow(before) {
    const { enrollment, checkIns, people, start: { holder }, wishes } = this.#model;
    const sound = soundOf(before, this.#model);
    if (sound !== null && wishes.sounds) this.#around.sounds.play(sound);
    if (people.names !== before.people.names) this.#people.remember(people.names);
    const shown = [enrollment?.known?.person, holder?.person, checkIns.greeting?.person];
    void this.#people.name(this.#model, wishes.checkIns ? [...shown, ...checkIns.recent.map(({ person }) => person)] : shown);
    if (checkIns.greeting !== before.checkIns.greeting) this.#attention.greeted();
    this.#attention.changed();
    const ended = enrollment?.known && isOver(enrollment.known);
    if (before.enrollment !== null && (enrollment === null || ended)) this.#attention.touched();
  }

  #render() {
    const { screen, say } = this.#around;
    const { devices, checkIns, help } = this.#model;
    const painted = this.#enrollments.painted();
    screen.show(view(this.#model, say, this.#handlers), () => {
      this.#scanners.painted(devices.cursor);
      this.#attention.painted(checkIns.cursor);
      this.#help.painted(help);
      painted();
    });
  }
}
