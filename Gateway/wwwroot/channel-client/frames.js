/**
 * What the service says, read with care.
 *
 * @typedef {{ op: string, [field: string]: any }} Frame
 */

/**
 * @param {string} text
 * @returns {Frame | null}
 */
export function parseFrame(text) {
  try {
    const frame = JSON.parse(text);
    return typeof frame?.op === "string" ? frame : null;
  } catch {
    return null;
  }
}

/** @param {string} reason of a close: `{"retryMs":1500}` or any other text */
export function retryHint(reason) {
  try {
    const ms = Number(JSON.parse(reason).retryMs);
    return ms > 0 ? ms : 0;
  } catch {
    return 0;
  }
}
