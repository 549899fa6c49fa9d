/** Composition: the kiosk with the browser's own clock, network and document. */
import { ChannelClient, fullJitter, systemClock } from "../channel-client/index.js";
import { Api } from "./api.js";
import { clientId, randomId } from "../shared/identity.js";
import { Kiosk } from "./kiosk.js";
import { words } from "../shared/language.js";
import { Place } from "./place.js";
import { Sounds } from "./sounds.js";
import { Screen } from "../shared/screen.js";

const { language, texts } = await spoken(navigator.languages);
document.documentElement.lang = language;

const clock = systemClock;
const place = new Place(window);
const client = new ChannelClient({
  address: location.href,
  // A person is waiting in front of the page: never more than 2 s behind a service that is back.
  backoff: fullJitter({ base: 250, cap: 2000 }),
  page: window,
  memory: sessionStorage,
  stateChanged: state => kiosk.socketChanged(state),
});
const kiosk = new Kiosk({
  client,
  api: new Api({ fetch: window.fetch.bind(window), clock, signInLost: () => kiosk.signInLost() }),
  clock,
  place,
  screen: new Screen(window, {
    root: /** @type {Element} */ (document.getElementById("app")),
    live: /** @type {Element} */ (document.getElementById("live")),
  }),
  say: words(texts),
  memory: localStorage,
  tab: sessionStorage,
  sounds: new Sounds(window),
  clientId: clientId(sessionStorage),
  newKey: randomId,
});

for (const name of ["click", "keydown", "input"]) window.addEventListener(name, () => kiosk.touched(), { capture: true, passive: true });

// A sign-in link opened in a tab that shows the page already changes only the fragment.
window.addEventListener("hashchange", () => {
  const token = place.takeToken();
  if (token !== null) void kiosk.signIn(token);
});
await kiosk.run();

/**
 * The first of the browser's languages that there is a file for, so that another language is one file.
 *
 * @param {readonly string[]} wanted
 */
async function spoken(wanted) {
  const tags = wanted.map(tag => tag.toLowerCase().split("-")[0] ?? "").filter(tag => /^[a-z]{2,3}$/.test(tag));
  for (const language of new Set(tags)) {
    const answer = await fetch(`kiosk/texts/${language}.json`);
    if (answer.ok) return { language, texts: await answer.json() };
  }
  return { language: "en", texts: await (await fetch("kiosk/texts/en.json")).json() };
}
