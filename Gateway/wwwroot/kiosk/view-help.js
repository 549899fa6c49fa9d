/** A call for help: what was said, and a line to say more. */
import { h } from "../shared/dom.js";
import { clockTime } from "../shared/language.js";
import { problemText } from "../shared/problems.js";

/**
 * @param {import("./model.js").Model} model
 * @param {import("../shared/language.js").Words} say
 * @param {import("./view.js").Handlers} handlers
 * @returns {import("./view.js").Screen}
 */
export function helpScreen({ help }, say, handlers) {
  const { messages, draft, problem, room, calling } = help;
  const last = messages.at(-1);
  const state = room === null ? (calling ? "help.calling" : "help.failed") : messages.some(({ mine }) => !mine) ? "help.talking" : "help.called";
  const error = problem === null ? null : problemText(problem, say, "help");
  return {
    name: "help",
    title: say("help.title"),
    spoken: error ?? (last !== undefined && !last.mine ? (last.gone ? say("help.deleted") : say("help.answer", { text: last.text })) : say(state)),
    body: [
      h("div", { class: "head" }, h("h1", { tabindex: -1 }, say("help.title")), h("p", { class: "lead" }, say(state))),
      h(
        "ol",
        { class: "talk", "aria-label": say("help.messages"), tabindex: 0 },
        messages
          .map(({ id, text, at, mine, gone }) =>
            h(
              "li",
              { key: id, class: mine ? "mine" : "theirs" },
              h("span", { class: "by" }, say(mine ? "help.me" : "help.operator"), " ", h("time", { datetime: at }, clockTime(at).slice(0, 5))),
              h("span", { class: gone ? "text gone" : "text" }, gone ? say("help.deleted") : text),
            ),
          )
          .reverse(),
      ),
      h(
        "form",
        {
          novalidate: true,
          onsubmit: (/** @type {SubmitEvent} */ event) => {
            event.preventDefault();
            handlers.help.say(draft);
          },
        },
        h("label", { for: "message", class: "unseen" }, say("help.message")),
        h(
          "div",
          { class: "field" },
          h("input", {
            id: "message",
            type: "text",
            value: draft,
            maxlength: 500,
            autocomplete: "off",
            enterkeyhint: "send",
            placeholder: say("help.message"),
            oninput: (/** @type {InputEvent} */ event) => handlers.help.type(/** @type {HTMLInputElement} */ (event.target).value),
          }),
          h("button", { type: "submit", class: "primary", disabled: room === null }, say("help.send")),
        ),
        h("p", { class: "error" }, error ?? ""),
      ),
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", onclick: () => handlers.help.leave() }, say("help.back")),
        h("button", { type: "button", class: "plain", onclick: () => handlers.help.end() }, say("help.end")),
      ),
    ],
  };
}
