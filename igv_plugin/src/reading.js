// The values of one relevance track, read once for all who ask.
import { bin } from './scale.js'
import { LETTERS } from './draw.js'

/** @typedef {import('./scale.js').Stretch} Stretch */
/** @typedef {import('../igv.js').Query} Query */
/** @typedef {{chr: string, start: number, end: number, zoom: number}} Ask */
/** @typedef {Ask & {stretches: Promise<Stretch[]>}} Kept */

/**
 * Below this many bases per pixel, bases are read one by one: igv.js keeps what it has down to half
 * of the zoom it was loaded at.
 */
export const RAW = 2 * LETTERS

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
   * Base by base, or means over bins as wide as a pixel.
   *
   * @param {string} chr
   * @param {number} start
   * @param {number} end
   * @param {number} bpPerPixel
   */
  async resolved(chr, start, end, bpPerPixel) {
    const zoom = bpPerPixel < RAW ? 0 : bpPerPixel
    const stretches = await this.#read({ chr, start, end, zoom })
    return zoom ? bin(stretches, zoom) : stretches
  }

  /**
   * Values as the file has them (`zoom` 0: base by base); one reading at a time.
   *
   * @param {Ask} ask
   */
  #read({ chr, start, end, zoom }) {
    const fits = (/** @type {Kept} */ k) =>
      k.chr === chr && k.start <= start && k.end >= end && k.zoom === zoom
    const kept = this.#kept.find(fits)
    if (kept) return kept.stretches
    /** @type {Query} */
    const query = {
      chr,
      start,
      end,
      bpPerPixel: zoom || undefined,
      windowFunction: zoom ? 'mean' : 'none',
    }
    const stretches = this.#last.then(() => this.#ask(query)).then((found) => found ?? [])
    const entry = { chr, start, end, zoom, stretches }
    this.#kept = [entry, ...this.#kept].slice(0, 4)
    this.#last = stretches.catch(() => {
      this.#kept = this.#kept.filter((k) => k !== entry)
    })
    return stretches
  }
}
