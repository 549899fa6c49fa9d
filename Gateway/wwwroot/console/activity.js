/** What happened, one sentence for each event. */
import { h } from "../shared/dom.js";
import { href } from "./route.js";

/**
 * @typedef {import("./console.js").Scene} Scene
 * @typedef {import("./model.js").ChannelEvent} ChannelEvent
 */

/** @type {Record<string, string>} of events that are not simply news */
const MOODS = {
  succeeded: "good",
  in: "good",
  complete: "good",
  online: "good",
  failed: "bad",
  error: "bad",
  retry: "warn",
  unknown: "warn",
  expired: "warn",
  cancelled: "quiet",
  offline: "quiet",
  out: "quiet",
};

/** Told by what follows them anyway. */
const UNTOLD = new Set(["enrollments waiting", "enrollments armed", "devices changed", "jobs progress"]);

/**
 * @param {Scene} scene
 * @param {ChannelEvent[]} events newest first
 * @param {number} most
 */
export function activityList({ model, say, format }, events, most) {
  const told = events.filter(({ channel, type }) => !UNTOLD.has(`${channel.split("/")[0]} ${type}`)).slice(0, most);
  return h(
    "ol",
    { class: "activity" },
    told.map(event => {
      const [kind = "", id = ""] = event.channel.split("/");
      const text = sentence(event, kind, id, model, say);
      const linked = ["enrollments", "devices", "rooms"].includes(kind);
      return h(
        "li",
        { key: event.position, class: MOODS[event.type] ?? "" },
        h("time", { datetime: event.at, title: format.moment(event.at, model.now) }, format.moment(event.at, model.now)),
        linked ? h("a", { href: href(kind === "devices" ? "scanners" : kind, id) }, text) : h("span", null, text),
      );
    }),
  );
}

/**
 * @param {ChannelEvent} event
 * @param {string} kind
 * @param {string} id
 * @param {import("./model.js").Model} model
 * @param {import("../shared/language.js").Words} say
 */
function sentence({ type, data }, kind, id, model, say) {
  const enrollment = model.enrollments.items.get(id);
  const key = `event.${kind}.${type}`;
  if (!say.has(key)) return `${kind}/${id}: ${type}`;
  return say(key, {
    id,
    ...data,
    person: data["person"] ?? enrollment?.person ?? say("event.someone"),
    device: data["device"] ?? enrollment?.device ?? id,
    name: data["name"] ?? id,
    by: data["by"] ?? say("event.someone"),
    reason: reasonText(data["reason"], say),
  });
}

/**
 * @param {string | undefined} reason
 * @param {import("../shared/language.js").Words} say
 */
export function reasonText(reason, say) {
  if (reason === undefined) return "";
  return say.has(`reason.${reason}`) ? say(`reason.${reason}`) : reason;
}
