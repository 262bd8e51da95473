// Elements built by hand. Text is always set as text: nothing on this page is ever parsed as markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {Record<string, string | number | boolean | ((event: any) => void) | undefined>} Attributes
 * @typedef {Node | string | null | undefined | false} Child
 */

/**
 * Makes an element. `on…` attributes are listeners, `true` is an empty attribute, `false` and `undefined` are left out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes | null} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === "function") element.addEventListener(name.slice(2).toLowerCase(), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * Sets the text of an element if it changed, so that a live region speaks once.
 * @param {Element} element
 * @param {string} words
 */
export function text(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/**
 * Shows or hides an element.
 * @param {HTMLElement} element
 * @param {boolean} visible
 */
export function show(element, visible) {
  if (element.hidden === visible) element.hidden = !visible;
}

/**
 * Sets an attribute if it changed.
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 */
export function attribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Strokes of the icons on a 24 by 24 grid. */
const STROKES = {
  microphone: ["M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0z", "M5 11a7 7 0 0 0 14 0", "M12 18v3"],
  microphoneOff: ["M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0z", "M5 11a7 7 0 0 0 14 0", "M12 18v3", "M4 3l16 18"],
  camera: ["M5.500 6h7a2.500 2.500 0 0 1 2.500 2.500v7a2.500 2.500 0 0 1-2.500 2.500h-7a2.500 2.500 0 0 1-2.500-2.500v-7a2.500 2.500 0 0 1 2.500-2.500z", "M15 10.500l6-3v9l-6-3z"],
  cameraOff: ["M5.500 6h7a2.500 2.500 0 0 1 2.500 2.500v7a2.500 2.500 0 0 1-2.500 2.500h-7a2.500 2.500 0 0 1-2.500-2.500v-7a2.500 2.500 0 0 1 2.500-2.500z", "M15 10.500l6-3v9l-6-3z", "M4 3l16 18"],
  turn: ["M4 9a8 8 0 0 1 14-2.500", "M18.500 3v4h-4", "M20 15a8 8 0 0 1-14 2.500", "M5.500 21v-4h4"],
  hangUp: ["M4 14.500c0-2 4-4 8-4s8 2 8 4v1.500a1 1 0 0 1-1 1h-2.500a1 1 0 0 1-1-1v-2c-2-.6-5-.6-7 0v2a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1z"],
  phone: ["M6 3.500h3l1.500 4-2 1.500a12 12 0 0 0 6 6l1.500-2 4 1.500v3a2 2 0 0 1-2 2A15 15 0 0 1 4 5.500a2 2 0 0 1 2-2z"],
  person: ["M12 12.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4.500 20.500c.8-3.600 3.800-5.500 7.500-5.500s6.700 1.900 7.500 5.500"],
  speaker: ["M4 9.500v5h3.500l4.500 4v-13l-4.500 4z", "M15.500 9a4.200 4.200 0 0 1 0 6", "M18 6.500a7.800 7.800 0 0 1 0 11"],
  check: ["M4.500 12.500l5 5 10-11"],
  mark: ["M4 8.500A2.500 2.500 0 0 1 6.500 6h6A2.500 2.500 0 0 1 15 8.500v7a2.500 2.500 0 0 1-2.500 2.500h-6A2.500 2.500 0 0 1 4 15.500z", "M15 10.500l5-2.500v8l-5-2.500z", "M9.500 9.500v5", "M7 12h5"],
};

/** @typedef {keyof typeof STROKES} IconName */

/**
 * Draws an icon; it is decoration, the words stand beside it.
 * @param {IconName} name
 * @param {number} [size] in CSS pixels
 */
export function icon(name, size = 24) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true", focusable: "false", class: "icon" })) {
    svg.setAttribute(key, String(value));
  }
  for (const d of STROKES[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
