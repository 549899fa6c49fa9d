/**
 * Words: one JSON file per language, `{name}` in them is replaced.
 *
 * @typedef {(key: string, values?: Record<string, string | number>) => string} Say
 * @typedef {Say & { has: (key: string) => boolean }} Words
 */

const LANGUAGES = ["en", "de"];

/** @param {readonly string[]} wanted as `navigator.languages` has them */
export function chooseLanguage(wanted) {
  const primary = wanted.map(tag => tag.toLowerCase().split("-")[0]);
  return primary.find(tag => tag !== undefined && LANGUAGES.includes(tag)) ?? "en";
}

/**
 * @param {Record<string, string>} texts
 * @returns {Words}
 */
export function words(texts) {
  /** @type {Say} */
  const say = (key, values = {}) => (texts[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  return Object.assign(say, { has: (/** @type {string} */ key) => Object.hasOwn(texts, key) });
}

/** @param {number | string} moment milliseconds, or as in the contract; shown in the clock of this machine */
export function clockTime(moment) {
  const date = new Date(moment);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(part => String(part).padStart(2, "0")).join(":");
}
