/**
 * Starts an enrollment, follows it to its end, and makes room for the next.
 *
 * @typedef {import("./kiosk.js").Surroundings & {
 *   waits: import("../shared/waits.js").Waits, model: () => import("./model.js").Model, apply: (action: import("./model.js").Action) => void,
 * }} DeskSurroundings
 */
import { isOver } from "../shared/enrollment.js";
import { Wish } from "../shared/wish.js";
import { chosenDevice } from "./model.js";
import { Patience, Stay } from "./patience.js";
import { personMeant } from "./people.js";

/** How often is looked whether the scanner is free again. A subscription would keep the other one from being abandoned. */
export const HOLDER_MS = 2000;

/** The enrollment that was cancelled in this tab: after a refresh, that is still no other page's doing. */
const CANCELLED = "gateway.cancelled";

export class EnrollmentDesk {
  #around;
  /** @type {import("../channel-client/index.js").Channel | null} */
  #channel = null;
  #wish;

  /** @param {DeskSurroundings} around */
  constructor(around) {
    this.#around = around;
    this.#wish = new Wish(around.newKey);
  }

  async start() {
    const { apply, api, place } = this.#around;
    const model = this.#around.model();
    const wanted = { device: chosenDevice(model)?.id ?? "", person: personMeant(model.people, model.person) };
    if (model.start.busy || model.onlySees) return;
    if (wanted.device === "") return apply({ type: "startFailed", problem: { code: "noScanner" } });
    if (wanted.person === "") return apply({ type: "startFailed", problem: { code: "noPerson" } });

    apply({ type: "startSent" });
    const answer = await api.enroll(wanted, this.#wish.keyOf(JSON.stringify(wanted)));
    if (answer.ok) {
      this.#wish.settled();
      place.enrollment = answer.value.id;
      this.follow(answer.value.id);
      return;
    }
    apply({ type: "startFailed", problem: answer.problem });
    if (answer.problem.code === "device_busy") void this.#lookAtHolder(answer.problem.holder);
  }

  /** @param {string} id */
  follow(id) {
    const { client, clientId, tab, apply } = this.#around;
    apply({ type: "opened", id, cancelledHere: tab.getItem(CANCELLED) === id });
    this.#channel = client.subscribe(`enrollments/${id}`, {
      client: clientId,
      onState: ({ state, cursor }) => this.#learn({ type: "state", state, cursor }),
      onEvent: (event, cursor) => this.#learn({ type: "event", event, cursor }),
      onError: () => apply({ type: "missing" }),
    });
  }

  async cancel() {
    const { apply, api, tab, model } = this.#around;
    const following = model().enrollment;
    if (following === null || following.cancelling) return;
    apply({ type: "cancelSent" });
    tab.setItem(CANCELLED, following.id);
    const answer = await api.cancel(following.id);
    if (model().enrollment?.id !== following.id) return;
    // That it is cancelled, or has ended otherwise before, comes over its channel.
    const ended = answer.ok || answer.problem.code === "terminal";
    apply(ended ? { type: "cancelAnswered" } : { type: "cancelFailed", problem: /** @type {any} */ (answer).problem });
  }

  /** @param {boolean} keepPerson */
  close(keepPerson) {
    this.leave();
    this.#around.apply({ type: "closed", keepPerson });
  }

  leave() {
    const { waits, client, place } = this.#around;
    waits.stop("answer");
    waits.stop("end");
    if (this.#channel !== null) client.unsubscribe(this.#channel.name);
    this.#channel = null;
    place.enrollment = null;
  }

  /** What is to be called after the paint of what is known now. */
  painted() {
    const channel = this.#channel;
    const cursor = this.#around.model().enrollment?.cursor;
    return () => {
      if (cursor !== undefined) channel?.painted(cursor);
    };
  }

  /** @param {import("./following.js").FollowingAction} action news of the enrollment */
  #learn(action) {
    const { apply, waits, model } = this.#around;
    apply(action);
    const known = model().enrollment?.known;
    if (!known) return;
    waits.stop("answer");
    if (known.state === "requested") {
      waits.start("answer", Patience.ANSWER, () => apply({ type: "unanswered" }));
    } else if (isOver(known)) {
      waits.start("end", known.state === "succeeded" ? Stay.DONE_MS : Stay.ENDED_MS, () => this.close(false));
    }
  }

  /** Who is in the way, and until they are not any more. @param {string} holder */
  async #lookAtHolder(holder) {
    const { api, apply, waits, model } = this.#around;
    const isWanted = () => model().start.problem?.holder === holder;
    const answer = await api.enrollment(holder);
    if (!isWanted()) return;
    if (answer.ok && isOver(answer.value.state)) {
      apply({ type: "freed" });
      return;
    }
    if (answer.ok) apply({ type: "holder", known: answer.value.state });
    waits.start("holder", HOLDER_MS, () => isWanted() && void this.#lookAtHolder(holder));
  }
}
