/** Follows the scanners: all of them, or, on a paired kiosk, the one that it may know. */
export class ScannerDesk {
  #around;
  /** @type {import("../channel-client/index.js").Channel | null} */
  #channel = null;
  #isFeed = true;

  /** @param {import("./enrollment-desk.js").DeskSurroundings} around */
  constructor(around) {
    this.#around = around;
  }

  follow() {
    const paired = this.#around.memory.getItem("gateway.paired");
    if (paired !== null) {
      this.followOnly(paired);
      return;
    }
    const { clientId, apply } = this.#around;
    this.#change("devices", {
      client: clientId,
      onState: ({ state, cursor }) => {
        apply({ type: "devices", items: state.items, cursor });
        if (state.next) void this.#more(state.next);
      },
      onEvent: (event, cursor) => apply({ type: "device", event, cursor }),
    });
    this.#isFeed = true;
  }

  /** @param {string} id */
  followOnly(id) {
    const { clientId, apply } = this.#around;
    if (this.#channel?.name === `devices/${id}`) return;
    this.#change(`devices/${id}`, {
      client: clientId,
      onState: ({ state, cursor }) => apply({ type: "devices", items: state === null || state.deleted ? [] : [state], cursor }),
      onEvent: (event, cursor) => apply({ type: "device", event, cursor }),
      onError: () => apply({ type: "devices", items: [], cursor: 0 }),
    });
    this.#isFeed = false;
  }

  /** @param {number} cursor */
  painted(cursor) {
    this.#channel?.painted(cursor);
  }

  /**
   * @param {string} name
   * @param {import("../channel-client/channel.js").ChannelOptions} options
   */
  #change(name, options) {
    const { client } = this.#around;
    if (this.#channel !== null) client.unsubscribe(this.#channel.name);
    this.#channel = client.subscribe(name, options);
  }

  /** @param {string} cursor */
  async #more(cursor) {
    for (let before = cursor; before && this.#isFeed; ) {
      const answer = await this.#around.api.moreDevices(before);
      if (!answer.ok) return;
      this.#around.apply({ type: "moreDevices", items: answer.value.items });
      before = answer.value.next;
    }
  }
}
