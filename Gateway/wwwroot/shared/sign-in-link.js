/** The sign-in link that the service prints: its token is in the fragment, which no server and no log gets to see. */

/** @param {string} text a sign-in link, or its fragment */
export function tokenIn(text) {
  const start = text.indexOf("#token=");
  return start < 0 ? null : decoded(text.slice(start + "#token=".length));
}

/** @param {string} text of an address, as people may have mangled it */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The token leaves the address, and with it the history, in the moment it is read.
 *
 * @param {Window} window
 */
export function takeToken(window) {
  const address = new URL(window.location.href);
  const token = tokenIn(address.hash);
  if (token !== null) {
    address.hash = "";
    window.history.replaceState(null, "", address);
  }
  return token;
}
