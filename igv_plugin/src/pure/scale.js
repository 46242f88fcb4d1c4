// Arithmetic on lists of {start, end, value} that are sorted and do not overlap. Pure.
import { mostOf } from './envelope.js'

/** @typedef {{start: number, end: number, value: number}} Stretch Bases that share a value. */

/**
 * Half of the height, in values: the scale is symmetric, so a letter's height means the same up
 * and down. A scale of its own is never less than the percentile, so that noise stays small, and
 * never cuts what is in view.
 *
 * @param {import('../../index.js').Scale} scale
 * @param {number} [seen] the largest value in view
 * @param {number} [p99]
 */
export function limitOf(scale, seen = 0, p99 = 0) {
  if (typeof scale === 'number') return scale
  if (scale === 'own') return Math.max(seen, p99) || 1
  return (scale === 'p99' && p99) || seen || p99 || 1
}

/**
 * The largest |value| of what overlaps [start, end).
 *
 * @param {import('./envelope.js').Piece[]} pieces
 * @param {number} start
 * @param {number} end
 */
export function largest(pieces, start, end) {
  let found = 0
  for (const piece of pieces) {
    if (piece.end <= start || piece.start >= end) continue
    const { high, low } = mostOf(piece)
    found = Math.max(found, Math.abs(high), Math.abs(low))
  }
  return found
}

/**
 * Per-base values of [start, end); NaN where there is none.
 *
 * @param {Stretch[]} stretches
 * @param {number} start
 * @param {number} end
 */
export function perBase(stretches, start, end) {
  const values = new Float32Array(end - start).fill(NaN)
  for (const s of stretches) {
    values.fill(s.value, Math.max(0, s.start - start), Math.max(0, s.end - start))
  }
  return values
}

/**
 * a / unitA - b / unitB where both have values.
 *
 * @param {Stretch[]} a
 * @param {Stretch[]} b
 * @param {number} unitA
 * @param {number} unitB
 */
export function difference(a, b, unitA = 1, unitB = 1) {
  const found = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const start = Math.max(a[i].start, b[j].start)
    const end = Math.min(a[i].end, b[j].end)
    if (start < end) found.push({ start, end, value: a[i].value / unitA - b[j].value / unitB })
    if (a[i].end <= b[j].end) i++
    else j++
  }
  return found
}
