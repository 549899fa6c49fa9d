/** Composition: the console with the browser's own clock, network and document. */
import { ChannelClient, fullJitter, systemClock } from "../channel-client/index.js";
import { randomId } from "../shared/identity.js";
import { chooseLanguage, words } from "../shared/language.js";
import { Requests } from "../shared/requests.js";
import { Console } from "./console.js";
import { formats } from "./format.js";
import { ConsoleScreen } from "./screen.js";
import "./qr-code.js";
import "./spark-line.js";

const language = chooseLanguage(navigator.languages);
const texts = await (await fetch(`texts/${language}.json`)).json();
document.documentElement.lang = language;

const clock = systemClock;
const client = new ChannelClient({
  address: location.href,
  backoff: fullJitter({ base: 250, cap: 2000 }),
  page: window,
  memory: sessionStorage,
  stateChanged: state => console.socketChanged(state),
});
const console = new Console({
  client,
  requests: new Requests({ fetch: window.fetch.bind(window), clock, signInLost: () => console.signInLost() }),
  clock,
  window,
  screen: new ConsoleScreen(window, {
    root: /** @type {Element} */ (document.getElementById("app")),
    live: /** @type {Element} */ (document.getElementById("live")),
  }),
  say: words(texts),
  format: formats(language),
  newKey: randomId,
});
await console.run();
