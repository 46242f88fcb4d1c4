// Sites: hits, of whatever models and motifs, that lie over each other. No page in here.
import { order } from './hits.js'

/** @typedef {import('./hits.js').Table} Table */

/**
 * Hits put together to sites: two are of one site where they share a base, or where others lead
 * from one to the other. Sites are numbered by their first hit.
 *
 * @param {Pick<Table, 'data'>} table
 * @param {Uint32Array} rows of it, in genome order
 * @returns {{firsts: Uint32Array, begins: Uint32Array, ends: Float64Array}} of each site the number
 *   of its first hit, where its hits begin in `rows` (with one end more), and where it ends
 */
export function sitesOf({ data }, rows) {
  const { chrom, chromStart, chromEnd } = data
  const firsts = new Uint32Array(rows.length)
  const begins = new Uint32Array(rows.length + 1)
  const ends = new Float64Array(rows.length)
  let count = 0
  let last = -1
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]
    const same = i && chrom[row] === last && chromStart[row] < ends[count - 1]
    if (!same) {
      firsts[count] = row
      begins[count++] = i
      last = chrom[row]
    }
    ends[count - 1] = Math.max(same ? ends[count - 1] : 0, chromEnd[row])
  }
  begins[count] = rows.length
  const kept = { firsts: firsts.subarray(0, count), ends: ends.subarray(0, count) }
  return { ...kept, begins: begins.subarray(0, count + 1) }
}

/**
 * Whether one hit is told before another: of the lower q value, then of the larger relevance, then
 * of the earlier row.
 *
 * @param {Pick<Table, 'data'>} table
 * @param {number} one
 * @param {number} other
 */
export function isBetter({ data: { qValue, relSum } }, one, other) {
  const q = qValue[one] >= 0 ? qValue[one] : Infinity
  const least = qValue[other] >= 0 ? qValue[other] : Infinity
  if (q !== least) return q < least
  const size = Math.abs(relSum[one])
  const most = Math.abs(relSum[other])
  return size === most ? one < other : size > most
}

/**
 * The best of some hits.
 *
 * @param {Pick<Table, 'data'>} table
 * @param {Iterable<number>} rows
 */
export function bestOf(table, rows) {
  let best = -1
  for (const row of rows) if (best < 0 || isBetter(table, row, best)) best = row
  return best
}

/**
 * The order of some keys, those that are no number last.
 *
 * @param {ArrayLike<number>} keys
 * @param {boolean} down the largest first
 */
export const orderBy = (keys, down) =>
  order(down ? new Float64Array(keys).map((x) => -x) : keys, keys.length)
