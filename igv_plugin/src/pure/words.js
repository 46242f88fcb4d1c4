// Numbers and names as text that a person reads, and that is safe in HTML.

/**
 * Text for places where igv.js sets HTML: track names and the like.
 *
 * @param {unknown} text
 */
export const escapeHTML = (text) =>
  // eslint-disable-next-line no-control-regex -- an exported SVG can hold none of these
  String(text).replace(/[&<>"'\0-\b\v-\x1f]/g, (c) => (c < ' ' ? '?' : `&#${c.charCodeAt(0)};`))

/**
 * A number as a person reads it: 16.5, 0.0016, 6.9e−10; "n/a" for none.
 *
 * @param {unknown} value
 */
export function short(value) {
  const x = Number(value ?? NaN)
  if (Number.isNaN(x)) return 'n/a'
  const tiny = x !== 0 && Math.abs(x) < 1e-4
  return (tiny ? x.toExponential(1) : String(Number(x.toPrecision(3)))).replaceAll('-', '−')
}

/** @param {number} x */
export const signed = (x) => (x > 0 ? '+' : '') + short(x)

/**
 * 12,345. Most are whole: the first use of a language's own numbers takes 20 ms.
 *
 * @param {number} n
 */
export const number = (n) =>
  Number.isInteger(n) && Math.abs(n) < 1e15
    ? String(n).replace(/\B(?=(\d{3})+$)/g, ',')
    : n.toLocaleString('en')

/** igv.js takes the bytes of a bigBed for Latin-1. */
export const utf8 = (text = '.') => {
  try {
    return decodeURIComponent(escape(text))
  } catch {
    return text
  }
}
