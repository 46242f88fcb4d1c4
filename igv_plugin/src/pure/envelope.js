// The largest and the smallest value of many bases: bins as wide as a pixel. Pure. A mean would
// hide a lone peak, and could show the sign of the noise around it.

/** @typedef {import('./scale.js').Stretch} Stretch */

/**
 * Bases of which the largest and the smallest value are known. Of a difference `high` is reached at
 * least, and `low` at most, and `most` holds what cannot be exceeded.
 *
 * @typedef {{start: number, end: number, high: number, low: number, most?: Ends}} Bin
 */
/** @typedef {{high: number, low: number}} Ends */
/** @typedef {Stretch | Bin} Piece */

/**
 * @param {Piece} piece
 * @returns {Ends}
 */
export const endsOf = (piece) =>
  'value' in piece ? { high: piece.value, low: piece.value } : piece

/**
 * What a piece cannot exceed.
 *
 * @param {Piece} piece
 */
export const mostOf = (piece) => ('most' in piece && piece.most) || endsOf(piece)

/**
 * The envelope of [from, to) in bins of `width` bases, counted from base 0, so that panning does
 * not change them. A piece counts in every bin that it touches.
 *
 * @param {Piece[]} pieces sorted, without overlap
 * @param {number} width
 * @param {number} from
 * @param {number} to
 */
export function envelope(pieces, width, from, to) {
  /** @type {(Bin & {i: number})[]} */
  const bins = []
  for (const piece of pieces) {
    const [start, end] = [Math.max(from, piece.start), Math.min(to, piece.end)]
    for (let i = Math.floor(start / width); i * width < end; i++) {
      const bases = Math.min(end, (i + 1) * width) - Math.max(start, i * width)
      if (bases < 1e-6) continue // a touch is only rounding
      const last = bins[bins.length - 1]
      if (last?.i === i) widen(last, piece)
      else bins.push({ i, start: i * width, end: (i + 1) * width, ...wide(piece) })
    }
  }
  return bins
}

/**
 * @param {Piece} piece
 * @returns {Ends & {most?: Ends}}
 */
function wide(piece) {
  const { high, low } = endsOf(piece)
  return 'most' in piece && piece.most ? { high, low, most: { ...piece.most } } : { high, low }
}

/**
 * @param {Bin} bin
 * @param {Piece} piece
 */
function widen(bin, piece) {
  const more = wide(piece)
  reach(bin, more)
  if (bin.most && more.most) reach(bin.most, more.most)
}

/**
 * @param {Ends} ends
 * @param {Ends} more
 */
function reach(ends, { high, low }) {
  ends.high = Math.max(ends.high, high)
  ends.low = Math.min(ends.low, low)
}

/**
 * The records of a file of which one reading gave the largest and another the smallest values.
 *
 * @param {Stretch[]} largest
 * @param {Stretch[]} smallest
 * @returns {Bin[]}
 */
export function joined(largest, smallest) {
  const lows = new Map(smallest.map(({ start, value }) => [start, value]))
  return largest.map(({ start, end, value }) => ({
    start,
    end,
    high: value,
    low: Math.min(value, lows.get(start) ?? value),
  }))
}

/**
 * What is known of a / unitA - b / unitB where only the largest and the smallest values of a and b
 * are. It is no more than a's largest minus b's smallest. Where both are of the same bases, it is
 * at least the difference of their largest values (where a has its largest, b has no more than its
 * own), and likewise of their smallest.
 *
 * @param {Bin[]} a
 * @param {Bin[]} b
 * @param {number} unitA
 * @param {number} unitB
 * @returns {Bin[]}
 */
export function boundsOfDifference(a, b, unitA, unitB) {
  const found = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [one, two] = [a[i], b[j]]
    const [start, end] = [Math.max(one.start, two.start), Math.min(one.end, two.end)]
    const most = {
      high: one.high / unitA - two.low / unitB,
      low: one.low / unitA - two.high / unitB,
    }
    const same = one.start === two.start && one.end === two.end
    const sure = same && [one.high / unitA - two.high / unitB, one.low / unitA - two.low / unitB]
    const [high, low] = sure ? [Math.max(...sure), Math.min(...sure)] : [-Infinity, Infinity]
    if (start < end) found.push({ start, end, high, low, most })
    if (one.end <= two.end) i++
    else j++
  }
  return found
}
