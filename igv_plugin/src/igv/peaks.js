// Reads the largest relevance of regions, apart from what the figure reads.
import { largestIn } from '../pure/largest.js'
import { turns } from '../pure/turns.js'
import { Reader } from './reading.js'

/** @typedef {import('../pure/largest.js').Place} Place */

/** What reads the largest value of places in a track, apart from what the figure reads. */
export class Largest {
  #reader
  #turn = turns() // of all groups: many that are at hand would be one long task

  /** @param {import('./track.js').RelevanceTrack} track */
  constructor({ featureSource }) {
    this.#reader = new Reader((query) => featureSource.getFeatures(query))
  }

  /**
   * Reads a group of places, and tells the value of each.
   *
   * @template {Place} P
   * @param {P[]} group
   * @param {(place: P, value: number) => void} tell
   */
  async read(group, tell) {
    const start = group[0].start
    const end = Math.max(...group.map((place) => place.end))
    const values = /** @type {any[]} */ (await this.#reader.pieces(group[0].chrom, start, end, 0))
    for (const place of group) {
      tell(place, largestIn(values, place.start, place.end))
      await this.#turn()
    }
  }
}
