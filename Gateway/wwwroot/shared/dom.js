/**
 * A view is a tree of plain objects; `patch` makes the document agree with it and leaves alone
 * what agrees already, so focus, caret and running transitions survive.
 *
 * @typedef {object} Node
 * @property {string} tag
 * @property {Record<string, any>} props
 * @property {(Node | string)[]} children
 *
 * @typedef {Node | string | null | undefined | false} Child
 */

const SVG = "http://www.w3.org/2000/svg";

/** Kept as properties, because their attributes only say what they were at first. */
const LIVE = new Set(["value", "checked", "disabled"]);

/** @type {WeakMap<object, Node>} what each element was made from */
const shown = new WeakMap();

/**
 * Props: `key` ties an element to its place among its siblings, `on…` are handlers, `vars` are CSS
 * custom properties (set through the CSSOM, which the page's policy allows), the rest are attributes.
 *
 * @param {string} tag
 * @param {Record<string, any> | null} [props]
 * @param {...(Child | Child[])} children
 * @returns {Node}
 */
export function h(tag, props, ...children) {
  const present = children.flat().filter(child => child !== null && child !== undefined && child !== false);
  return { tag, props: props ?? {}, children: /** @type {(Node | string)[]} */ (present) };
}

/**
 * @param {Element} parent
 * @param {(Node | string)[]} children
 */
export function patch(parent, children) {
  children.forEach((child, index) => {
    const here = parent.childNodes[index] ?? null;
    const fitting = typeof child === "string" ? text(here) : findElement(parent, index, child);
    const node = fitting ?? create(parent, child);
    if (node !== here) parent.insertBefore(node, here);
    if (typeof child === "string") {
      if (node.textContent !== child) node.textContent = child;
    } else {
      update(/** @type {Element} */ (node), child);
    }
  });
  while (parent.childNodes.length > children.length) parent.lastChild?.remove();
}

/** @param {ChildNode | null} node */
function text(node) {
  return node?.nodeType === 3 ? node : null;
}

/**
 * @param {Element} parent
 * @param {number} from
 * @param {Node} wanted
 */
function findElement(parent, from, wanted) {
  for (let node = parent.childNodes[from] ?? null; node !== null; node = node.nextSibling) {
    const made = shown.get(node);
    if (made?.tag === wanted.tag && made.props.key === wanted.props.key) return node;
    if (wanted.props.key === undefined) return null;
  }
  return null;
}

/**
 * @param {Element} parent
 * @param {Node | string} child
 */
function create(parent, child) {
  if (typeof child === "string") return document.createTextNode(child);
  const isSvg = child.tag === "svg" || parent.namespaceURI === SVG;
  const element = isSvg ? document.createElementNS(SVG, child.tag) : document.createElement(child.tag);
  shown.set(element, { tag: child.tag, props: {}, children: [] });
  return element;
}

/**
 * @param {Element} element
 * @param {Node} wanted
 */
function update(element, wanted) {
  const before = shown.get(element)?.props ?? {};
  // Children first: a value that names an option, or `checked` within a group, needs them in place.
  patch(element, wanted.children);
  for (const name of Object.keys(before)) {
    if (!(name in wanted.props)) set(element, name, undefined, before[name]);
  }
  for (const [name, value] of Object.entries(wanted.props)) set(element, name, value, before[name]);
  shown.set(element, wanted);
}

/**
 * @param {any} element
 * @param {string} name
 * @param {any} value
 * @param {any} before
 */
function set(element, name, value, before) {
  if (name === "key") return;
  if (name === "vars") {
    for (const [variable, text] of Object.entries(value ?? {})) element.style.setProperty(variable, String(text));
  } else if (LIVE.has(name)) {
    const wanted = value ?? (name === "value" ? "" : false);
    if (element[name] !== wanted) element[name] = wanted;
  } else if (value === before) {
    return;
  } else if (name.startsWith("on")) {
    element[name] = value ?? null;
  } else if (value === undefined || value === null || value === false) {
    element.removeAttribute(name);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}
