import { GLYPHS, strandEnd } from '../pure/draw.js'
import { svg } from './dom.js'

/** @typedef {import('../pure/draw.js').Base} Base */

// Pixels: of a letter's column, of 2 bits, and left of, above and below the letters.
const WIDE = 15
const HIGH = 72
const LEFT = 26
const TOP = 5
const FOOT = 8

/**
 * Per position the letters from the bottom up, as the letters of the figure lie: in the genome's
 * order, so that of a hit on the minus strand backwards, and of the strand that is shown. Null when
 * these are no probabilities.
 *
 * @param {unknown} probabilities
 * @param {boolean} [minus] the hit is on the minus strand
 * @param {boolean} [reverse] the figure shows the reverse strand
 * @returns {{letter: Base, bits: number}[][] | null}
 */
export function stacks(probabilities, minus = false, reverse = false) {
  if (!Array.isArray(probabilities) || !probabilities.length) return null
  if (!probabilities.every(areProbabilities)) return null
  const letters = /** @type {Base[]} */ ([...(minus === reverse ? 'ACGT' : 'TGCA')])
  const columns = probabilities.map((row) => {
    const bits = information(row)
    const column = letters.map((letter, i) => ({ letter, bits: row[i] * bits }))
    return column.sort((a, b) => a.bits - b.bits)
  })
  return minus ? columns.reverse() : columns
}

/** @param {unknown} row */
const areProbabilities = (row) =>
  Array.isArray(row) && row.length === 4 && row.every((p) => p >= 0 && p <= 1)

/** @param {number[]} row */
const information = (row) =>
  Math.max(
    0,
    row.reduce((sum, p) => sum + (p > 0 ? p * Math.log2(p) : 0), 2),
  )

/**
 * An information-content logo, 0 to 2 bits, with the ends of the strand marked; null without
 * probabilities.
 *
 * @param {unknown} probabilities
 * @param {{minus: boolean, reverse?: boolean}} strand
 * @param {import('../pure/draw.js').Colors} colors
 * @param {string} label
 */
export function logo(probabilities, { minus, reverse = false }, colors, label) {
  const columns = stacks(probabilities, minus, reverse)
  if (!columns) return null
  const width = LEFT + WIDE * columns.length
  const letters = columns.map((column, i) => {
    let y = TOP + HIGH
    return column.map(({ letter, bits }) => {
      const tall = (bits / 2) * HIGH
      y -= tall
      const transform = `translate(${LEFT + i * WIDE} ${y}) scale(${WIDE - 1} ${tall})`
      return svg('path', { d: GLYPHS[letter], fill: colors[letter], transform })
    })
  })
  const viewBox = `0 0 ${width} ${HIGH + 2 * TOP + FOOT}`
  const attributes = { class: 'gt-logo gt-ink', role: 'img', 'aria-label': label, viewBox, width }
  return svg('svg', attributes, axis(), letters, strandEnds(width, reverse))
}

/**
 * Which end of the strand is where, below the letters.
 *
 * @param {number} width
 * @param {boolean} reverse
 */
function strandEnds(width, reverse) {
  const style = { y: TOP + HIGH + FOOT + 3, 'font-size': 9, fill: '#555' }
  return [
    svg('text', { x: LEFT, ...style }, strandEnd(!reverse)),
    svg('text', { x: width - 1, 'text-anchor': 'end', ...style }, strandEnd(reverse)),
  ]
}

/** A bracket from 0 to 2 bits. */
function axis() {
  const d = `M${LEFT - 7} ${TOP}h4v${HIGH}h-4`
  const style = { 'text-anchor': 'end', 'font-size': 9, fill: '#555' }
  const mark = (/** @type {string} */ text, /** @type {number} */ y) =>
    svg('text', { x: LEFT - 9, y, ...style }, text)
  return [
    svg('path', { d, fill: 'none', stroke: '#777' }),
    mark('2', TOP + 5),
    mark('bits', TOP + HIGH / 2),
    mark('0', TOP + HIGH),
  ]
}
