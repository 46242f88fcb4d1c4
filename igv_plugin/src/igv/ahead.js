// Reads what is likely to be shown next, so that it need not be waited for.
import { LETTERS } from '../pure/draw.js'
import { covers } from './move.js'
import { RAW } from './reading.js'

/** @typedef {import('../../igv.js').Browser} Browser */
/** @typedef {import('./track.js').RelevanceTrack} RelevanceTrack */
/** @typedef {{chr: string, start: number, end: number}} Locus */

/**
 * What igv.js will ask of a track to show a place: a view's width on either side, too, and a base
 * more at each end, as it counts in fractions of pixels.
 *
 * @param {Omit<Locus, 'chr'>} place
 * @param {number} length of the chromosome
 */
export function askedFor({ start, end }, length) {
  const size = end - start
  return { from: Math.max(0, start - size - 1), to: Math.min(length, end + size + 1) }
}

export class Ahead {
  #browser
  #tracks
  /** @type {{place: Locus, length: number} | null} */
  #coming = null

  /**
   * @param {Browser} browser
   * @param {() => import('../../igv.js').Track[]} tracks those of relevance that are there
   */
  constructor(browser, tracks) {
    this.#browser = browser
    this.#tracks = tracks
    browser.on('featuresloaded', this.#look)
  }

  /**
   * Reads a place once what is shown now has been read.
   *
   * @param {Locus} place
   * @param {number} length of the chromosome
   */
  expect(place, length) {
    this.#coming = { place, length }
    this.#look()
  }

  #look = () => {
    if (!this.#coming) return
    const viewports = this.#tracks().flatMap(({ trackView }) => trackView.viewports)
    if (!viewports.every((v) => covers(v.featureCache, v.referenceFrame))) return
    const { place, length } = this.#coming
    this.#coming = null
    void this.#readAll(place, length)
  }

  /**
   * Only where bases are drawn. What cannot be read is said when it is gone to.
   *
   * @param {Locus} place
   * @param {number} length
   */
  async #readAll({ chr, start, end }, length) {
    const bpPerPixel = (end - start) / this.#browser.calculateViewportWidth(1)
    if (!(bpPerPixel > 0 && bpPerPixel < RAW)) return
    const { from, to } = askedFor({ start, end }, length)
    const tracks = /** @type {RelevanceTrack[]} */ (this.#tracks())
    const reads = tracks.map((track) => track.pieces(chr, from, to, bpPerPixel))
    const all = await Promise.allSettled(reads)
    if (bpPerPixel >= 2 * LETTERS || all.some(({ status }) => status === 'rejected')) return
    await this.#browser.genome.getSequence(chr, from, to)
  }

  destroy() {
    this.#coming = null
    this.#browser.off('featuresloaded', this.#look)
  }
}
