// The motif hit that stands for a region: the best of those that lie over it. No page in here.
import { isBetter } from './sites.js'

/**
 * What finds the best hit over [start, end) of a chromosome, as a row of the table; -1 for none.
 *
 * @param {import('./hits.js').Table} table in genome order
 * @returns {(chrom: string, start: number, end: number) => number}
 */
export function topHits(table) {
  const { count, data, names } = table
  const { chrom: codes, chromStart: starts, chromEnd: ends } = data
  /** @type {Map<number, [from: number, to: number]>} where the hits of a chromosome are */
  const spans = new Map()
  let widest = 0
  for (let row = 0; row < count; row++) {
    const span = spans.get(codes[row])
    if (span) span[1] = row + 1
    else spans.set(codes[row], [row, row + 1])
    widest = Math.max(widest, ends[row] - starts[row])
  }
  return (chrom, start, end) => {
    const [from, to] = spans.get(names.chrom.get(chrom) ?? -1) ?? [0, 0]
    let [low, high] = [from, to]
    while (low < high) {
      const middle = (low + high) >> 1
      if (starts[middle] <= start - widest) low = middle + 1
      else high = middle
    }
    let best = -1
    for (let row = low; row < to && starts[row] < end; row++) {
      if (ends[row] > start && (best < 0 || isBetter(table, row, best))) best = row
    }
    return best
  }
}
