// What is known of regions beside their places: scores, relevance, motif, genes. What takes time to
// find is found for those that are asked for, and for all where the list is sorted by it.
import { genesOf, geneTracks } from '../igv/genes.js'
import { Largest } from '../igv/peaks.js'
import { groupsOf } from '../pure/largest.js'
import { turns } from '../pure/turns.js'
import { titled } from '../data/manifest.js'
import { readScores } from '../data/scores.js'
import { topHits } from '../pure/best.js'

/** @typedef {import('../data/manifest.js').Manifest} Manifest */
/** @typedef {import('../pure/nearest.js').Near} Near */
/** @typedef {import('../page/panel.js').Series} Series */
/** @typedef {{at: number, chrom: string, start: number, end: number}} Place A row and its place. */

/**
 * @typedef {object} Told
 * @property {() => void} changed hears that more is known
 * @property {(share: number) => void} progress of what all rows are read for; 1 at its end
 * @property {import('../data/again.js').Again} again
 * @property {AbortSignal} signal
 */

/** So long rows may come into sight before they are read (ms), and how many are then read. */
const WAIT = 60
const SIGHT = 80

export class RegionFacts {
  /** @type {import('../data/scores.js').Scores[]} */
  scores = []
  /** Why the scores are not there. */
  why = ''
  /** @type {Float32Array[]} of each series by row; NaN: not known yet, Infinity: there is none */
  largest = []
  /** @type {Promise<void> | null} */
  #opened = null
  /** @type {Map<string, Promise<import('../igv/genes.js').Finder>>} */
  #finders = new Map()
  /** @type {Map<string, import('../igv/genes.js').Finder>} those that are there */
  #found = new Map()
  /** @type {Set<number>} rows whose relevance is asked for */
  #wanted = new Set()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  /** @type {Promise<unknown>} */
  #work = Promise.resolve()

  /**
   * @param {Record<'hits' | 'regions', import('../pure/hits.js').Table>} tables
   * @param {import('../page/panel.js').Viewer} viewer
   * @param {Manifest} manifest
   * @param {Told} told
   */
  constructor({ hits, regions }, { browser, relevance }, manifest, told) {
    this.regions = regions
    this.hits = hits
    this.series = relevance
    this.topHit = topHits(hits)
    this.hasGenes = geneTracks(browser, manifest).length > 0
    this.largest = relevance.map(() => new Float32Array(regions.count).fill(NaN))
    this.browser = browser
    this.manifest = manifest
    this.told = told
    this.readers = relevance.map(({ track }) => new Largest(/** @type {any} */ (track)))
  }

  /** Reads the scores, once. */
  open() {
    this.#opened ??= this.#readScores()
    return this.#opened
  }

  /** What the passport says of a series. @param {string} model */
  verdictOf = (model) =>
    this.manifest.trust?.models?.find((entry) => titled(entry) === model)?.verdict

  async #readScores() {
    const { table = '' } = this.manifest.regions
    const { signal, changed, again } = this.told
    if (table.endsWith('.gz')) this.why = 'Their scores are too many for this page: regions.tsv.gz'
    if (!table) return
    try {
      this.scores = await readScores(table, this.regions.count, again, signal)
    } catch {
      this.why = 'Their scores cannot be read: regions.tsv'
    }
    changed()
  }

  /** @param {number} at @returns {Place} */
  placeOf(at) {
    const { data, text } = this.regions
    const chrom = text?.chrom[data.chrom[at]] ?? ''
    return { at, chrom, start: data.chromStart[at], end: data.chromEnd[at] }
  }

  /**
   * The genes nearest to a region; undefined while they are read.
   *
   * @param {number} at
   * @returns {Near[] | undefined}
   */
  genes(at) {
    const { chrom, start, end } = this.placeOf(at)
    const find = this.#found.get(chrom)
    if (!find) void this.#finder(chrom).then(this.told.changed)
    return find?.(start, end)
  }

  /** Reads the genes of a region's chromosome. @param {number} at */
  async genesAt(at) {
    if (this.hasGenes) await this.#finder(this.placeOf(at).chrom)
  }

  /** The best hit in a region; null where there is none. @param {number} at */
  topHitOf(at) {
    const { chrom, start, end } = this.placeOf(at)
    const hit = this.topHit(chrom, start, end)
    return hit < 0 ? null : this.hits.row(hit)
  }

  /** @param {string} chrom */
  #finder(chrom) {
    const known = this.#finders.get(chrom)
    if (known) return known
    const none = () => /** @type {Near[]} */ ([])
    const tracks = geneTracks(this.browser, this.manifest)
    const { again, signal } = this.told
    const made = again(() => genesOf(this.browser, tracks, chrom), signal).catch(() => none)
    this.#finders.set(chrom, made)
    void made.then((finder) => this.#found.set(chrom, finder))
    return made
  }

  /** Reads the genes of all chromosomes that have regions. */
  async allGenes() {
    const { text } = this.regions
    for (const chrom of text?.chrom ?? []) await this.#finder(chrom)
  }

  /**
   * The largest relevance of a series in a region; NaN while it is read, Infinity where there is
   * none.
   *
   * @param {number} series
   * @param {number} at
   */
  largestOf = (series, at) => {
    const value = this.largest[series][at]
    if (Number.isNaN(value)) {
      this.#wanted.delete(at)
      this.#wanted.add(at) // as the last one
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.#readWanted(), WAIT)
    }
    return value
  }

  #readWanted() {
    const wanted = [...this.#wanted].slice(-SIGHT).sort((a, b) => a - b)
    this.#wanted.clear()
    return this.read(wanted)
  }

  /**
   * Reads the relevance of rows, in the order of the genome, one reading after the other.
   *
   * @param {number[]} rows
   * @param {(share: number) => void} [progress]
   */
  read(rows, progress) {
    const done = this.#work.then(() => this.#read(rows, progress))
    this.#work = done.catch(() => {})
    return done
  }

  /** @param {number[]} rows @param {(share: number) => void} [progress] */
  async #read(rows, progress) {
    /** @type {Place[]} */
    const left = []
    const { again, signal } = this.told
    const turn = turns()
    for (const [i, at] of rows.entries()) {
      if (this.largest.some((values) => Number.isNaN(values[at]))) left.push(this.placeOf(at))
      if (i % 256 === 0) await turn()
    }
    const groups = groupsOf(left)
    for (const [i, group] of groups.entries()) {
      for (const [series, reader] of this.readers.entries()) {
        if (signal.aborted) return
        const values = this.largest[series]
        const tell = (/** @type {Place} */ { at }, /** @type {number} */ value) => {
          values[at] = Number.isNaN(value) ? Infinity : value
        }
        const read = again(() => reader.read(group, tell), signal)
        await read.catch(() => group.forEach((place) => tell(place, NaN)))
      }
      progress?.((i + 1) / groups.length)
    }
    if (groups.length) this.told.changed()
  }

  /**
   * The text that each row has in a column, with turns for the page.
   *
   * @param {(at: number) => string} textOf
   */
  async texts(textOf) {
    const turn = turns()
    const texts = []
    for (let at = 0; at < this.regions.count; at++) {
      texts.push(textOf(at))
      if (at % 256 === 0) await turn()
    }
    return texts
  }
}
