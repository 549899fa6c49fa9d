/**
 * The console: what people do and what the service says becomes actions on the model; what follows
 * from the model (the view, requests, subscriptions) is done here.
 *
 * @typedef {import("./model.js").Action} Action
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./dialog.js").Dialog} Dialog
 * @typedef {import("../shared/requests.js").Answer} Answer
 * @typedef {Console["act"]} Act
 *
 * @typedef {object} Scene what a view is a function of
 * @property {Model} model
 * @property {import("../shared/language.js").Words} say
 * @property {import("./format.js").Formats} format
 * @property {Act} act
 *
 * @typedef {object} Page
 * @property {string} section the place in the navigation that it belongs to
 * @property {(scene: Scene) => string} title
 * @property {(scene: Scene) => import("../shared/dom.js").Child[]} view
 * @property {(route: import("./route.js").Route, model: Model) => Record<string, string>} [loads] the answers it stands on, as paths by name
 * @property {(route: import("./route.js").Route, model: Model) => { path: string, seq: number } | null} [read] what whoever sees it has read, and where that is told
 * @property {string[]} [live] the feeds whose events make them stale at once; all are asked for again every ten seconds
 *
 * @typedef {object} Surroundings
 * @property {import("../channel-client/index.js").ChannelClient} client
 * @property {import("../shared/requests.js").Requests} requests
 * @property {import("../channel-client/timer.js").Clock} clock
 * @property {Window} window
 * @property {{ show: (make: () => { view: import("../shared/screen.js").View, painted: () => void }) => void }} screen
 * @property {import("../shared/language.js").Words} say
 * @property {import("./format.js").Formats} format
 * @property {() => string} newKey
 */
import { SocketState } from "../channel-client/index.js";
import { takeToken, tokenIn } from "../shared/sign-in-link.js";
import { valuesOf } from "./dialog.js";
import { Feeds } from "./feeds.js";
import { next, start } from "./model.js";
import { pageOf } from "./pages.js";
import { parseRoute, refined } from "./route.js";
import { allowed } from "./sections.js";
import { view } from "./shell.js";
import { Waits } from "../shared/waits.js";
import { Wish } from "../shared/wish.js";

/** Milliseconds. */
const Patience = Object.freeze({ LINK: 600, STALE: 500, TICK: 10_000, NOTICE: 6000, TYPING: 250, RENDER: 80 });

export class Console {
  #around;
  /** @type {Model} */
  #model;
  #waits;
  #feeds;
  #wish;
  /** requests for one name: only the newest counts */
  #asked = new Map();
  /** @type {Map<string, number>} how far the service was told that things have been read, by path */
  #read = new Map();

  /** @param {Surroundings} surroundings */
  constructor(surroundings) {
    this.#around = surroundings;
    const { clock, window } = surroundings;
    this.#waits = new Waits(clock);
    this.#wish = new Wish(surroundings.newKey);
    this.#model = start({ route: parseRoute(window.location.hash), now: clock.now() });
    this.#feeds = new Feeds({ ...surroundings, apply: action => this.#applySoon(action), heard: feed => this.#heard(feed) });
    this.act = {
      signIn: (/** @type {{ token: string } | { user: string, password: string }} */ who) => void this.#signIn(who),
      signOut: () => void this.#signOut(),
      reload: () => this.#reload(),
      refine: (/** @type {Record<string, string | null>} */ change) => this.act.go(refined(this.#model.route, change)),
      refineSoon: (/** @type {string} */ name, /** @type {string} */ text) => this.#refineSoon(name, text),
      forget: (/** @type {string[]} */ names) => names.forEach(name => this.#apply({ type: "drafted", name, value: "" })),
      draft: (/** @type {string} */ name, /** @type {string} */ value) => this.#apply({ type: "drafted", name, value }),
      open: (/** @type {Dialog} */ dialog) => this.#apply({ type: "dialog", dialog }),
      close: () => this.#apply({ type: "dialog", dialog: null }),
      fill: (/** @type {string} */ name, /** @type {string} */ value) => this.#fill(name, value),
      confirm: () => this.#confirm(),
      tell: (/** @type {string} */ text, failed = false) => this.#tell(text, failed),
      go: (/** @type {string} */ fragment) => {
        window.location.hash = fragment;
      },
      send: (/** @type {string} */ method, /** @type {string} */ path, /** @type {object | undefined} */ body = undefined) =>
        this.#send(method, path, body),
    };
  }

  get model() {
    return this.#model;
  }

  async run() {
    const { client, window } = this.#around;
    window.addEventListener("hashchange", () => this.#moved());
    this.#render();
    this.#waits.start("link", Patience.LINK, () => this.#linkDown());
    this.#tick();
    const token = takeToken(window);
    if (token !== null) await this.#exchange({ token });
    this.#feeds.follow();
    client.connect();
  }

  /** @param {string} state of the connection */
  socketChanged(state) {
    if (state === SocketState.OPEN) {
      this.#waits.stop("link");
      this.#apply({ type: "linkUp" });
      void this.#learnWho();
      this.#reload();
    } else if (state === SocketState.REFUSED) {
      this.#waits.stop("link");
      this.#apply({ type: "signInNeeded" });
    } else if (this.#model.link.up && !this.#waits.has("link")) {
      this.#waits.start("link", Patience.LINK, () => this.#linkDown());
    }
  }

  #linkDown() {
    this.#apply({ type: "linkDown", heardAt: this.#around.client.lastHeard });
  }

  #moved() {
    const { window } = this.#around;
    const token = takeToken(window);
    if (token !== null) return void this.#signIn({ token });
    const from = this.#model.route;
    this.#apply({ type: "went", route: parseRoute(window.location.hash) });
    const { page, id } = this.#model.route;
    if (from.page !== page || from.id !== id) {
      this.#asked.clear();
      this.#waits.stop("typing");
      window.scrollTo(0, 0);
    }
    this.#reload();
  }

  /** @param {{ token: string } | { user: string, password: string }} who */
  async #signIn(who) {
    const given = "token" in who ? { token: tokenIn(who.token) ?? who.token.trim() } : who;
    if ("token" in given && given.token === "") return this.#apply({ type: "signInFailed", problem: { code: "empty" } });
    if (!(await this.#exchange(given))) return;
    // A connection that is open was opened as somebody else.
    this.#around.client.disconnect();
    this.#feeds.follow();
    this.#around.client.connect();
  }

  /** @param {object} who */
  async #exchange(who) {
    this.#apply({ type: "signInSent" });
    const answer = await this.#around.requests.ask("POST", "/api/sign-in", who);
    this.#apply(answer.ok ? { type: "signedIn" } : { type: "signInFailed", problem: answer.problem });
    return answer.ok;
  }

  async #signOut() {
    const { requests, say } = this.#around;
    const answer = await requests.ask("DELETE", "/api/sign-in");
    if (!answer.ok && answer.problem.code !== "unauthenticated") return this.#tell(say("app.signOutFailed"), true);
    this.#leave();
  }

  /** A request was told that the session is over. Whoever signs in finds the same page; what was typed is nobody else's. */
  signInLost() {
    if (this.#model.access !== "needed") this.#leave();
  }

  #leave() {
    this.#around.client.disconnect();
    this.#waits.stop("link");
    this.#apply({ type: "signInNeeded" });
  }

  async #learnWho() {
    const answer = await this.#around.requests.ask("GET", "/api/me");
    if (!answer.ok) return;
    const wasRefused = !allowed(pageOf(this.#model.route).section, this.#model.me);
    this.#apply({ type: "me", me: answer.value });
    if (answer.value.kind === "kiosk") this.#leave();
    else if (wasRefused) this.#reload();
  }

  #tick() {
    const { clock, window } = this.#around;
    this.#apply({ type: "tick", now: clock.now() });
    if (this.#model.link.up && window.document.visibilityState === "visible") this.#reload();
    this.#waits.start("tick", Patience.TICK, () => this.#tick());
  }

  /** @param {string} feed */
  #heard(feed) {
    if (!pageOf(this.#model.route).live?.includes(feed) || this.#waits.has("stale")) return;
    this.#waits.start("stale", Patience.STALE, () => this.#reload());
  }

  #reload() {
    const { access, route, me } = this.#model;
    const page = pageOf(route);
    if (access !== "granted" || !allowed(page.section, me)) return;
    for (const [name, path] of Object.entries(page.loads?.(route, this.#model) ?? {})) void this.#load(name, path);
  }

  /**
   * @param {string} name
   * @param {string} path
   */
  async #load(name, path) {
    const { requests, clock } = this.#around;
    const asked = {};
    this.#asked.set(name, asked);
    const { page, id } = this.#model.route;
    const answer = await requests.ask("GET", path);
    const { route } = this.#model;
    if (this.#asked.get(name) !== asked || route.page !== page || route.id !== id) return;
    if (answer.ok) {
      this.#apply({ type: "loaded", name, path, value: answer.value, at: clock.now() });
      this.#loadWhatFollows();
    } else {
      this.#apply({ type: "loadFailed", name, path, problem: answer.problem });
    }
  }

  /** An answer may name what else the page stands on. */
  #loadWhatFollows() {
    const { route } = this.#model;
    for (const [name, path] of Object.entries(pageOf(route).loads?.(route, this.#model) ?? {})) {
      if (!this.#asked.has(name)) void this.#load(name, path);
    }
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  #refineSoon(name, text) {
    this.#apply({ type: "drafted", name: `filter-${name}`, value: text });
    this.#waits.start("typing", Patience.TYPING, () => this.act.refine({ [name]: text.trim() }));
  }

  /** @param {string} name @param {string} value */
  #fill(name, value) {
    const { dialog } = this.#model;
    if (dialog !== null) this.#apply({ type: "dialogChanged", change: { values: { ...dialog.values, [name]: value }, problem: null } });
  }

  async #confirm() {
    const { dialog } = this.#model;
    // Enter in a field of what is shown once must not close it.
    if (dialog === null || dialog.busy || dialog.run === undefined) return;
    const values = valuesOf(dialog);
    const missing = dialog.fields?.find(field => field.optional !== true && values[field.name]?.trim() === "");
    if (missing !== undefined) return this.#apply({ type: "dialogChanged", change: { problem: { code: "missing", field: missing.name } } });
    this.#apply({ type: "dialogChanged", change: { busy: true, problem: null } });
    const answer = await dialog.run(values);
    if (!answer.ok) return this.#apply({ type: "dialogChanged", change: { busy: false, problem: answer.problem } });
    const then = dialog.done?.(answer.value, values) ?? null;
    this.#apply({ type: "dialog", dialog: typeof then === "object" ? then : null });
    if (typeof then === "string") this.#tell(then);
    this.#reload();
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<Answer>}
   */
  async #send(method, path, body) {
    const { requests } = this.#around;
    if (method !== "POST") return requests.ask(method, path, body);
    const answer = await requests.ask(method, path, body, { "idempotency-key": this.#wish.keyOf(`${path} ${JSON.stringify(body)}`) });
    if (answer.ok || answer.problem.code !== "unreachable") this.#wish.settled();
    return answer;
  }

  /** @param {string} text @param {boolean} [failed] */
  #tell(text, failed = false) {
    this.#apply({ type: "notice", notice: { text, failed } });
    this.#waits.start("notice", Patience.NOTICE, () => this.#apply({ type: "notice", notice: null }));
  }

  /** @param {Action} action */
  #apply(action) {
    this.#model = next(this.#model, action);
    this.#render();
  }

  /**
   * What comes over feeds may come in hundreds a second; nobody reads faster than this.
   *
   * @param {Action} action
   */
  #applySoon(action) {
    this.#model = next(this.#model, action);
    if (!this.#waits.has("render")) this.#waits.start("render", Patience.RENDER, () => this.#render());
  }

  #render() {
    const { screen, say, format } = this.#around;
    screen.show(() => {
      const [seen, told] = [this.#seen(), this.#feeds.painted()];
      const painted = () => {
        told();
        if (seen !== null) this.#tellRead(seen);
      };
      return { view: view({ model: this.#model, say, format, act: this.act }), painted };
    });
  }

  #seen() {
    const { access, route } = this.#model;
    return access === "granted" ? (pageOf(route).read?.(route, this.#model) ?? null) : null;
  }

  /** Each mark once: one that fails is made good by the next. */
  #tellRead({ path = "", seq = 0 }) {
    const { requests, window } = this.#around;
    if (seq <= (this.#read.get(path) ?? 0) || window.document.visibilityState !== "visible") return;
    this.#read.set(path, seq);
    void requests.ask("POST", path, { seq });
  }
}
