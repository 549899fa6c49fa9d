/**
 * A call for help: a room with whoever operates the place. It outlives refreshes of this tab.
 *
 * @typedef {{ id: string, text: string, at: string, mine: boolean, gone: boolean }} Message
 *
 * @typedef {object} Help
 * @property {boolean} possible this page may open a room
 * @property {boolean} open its screen is shown
 * @property {string | null} room
 * @property {boolean} calling
 * @property {Message[]} messages
 * @property {number} cursor
 * @property {number} seen how many of the messages were on the screen
 * @property {string} draft
 * @property {import("../shared/requests.js").Problem | null} problem
 *
 * @typedef {{ type: "helpPossible", possible: boolean } | { type: "helpOpened" } | { type: "helpLeft" } | { type: "helpEnded" }
 *   | { type: "helpCalling" } | { type: "helpRoom", room: string } | { type: "helpTyped", text: string } | { type: "helpSent" }
 *   | { type: "helpMessage", message: Message, cursor: number } | { type: "helpChanged", message: string, text: string | null, cursor: number } | { type: "helpFailed", problem: import("../shared/requests.js").Problem }} HelpAction
 */

/** Messages beyond this are the operator's to look up. */
const KEPT = 50;

/** @type {Help} */
export const noHelp = Object.freeze({
  possible: false, open: false, room: null, calling: false, messages: [], cursor: 0, seen: 0, draft: "", problem: null,
});

/**
 * @param {Help} before
 * @param {HelpAction} action
 * @returns {Help}
 */
export function foldHelp(before, action) {
  switch (action.type) {
    case "helpPossible":
      return { ...before, possible: action.possible };
    case "helpOpened":
      return { ...before, open: true, seen: before.messages.length, problem: null };
    case "helpLeft":
      return { ...before, open: false };
    case "helpEnded":
      return { ...noHelp, possible: before.possible };
    case "helpCalling":
      return { ...before, calling: true, problem: null };
    case "helpRoom":
      return { ...before, calling: false, room: action.room };
    case "helpTyped":
      return { ...before, draft: action.text };
    case "helpSent":
      return { ...before, draft: "", problem: null };
    case "helpMessage": {
      const messages = [...before.messages, action.message].slice(-KEPT);
      return { ...before, messages, cursor: action.cursor, seen: before.open ? messages.length : before.seen };
    }
    case "helpChanged": {
      const changed = (/** @type {Message} */ one) => (one.id === action.message ? { ...one, text: action.text ?? "", gone: action.text === null } : one);
      return { ...before, messages: before.messages.map(changed), cursor: action.cursor };
    }
    case "helpFailed":
      return { ...before, calling: false, problem: action.problem };
  }
}

/** Opens the room, speaks in it and hears what is said there. */
export class HelpDesk {
  #around;
  /** @type {import("../channel-client/index.js").Channel | null} */
  #channel = null;
  /** @type {{ text: string, key: string } | null} what was said and is not known to have arrived */
  #saying = null;

  /**
   * @param {{ client: import("../channel-client/index.js").ChannelClient, api: import("./api.js").Api, apply: (action: any) => void,
   *   tab: Pick<Storage, "getItem" | "setItem" | "removeItem">, clientId: string, newKey: () => string }} around
   */
  constructor(around) {
    this.#around = around;
  }

  /** After a refresh: the call goes on. */
  resume() {
    const room = this.#around.tab.getItem("gateway.help");
    if (room !== null) this.#follow(room);
  }

  /**
   * @param {string} name of the room
   * @param {string} text the first message
   */
  async call(name, text) {
    const { api, apply, tab, newKey } = this.#around;
    apply({ type: "helpCalling" });
    const answer = await api.openRoom(name, newKey());
    if (!answer.ok) {
      apply({ type: "helpFailed", problem: answer.problem });
      return;
    }
    tab.setItem("gateway.help", answer.value.id);
    this.#follow(answer.value.id);
    await this.say(answer.value.id, text);
  }

  /**
   * @param {string} room
   * @param {string} text
   */
  async say(room, text) {
    const { api, apply, clientId, newKey } = this.#around;
    if (text.trim() === "") return;
    if (this.#saying?.text !== text) this.#saying = { text, key: `${clientId.slice(0, 16)}.${newKey().slice(0, 16)}` };
    const answer = await api.speak(room, text.trim(), this.#saying.key);
    if (answer.ok) this.#saying = null;
    apply(answer.ok ? { type: "helpSent" } : { type: "helpFailed", problem: answer.problem });
  }

  end() {
    this.#around.tab.removeItem("gateway.help");
    if (this.#channel !== null) this.#around.client.unsubscribe(this.#channel.name);
    this.#channel = null;
    this.#around.apply({ type: "helpEnded" });
  }

  /**
   * What is on the open screen is before somebody's eyes; what came while another one was shown has come, and no more.
   *
   * @param {Help} help
   */
  painted({ cursor, open }) {
    if (open) this.#channel?.read(cursor);
    else this.#channel?.painted(cursor);
  }

  /** @param {string} room */
  #follow(room) {
    const { client, apply, clientId } = this.#around;
    apply({ type: "helpRoom", room });
    const mine = clientId.slice(0, 16);
    this.#channel = client.subscribe(`rooms/${room}`, {
      since: 0,
      client: clientId,
      onEvent: ({ type, at, data }, cursor) => {
        const said = data.data ?? null;
        const text = typeof said?.text === "string" ? said.text : String(said ?? "");
        if (type === "message") {
          const isMine = String(data.key ?? "").startsWith(`${mine}.`);
          apply({ type: "helpMessage", message: { id: data.id, text, at, mine: isMine, gone: said === null }, cursor });
        }
        if (type === "edited" || type === "deleted") apply({ type: "helpChanged", message: data.message, text: said === null ? null : text, cursor });
      },
      onError: () => this.end(),
    });
  }
}
