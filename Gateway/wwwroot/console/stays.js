/** Figures over time, from what the service tells of days and stays. */

const STEPS_OF_A_DAY = 96;

/**
 * How many were inside, every quarter of an hour of today until now.
 *
 * @param {{ in: string, out: string | null }[]} stays that touch today
 * @param {number} now
 */
export function insideOfToday(stays, now) {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const step = 86_400_000 / STEPS_OF_A_DAY;
  const spans = stays.map(stay => ({ from: Date.parse(stay.in), to: stay.out === null ? Infinity : Date.parse(stay.out) }));
  const moments = Array.from({ length: Math.floor((now - midnight) / step) + 1 }, (_, index) => midnight + index * step);
  return [...moments, now].map(moment => spans.filter(({ from, to }) => from <= moment && moment < to).length);
}

/**
 * The days of several sites as one, newest first.
 *
 * @param {{ date: string, in: number, stays: number, minutes: number, hours: number[] }[][]} sites
 */
export function sumOfDays(sites) {
  /** @type {Map<string, { date: string, in: number, stays: number, minutes: number, hours: number[] }>} */
  const days = new Map();
  for (const day of sites.flat()) {
    const sum = days.get(day.date);
    days.set(
      day.date,
      sum === undefined
        ? day
        : {
            date: day.date,
            in: sum.in + day.in,
            stays: sum.stays + day.stays,
            minutes: sum.minutes + day.minutes,
            hours: sum.hours.map((count, hour) => count + (day.hours[hour] ?? 0)),
          },
    );
  }
  return [...days.values()].sort((a, b) => (a.date < b.date ? 1 : -1));
}
