// Arithmetic on lists of {start, end, value} that are sorted and do not overlap. Pure.

/** @typedef {{start: number, end: number, value: number}} Stretch Bases that share a value. */

/**
 * Half of the height, in values: the scale is symmetric, so a letter's height means the same up
 * and down.
 *
 * @param {import('../index.js').Scale} scale
 * @param {number} [seen] the largest value in view
 * @param {number} [p99]
 */
export function limitOf(scale, seen, p99) {
  if (typeof scale === 'number') return scale
  return (scale === 'p99' && p99) || seen || p99 || 1
}

/**
 * The largest |value| of what overlaps [start, end).
 *
 * @param {Stretch[]} stretches
 * @param {number} start
 * @param {number} end
 */
export function largest(stretches, start, end) {
  let found = 0
  for (const s of stretches) {
    if (s.end > start && s.start < end) found = Math.max(found, Math.abs(s.value))
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
 * The means over bins of `width` bases, counted from base 0, so that panning does not change them.
 *
 * @param {Stretch[]} stretches
 * @param {number} width
 */
export function bin(stretches, width) {
  /** @type {(Stretch & {i: number, bases: number})[]} */
  const bins = []
  let last = bins[0]
  for (const { start, end, value } of stretches) {
    for (let i = Math.floor(start / width); i * width < end; i++) {
      const bases = Math.min(end, (i + 1) * width) - Math.max(start, i * width)
      if (bases < 1e-6) continue // a touch is only rounding
      if (last?.i !== i) {
        last = { i, start: i * width, end: (i + 1) * width, bases: 0, value: 0 }
        bins.push(last)
      }
      last.bases += bases
      last.value += ((value - last.value) * bases) / last.bases
    }
  }
  return bins
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
