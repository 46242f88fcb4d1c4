// Arithmetic on lists of {start, end, value} that are sorted and do not overlap. Pure.

/** Half of the height, in values: the scale is symmetric, so a letter's height means the same up and down. */
export const limitOf = (scale, seen, p99) => (typeof scale === 'number' ? scale : (scale === 'p99' && p99) || seen || p99 || 1)

/** The largest |value| of what overlaps [start, end). */
export function largest(features, start, end) {
  let found = 0
  for (const f of features) if (f.end > start && f.start < end) found = Math.max(found, Math.abs(f.value))
  return found
}

/** Per-base values of [start, end); NaN where there is none. */
export function perBase(features, start, end) {
  const values = new Float32Array(end - start).fill(NaN)
  for (const f of features) values.fill(f.value, Math.max(0, f.start - start), Math.max(0, f.end - start))
  return values
}

/** The means over bins of `width` bases, counted from base 0, so that panning does not change them. */
export function bin(features, width) {
  const bins = []
  for (const { start, end, value } of features) {
    for (let i = Math.floor(start / width); i * width < end; i++) {
      const bases = Math.min(end, (i + 1) * width) - Math.max(start, i * width)
      if (bases < 1e-6) continue // a touch is only rounding
      if (bins.at(-1)?.i !== i) bins.push({ i, start: i * width, end: (i + 1) * width, bases: 0, value: 0 })
      const last = bins.at(-1)
      last.bases += bases
      last.value += (value - last.value) * bases / last.bases
    }
  }
  return bins
}

/** a / unitA - b / unitB where both have values. */
export function difference(a, b, unitA = 1, unitB = 1) {
  const found = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const start = Math.max(a[i].start, b[j].start), end = Math.min(a[i].end, b[j].end)
    if (start < end) found.push({ start, end, value: a[i].value / unitA - b[j].value / unitB })
    if (a[i].end <= b[j].end) i++
    else j++
  }
  return found
}
