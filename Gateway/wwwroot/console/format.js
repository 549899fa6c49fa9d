/** Numbers and times in the reader's language, in the clock of this machine. */

/** @typedef {ReturnType<typeof formats>} Formats */

const UNITS = /** @type {const} */ ([
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
]);

/** @param {string} language */
export function formats(language) {
  const number = new Intl.NumberFormat(language);
  const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
  const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });

  /** @param {number} moment @param {number} now */
  const isToday = (moment, now) => new Date(moment).toDateString() === new Date(now).toDateString();

  return {
    language,
    /** @param {number | null | undefined} value */
    number: value => (value === null || value === undefined ? "–" : number.format(value)),
    /** @param {string | number} at */
    time: at => time.format(new Date(at)),
    /** @param {string} at a local day, as in 2026-01-03 */
    day: at => day.format(new Date(`${at}T12:00:00`)),
    /** @param {string | null | undefined} at @param {number} now */
    moment: (at, now) => {
      if (at === null || at === undefined) return "–";
      const moment = Date.parse(at);
      if (isToday(moment, now)) return time.format(moment);
      const sameYear = new Date(moment).getFullYear() === new Date(now).getFullYear();
      return `${(sameYear ? day : date).format(moment)}, ${time.format(moment).slice(0, 5)}`;
    },
    /** @param {string | null | undefined} at @param {number} now */
    ago: (at, now) => {
      if (at === null || at === undefined) return "–";
      const seconds = Math.round((Date.parse(at) - now) / 1000);
      const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS[3];
      return Math.abs(seconds) < 10 ? relative.format(0, "second") : relative.format(Math.trunc(seconds / size), unit);
    },
    /** @param {number | null | undefined} minutes */
    minutes: minutes => {
      if (minutes === null || minutes === undefined) return "–";
      if (minutes < 60) return `${tenths.format(Math.round(minutes))} min`;
      return `${Math.floor(minutes / 60)} h ${String(Math.round(minutes % 60)).padStart(2, "0")}`;
    },
    /** @param {number} ms */
    span: ms => {
      if (Math.abs(ms) < 1000) return `${number.format(ms)} ms`;
      if (Math.abs(ms) < 60_000) return `${tenths.format(ms / 1000)} s`;
      return `${tenths.format(ms / 60_000)} min`;
    },
  };
}
