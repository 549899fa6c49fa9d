/**
 * Dialogs: what is asked before something is done, and what is shown once after it.
 *
 * @typedef {import("../shared/requests.js").Answer} Answer
 * @typedef {import("../shared/requests.js").Problem} Problem
 * @typedef {import("../shared/dom.js").Child} Child
 *
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {string} [hint]
 * @property {"text" | "password" | "number" | "file" | "date" | "datetime-local"} [type]
 * @property {string} [accept] kinds of files
 * @property {"text" | "base64"} [reads] what becomes of a file
 * @property {[string, string][]} [options]
 * @property {string} [value] at first
 * @property {boolean} [optional]
 * @property {string} [autocomplete]
 *
 * @typedef {object} Dialog
 * @property {string} title
 * @property {Child | Child[]} [text] what will happen
 * @property {Field[]} [fields]
 * @property {string} [confirm] words of the button that does it; without it there is only "Close"
 * @property {boolean} [danger]
 * @property {(values: Record<string, string>) => Promise<Answer>} [run]
 * @property {(value: any, values: Record<string, string>) => Dialog | string | null} [done] what comes then: another dialog, or a sentence
 * @property {(values: Record<string, string>) => Child | Child[]} [body]
 * @property {Record<string, string>} [values]
 * @property {boolean} [busy]
 * @property {Problem | null} [problem]
 */
import { h } from "../shared/dom.js";
import { problemText } from "../shared/problems.js";

/** @param {Dialog} dialog */
export function valuesOf({ fields = [], values = {} }) {
  return Object.fromEntries(fields.map(field => [field.name, values[field.name] ?? field.value ?? field.options?.[0]?.[0] ?? ""]));
}

/**
 * @param {import("./console.js").Scene} scene
 * @returns {Child}
 */
export function dialogView({ model, say, act }) {
  const { dialog } = model;
  if (dialog === null) return null;
  const { title, text, fields = [], confirm, danger, body, busy, problem } = dialog;
  const values = valuesOf(dialog);
  const named = problem?.field !== undefined && fields.some(field => field.name === problem.field) ? problem.field : null;
  const error = problem ? problemText(problem, say, "dialog") : null;
  return h(
    "dialog",
    {
      key: "dialog",
      "aria-labelledby": "dialog-title",
      oncancel: (/** @type {Event} */ event) => {
        event.preventDefault();
        act.close();
      },
    },
    h(
      "form",
      {
        novalidate: true,
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          void act.confirm();
        },
      },
      h("h2", { id: "dialog-title" }, title),
      text &&
        h(
          "div",
          { class: "dialog-text" },
          [text].flat().map(part => (typeof part === "string" ? h("p", null, part) : part)),
        ),
      fields.map(field => fieldView(field, values[field.name] ?? "", field.name === named ? error : null, act)),
      body?.(values),
      error !== null && named === null && h("p", { class: "error", role: "alert" }, error),
      h(
        "div",
        { class: "dialog-actions" },
        h("button", { type: "button", key: "close", onclick: () => act.close() }, say(confirm === undefined ? "dialog.close" : "dialog.cancel")),
        confirm !== undefined &&
          h("button", { type: "submit", key: "do", class: danger ? "primary danger" : "primary", disabled: busy === true }, confirm),
      ),
    ),
  );
}

/**
 * @param {Field} field
 * @param {string} value
 * @param {string | null} error
 * @param {import("./console.js").Act} act
 */
function fieldView(field, value, error, act) {
  const { name, label, hint, optional } = field;
  const id = `dialog-${name}`;
  const described = [hint !== undefined && `${id}-hint`, error !== null && `${id}-error`].filter(Boolean).join(" ");
  const common = {
    id,
    required: optional !== true,
    "aria-invalid": error === null ? null : "true",
    "aria-describedby": described === "" ? null : described,
  };
  return h(
    "div",
    { class: "field", key: name },
    h("label", { for: id }, label),
    control(field, common, value, act),
    hint !== undefined && h("p", { id: `${id}-hint`, class: "hint" }, hint),
    error !== null && h("p", { id: `${id}-error`, class: "error", role: "alert" }, error),
  );
}

/**
 * @param {Field} field
 * @param {Record<string, any>} common
 * @param {string} value
 * @param {import("./console.js").Act} act
 */
function control({ name, type = "text", options, autocomplete = "off", accept, reads = "text" }, common, value, act) {
  if (type === "file") {
    const chosen = (/** @type {any} */ event) => void contentOf(event.currentTarget.files[0], reads).then(content => act.fill(name, content));
    return h("input", { ...common, type, accept, onchange: chosen });
  }
  const typed = { ...common, value, oninput: (/** @type {any} */ event) => act.fill(name, event.currentTarget.value) };
  return options === undefined
    ? h("input", { ...typed, type, autocomplete, spellcheck: "false" })
    : h(
        "select",
        typed,
        options.map(([option, text]) => h("option", { value: option }, text)),
      );
}

/**
 * @param {File | undefined} file
 * @param {"text" | "base64"} reads
 * @returns {Promise<string>}
 */
async function contentOf(file, reads) {
  if (file === undefined) return "";
  if (reads === "text") return file.text();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
