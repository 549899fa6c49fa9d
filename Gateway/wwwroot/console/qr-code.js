/** `<qr-code text="…">`: drawn by lean-qr when it is first needed. Dark on light in either scheme: many readers know nothing else. */
const LIBRARY = new URL("../vendor/lean-qr/index.mjs", import.meta.url);
const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 4;

class QrCode extends HTMLElement {
  static observedAttributes = ["text"];

  #root = this.attachShadow({ mode: "open" });

  attributeChangedCallback() {
    void this.#draw();
  }

  async #draw() {
    // As an address in a variable, because the library is not ours to check.
    const { correction, generate } = await import(LIBRARY.href);
    const modules = generate(this.getAttribute("text") ?? "", { minCorrectionLevel: correction.M });
    const whole = modules.size + 2 * MARGIN;
    let path = "";
    for (let y = 0; y < modules.size; y++) {
      for (let x = 0; x < modules.size; x++) {
        if (modules.get(x, y)) path += `M${x + MARGIN} ${y + MARGIN}h1v1h-1z`;
      }
    }
    this.#root.replaceChildren(
      element("svg", { viewBox: `0 0 ${whole} ${whole}`, width: "100%", "shape-rendering": "crispEdges" }, [
        element("rect", { width: String(whole), height: String(whole), fill: "#fff" }),
        element("path", { d: path, fill: "#000" }),
      ]),
    );
  }
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {Element[]} [children]
 */
function element(name, attributes, children = []) {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

customElements.define("qr-code", QrCode);
