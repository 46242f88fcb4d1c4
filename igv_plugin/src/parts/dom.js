// Elements and text. Data can only become text here.

/** @typedef {Node | string | number | false | null | undefined | Child[]} Child */
/** @typedef {string | number | boolean | null | undefined | ((event: any) => unknown)} Attribute */

/**
 * An HTML element with attributes, listeners (onclick: f) and children.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {Child[]} children
 */
export const h = (tag, attributes, ...children) =>
  filled(document.createElement(tag), attributes, children)

/**
 * The same of SVG.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {Child[]} children
 */
export const svg = (tag, attributes, ...children) =>
  filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children)

/**
 * @template {Element} E
 * @param {E} element
 * @param {Record<string, Attribute>} attributes
 * @param {Child[]} children
 */
function filled(element, attributes = {}, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value)
    else if (value !== false && value != null) {
      element.setAttribute(key, value === true ? '' : String(value))
    }
  }
  append(element, children)
  return element
}

/**
 * Appends children, lists of them and text; what is none is left out.
 *
 * @param {Element} element
 * @param {Child[]} children
 */
export function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child)
    else if (child !== false && child != null) {
      element.append(child instanceof Node ? child : String(child))
    }
  }
}

/** @param {() => unknown} onclick */
export const closer = (onclick) =>
  h('button', { type: 'button', class: 'gt-close', 'aria-label': 'Close', onclick }, '×')
