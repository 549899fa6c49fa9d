/** How long the page waits, and how long things stay. All in milliseconds. */
export const Patience = Object.freeze({
  /** shorter losses of the link are not worth a word */
  LINK: 600,
  /** after this the service, too, calls a scanner's silence `no_answer` */
  ANSWER: 10_000,
  /** untouched for so long, the page invites the next person */
  IDLE: 45_000,
});

/** How long an end stays on the screen before the page is ready for the next person. */
export const Stay = Object.freeze({ DONE_MS: 8000, ENDED_MS: 20_000 });
