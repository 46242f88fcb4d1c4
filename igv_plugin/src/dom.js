// Elements and text. Data can only become text here.

/** An element ("svg:path" for SVG) with attributes, listeners (onclick: f) and children. */
export function h(tag, attributes = {}, ...children) {
  const element = tag.startsWith('svg:') ? document.createElementNS('http://www.w3.org/2000/svg', tag.slice(4)) : document.createElement(tag)
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value)
    else if (value !== false && value != null) element.setAttribute(key, value === true ? '' : value)
  }
  element.append(...children.flat(Infinity).filter((child) => child !== false && child != null))
  return element
}

export const closer = (onclick) => h('button', { type: 'button', class: 'gt-close', 'aria-label': 'Close', onclick }, '×')
/** Text for places where igv.js sets HTML: track names and the like. An exported SVG can hold no control character. */
export const escapeHTML = (text) => String(text).replace(/[&<>"'\0-\b\v-\x1f]/g, (c) => (c < ' ' ? '?' : `&#${c.charCodeAt(0)};`))

/** A number as a person reads it: 16.5, 0.0016, 6.9e−10; "n/a" for none. */
export function short(value) {
  const x = Number(value ?? NaN), tiny = x !== 0 && Math.abs(x) < 1e-4
  return Number.isNaN(x) ? 'n/a' : (tiny ? x.toExponential(1) : String(Number(x.toPrecision(3)))).replaceAll('-', '−')
}
export const signed = (x) => (x > 0 ? '+' : '') + short(x)
export const number = (n) => n.toLocaleString('en')
