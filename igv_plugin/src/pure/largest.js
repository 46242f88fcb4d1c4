// The largest |relevance| of places, with its sign. No igv in here.

/** @typedef {{chrom: string, start: number, end: number}} Place */

/** As many bases of regions are read at once, and the longest stretch without a region in them. */
const BASES = 20_000
const GAP = 2_000_000

/**
 * Places in genome order, in groups that are read at once.
 *
 * @template {Place} P
 * @param {P[]} places
 * @returns {P[][]}
 */
export function groupsOf(places) {
  /** @type {P[][]} */
  const groups = []
  let bases = 0
  let reach = 0
  for (const place of places) {
    const [first] = groups.at(-1) ?? []
    const near = first?.chrom === place.chrom && place.start - reach < GAP
    bases += place.end - place.start
    if (near && bases <= BASES) groups.at(-1)?.push(place)
    else {
      groups.push([place])
      bases = place.end - place.start
    }
    reach = Math.max(near ? reach : 0, place.end)
  }
  return groups
}

/**
 * The value of the largest size in [start, end), of values in genome order; NaN for none.
 *
 * @param {{start: number, end: number, value: number}[]} values
 * @param {number} start
 * @param {number} end
 */
export function largestIn(values, start, end) {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle].end <= start) low = middle + 1
    else high = middle
  }
  let best = NaN
  for (let i = low; i < values.length && values[i].start < end; i++) {
    if (!(Math.abs(values[i].value) <= Math.abs(best))) best = values[i].value
  }
  return best
}
