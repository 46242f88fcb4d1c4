// The values of one relevance track, read once for all who ask.
import { joined } from '../pure/envelope.js'

/** @typedef {import('../pure/envelope.js').Piece} Piece */
/** @typedef {import('../../igv.js').Query} Query */
/** @typedef {{chr: string, start: number, end: number, zoom: number}} Ask */
/** @typedef {Ask & {pieces: Promise<any>, wanted: (() => boolean)[]}} Kept */

/**
 * Below this many bases per pixel each base is drawn: igv.js keeps what it has down to half of the
 * zoom that it was loaded at, and from there on each base is a pixel wide.
 */
export const RAW = 2
/** From so many bases per pixel on a file's summaries are read: gtrack's finest hold as many. */
const SUMMARIES = 64

export class Reader {
  /** @type {Kept[]} */
  #kept = []
  /** @type {Promise<unknown>} */
  #last = Promise.resolve()
  #ask

  /** @param {(query: Query) => Promise<any[] | undefined>} ask igv.js' own reader of the file */
  constructor(ask) {
    this.#ask = ask
  }

  /**
   * What the file holds: base by base, or, far away, the largest and the smallest value of each of
   * its summaries.
   *
   * @param {string} chr
   * @param {number} start
   * @param {number} end
   * @param {number} bpPerPixel
   * @param {() => boolean} [isWanted] asked when its turn has come: where a view has gone on, it is
   *   not read, and none is what comes
   * @returns {Promise<Piece[]>}
   */
  pieces(chr, start, end, bpPerPixel, isWanted = () => true) {
    const zoom = bpPerPixel < SUMMARIES ? 0 : bpPerPixel
    const fits = (/** @type {Kept} */ k) =>
      k.chr === chr && k.start <= start && k.end >= end && k.zoom === zoom
    const kept = this.#kept.find(fits)
    if (kept) {
      kept.wanted.push(isWanted)
      return kept.pieces
    }
    const wanted = [isWanted]
    /** @returns {any} */
    const drop = () => {
      this.#kept = this.#kept.filter((k) => k !== entry)
    }
    const pieces = this.#last.then(() =>
      wanted.some((is) => is()) ? this.#read({ chr, start, end, zoom }) : drop(),
    )
    const entry = { chr, start, end, zoom, pieces, wanted }
    this.#kept = [entry, ...this.#kept].slice(0, 4)
    this.#last = pieces.catch(drop)
    return pieces
  }

  /**
   * igv.js gives one number of a summary per reading.
   *
   * @param {Ask} ask
   */
  async #read({ chr, start, end, zoom }) {
    const read = async (/** @type {Query['windowFunction']} */ windowFunction) =>
      (await this.#ask({ chr, start, end, bpPerPixel: zoom || undefined, windowFunction })) ?? []
    return zoom ? joined(await read('max'), await read('min')) : read('none')
  }
}
