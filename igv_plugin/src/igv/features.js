// What igv.js keeps of a relevance track to draw.
import { LETTERS } from '../pure/draw.js'
import { reachOf } from '../pure/ensembles.js'
import { envelope } from '../pure/envelope.js'
import { largest } from '../pure/scale.js'
import { RAW } from './reading.js'

/** @typedef {import('../../igv.js').Browser} Browser */
/** @typedef {import('../pure/envelope.js').Piece} Piece */
/** @typedef {import('./track.js').RelevanceTrack} RelevanceTrack */

/**
 * What igv.js keeps to draw: the values of bases, with the sequence where there is room for it, or
 * of bins as wide as a pixel; and what igv.js asks to find the scale.
 *
 * @param {RelevanceTrack} track
 * @param {string} chr
 * @param {number} start
 * @param {number} end
 * @param {number} bpPerPixel
 */
export async function featuresOf(track, chr, start, end, bpPerPixel) {
  const width = bpPerPixel < RAW ? 0 : bpPerPixel
  const [from, to] = width ? wholeBins(start, end, width) : [start, end]
  const isSeen = () =>
    track.browser.referenceFrameList.some((f) => f.chr === chr && f.start < to && f.end > from)
  const pieces = await track.pieces(chr, from, to, bpPerPixel, isSeen)
  if (!pieces) return /** @type {any} */ (undefined) // of this igv.js keeps nothing
  const shown = width ? envelope(pieces, width, from, to) : [...pieces]
  // igv.js keeps what it has down to half of this zoom
  const letters =
    bpPerPixel < 2 * LETTERS && (await lettersOf(track.browser, chr, start, end, pieces))
  const band = width ? [] : await track.band(chr, from, to, pieces)
  const getMax = (/** @type {number} */ left, /** @type {number} */ right) =>
    Math.max(largest(shown, left, right), reachOf(band, left, right))
  return Object.assign(shown, { width, letters: letters || null, band, getMax, getMin: () => 0 })
}

/**
 * The interval, with the bins at its ends whole.
 *
 * @param {number} start
 * @param {number} end
 * @param {number} width
 */
const wholeBins = (start, end, width) => [
  Math.floor(Math.floor(start / width) * width),
  Math.ceil(Math.ceil(end / width) * width),
]

/**
 * The sequence under the values; null where it cannot be read, and then there are bars.
 *
 * @param {Browser} browser
 * @param {string} chr
 * @param {number} start
 * @param {number} end
 * @param {Piece[]} pieces
 */
async function lettersOf(browser, chr, start, end, pieces) {
  if (!pieces.length) return null
  const from = Math.max(start, pieces[0].start)
  const to = Math.min(end, pieces[pieces.length - 1].end)
  const text = await browser.genome.getSequence(chr, from, to).catch(() => null)
  return text ? { start: from, text } : null
}
