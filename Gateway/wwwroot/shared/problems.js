/** Problems in the words of the page. */
import { clockTime } from "./language.js";

/**
 * @param {import("./requests.js").Problem} problem
 * @param {import("./language.js").Words} say
 * @param {string} [place] where the page has words of its own for what it found itself
 * @param {string} [device]
 */
export function problemText(problem, say, place, device = "") {
  if (say.has(`${place}.${problem.code}`)) return say(`${place}.${problem.code}`);
  const specific = `problem.${problem.code}.${problem.field}`;
  const general = `problem.${problem.code}`;
  const key = [specific, general].find(say.has) ?? "problem.other";
  return say(key, {
    device,
    field: problem.field ?? "",
    holder: typeof problem.holder === "string" ? problem.holder : say("problem.device_busy.someone"),
    until: problem.expiresAt === undefined ? "…" : clockTime(problem.expiresAt),
    detail: problem.detail ?? problem.title ?? problem.code,
  });
}
