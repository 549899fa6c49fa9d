/**
 * Sounds, where somebody switched them on: short, made by the browser, no files.
 *
 * @typedef {"scan" | "retry" | "done" | "failed" | "in" | "out"} Sound
 */

/** Hertz, one note after the other. @type {Record<Sound, number[]>} */
const NOTES = {
  scan: [660],
  retry: [330, 330],
  done: [523, 659, 784],
  failed: [392, 311],
  in: [523, 784],
  out: [784, 523],
};

const NOTE_S = 0.13;
const LOUDNESS = 0.18;

export class Sounds {
  #window;
  /** @type {AudioContext | null} made by a touch: browsers allow it then only */
  #context = null;

  /** @param {Window & typeof globalThis} window */
  constructor(window) {
    this.#window = window;
  }

  wake() {
    if (this.#window.AudioContext === undefined) return;
    this.#context ??= new this.#window.AudioContext();
    if (this.#context.state === "suspended") this.#context.resume().catch(() => (this.#context = null));
  }

  /** @param {Sound} sound */
  play(sound) {
    const context = this.#context;
    if (context === null || context.state !== "running") return;
    NOTES[sound].forEach((hertz, index) => {
      const start = context.currentTime + index * NOTE_S;
      const loudness = new GainNode(context, { gain: 0 });
      const tone = new OscillatorNode(context, { frequency: hertz, type: "sine" });
      loudness.gain.setTargetAtTime(LOUDNESS, start, 0.01);
      loudness.gain.setTargetAtTime(0, start + NOTE_S * 0.6, 0.05);
      tone.connect(loudness).connect(context.destination);
      tone.start(start);
      tone.stop(start + NOTE_S * 4);
    });
  }
}

/**
 * What a change of the model sounds like. What a page learns when it is opened is silent.
 *
 * @param {import("./model.js").Model} before
 * @param {import("./model.js").Model} after
 * @returns {Sound | null}
 */
export function soundOf({ enrollment: was, checkIns: { greeting: greeted } }, { enrollment: is, checkIns: { greeting } }) {
  if (greeting !== null && greeting !== greeted) return greeting.type === "in" ? "in" : greeting.type === "out" ? "out" : "retry";
  const [old, known] = [was?.known, is?.known];
  if (!old || !known || old === known || old.id !== known.id) return null;
  if (known.state !== old.state && known.state === "succeeded") return "done";
  if (known.state !== old.state && (known.state === "failed" || known.state === "expired")) return "failed";
  if (known.captured > old.captured) return "scan";
  return known.reason !== undefined && known.state === "scanning" && known.at !== old.at ? "retry" : null;
}
