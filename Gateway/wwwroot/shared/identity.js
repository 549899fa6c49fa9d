/** Names that the page gives: to itself, and to its wishes. */

/** 128 random bits. Not `randomUUID`, which browsers withhold from pages on plain http in a LAN. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The same for one tab over its refreshes, so that a refreshed page is the same subscriber.
 *
 * @param {Storage} tab
 */
export function clientId(tab) {
  const kept = tab.getItem("gateway.client");
  if (kept !== null) return kept;
  const made = randomId();
  tab.setItem("gateway.client", made);
  return made;
}
