// What can be listed beside the figure, for navigator.js. Types alone.

/** @typedef {import('../pure/hits.js').Hit} Hit */
/** @typedef {'sites' | 'hits' | 'regions'} Kind */
/** @typedef {{model: string, motif: string, family: string}} Only What alone is listed. */
/** @typedef {{by: string, down: boolean}} Order A column, and whether the largest comes first. */
/** @typedef {{kind: Kind, text: string} & Order & Only} Wanted */
/**
 * @typedef {Omit<Wanted, 'kind'> & {limits: Record<string, number>}} Asked With the least
 *   |relevance| per base of each model.
 */
/** @typedef {{rows: Uint32Array, hidden: number, shown?: number}} Found `shown` hits in all. */
/** @typedef {{shown: number, all: number, hidden: number, kind: Kind, rows: number}} Counts */

/**
 * A column of the grid: its title (and a second line), its least width (rem) and its share of the
 * room that is left, the text of a row, what the column is, and whether its largest come first.
 *
 * @typedef {object} Column
 * @property {string} id
 * @property {string} title
 * @property {string} [under]
 * @property {number} width
 * @property {number} [grow]
 * @property {(row: any, at: number) => string} cell
 * @property {(row: any, at: number) => number} [sign] whether it supports or opposes
 * @property {boolean} [number]
 * @property {boolean} [down]
 * @property {string} [meaning]
 */

/**
 * What can be listed: rows have numbers, which stay theirs.
 *
 * @typedef {object} Listing
 * @property {string} label
 * @property {number} all how many there are
 * @property {number} version grows when cells change
 * @property {() => Column[]} columns
 * @property {(asked: Asked) => Found | Promise<Found>} find
 * @property {(at: number) => Hit} row
 * @property {(at: number) => number} middle twice the middle of a row's place
 * @property {(chrom: string, start: number, end: number) => (at: number) => boolean} overlaps
 */

/**
 * @typedef {object} Ears Who is asked and told.
 * @property {() => Record<string, number>} limits of each model the least |relevance| per base
 * @property {(row: Hit, kind: Kind, quiet: boolean) => Promise<boolean>} chosen hears of the
 *   current row; `quiet`: the browser is not to follow
 * @property {(row: Hit) => unknown} coming hears of the row that is likely to be the next
 * @property {(row: Hit | null) => unknown} pointed hears of the row under the pointer
 * @property {(counts: Counts) => void} counted
 * @property {() => void} waiting hears of a sort that takes its time
 */

export {}
