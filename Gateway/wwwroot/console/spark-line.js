/**
 * `<spark-line points="1,2,,4" kind="line|bars|steps">`: a small chart, drawn by uPlot when it is first needed.
 * It is a picture; what it says stands in words beside it.
 */
const CHARTS = new URL("../vendor/uplot/", import.meta.url);

/** @type {Promise<any> | null} */
let library = null;

class SparkLine extends HTMLElement {
  static observedAttributes = ["points"];

  /** @type {any} */
  #plot = null;
  /** @type {AbortController | null} */
  #attached = null;
  #frame;
  #styled;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const styles = document.createElement("link");
    styles.rel = "stylesheet";
    styles.href = new URL("uPlot.min.css", CHARTS).href;
    // Drawn before, it would be out of its place for a moment.
    this.#styled = new Promise(resolve => styles.addEventListener("load", resolve, { once: true }));
    this.#frame = document.createElement("div");
    root.append(styles, this.#frame);
  }

  connectedCallback() {
    this.#attached = new AbortController();
    const { signal } = this.#attached;
    const resized = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
    resized.observe(this);
    signal.addEventListener("abort", () => resized.disconnect());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw(), { signal });
    // As an address in a variable, because the library is not ours to check.
    library ??= import(new URL("uPlot.esm.js", CHARTS).href).then(module => module.default);
    void Promise.all([library, this.#styled]).then(() => {
      if (!signal.aborted) this.#draw();
    });
  }

  disconnectedCallback() {
    this.#attached?.abort();
    this.#plot?.destroy();
    this.#plot = null;
  }

  attributeChangedCallback() {
    this.#plot?.setData(this.#data());
  }

  #size() {
    return { width: Math.max(40, this.clientWidth), height: Math.max(24, this.clientHeight) };
  }

  #data() {
    const points = (this.getAttribute("points") ?? "").split(",").map(text => (text === "" ? null : Number(text)));
    return [points.map((_, index) => index), points];
  }

  async #draw() {
    const uPlot = await library;
    this.#plot?.destroy();
    const style = getComputedStyle(this);
    const kind = this.getAttribute("kind");
    const paths = { bars: () => uPlot.paths.bars({ size: [0.7, 24], radius: 0.3 }), steps: () => uPlot.paths.stepped({ align: 1 }) };
    const stroke = style.getPropertyValue("--accent").trim();
    this.#plot = new uPlot(
      {
        ...this.#size(),
        padding: [3, 3, 3, 3],
        cursor: { show: false },
        legend: { show: false },
        axes: [{ show: false }, { show: false }],
        scales: {
          x: {
            time: false,
            range: (/** @type {any} */ _, /** @type {number} */ low, /** @type {number} */ high) =>
              kind === "bars" ? [low - 0.6, high + 0.6] : [low, high],
          },
          y: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ high) => [0, Math.max(1, high ?? 1)] },
        },
        series: [
          {},
          {
            stroke: kind === "bars" ? "transparent" : stroke,
            width: 2 * (devicePixelRatio >= 2 ? 1 : 0.9),
            fill: kind === "bars" ? stroke : style.getPropertyValue("--tint").trim(),
            points: { show: false },
            spanGaps: true,
            ...(kind === "bars" ? { paths: paths.bars() } : kind === "steps" ? { paths: paths.steps() } : {}),
          },
        ],
      },
      this.#data(),
      this.#frame,
    );
  }
}

customElements.define("spark-line", SparkLine);
