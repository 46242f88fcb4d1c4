// The list of regions with what is known of each; each column sorts.
import { number, short, signed } from '../pure/words.js'
import { placesOf } from '../pure/natural.js'
import { orderBy } from '../pure/sites.js'
import { rest } from '../pure/turns.js'
import { kinOf, placeOf, widthOf } from './sites.js'

/** @typedef {import('../pure/hits.js').Hit} Hit */
/** @typedef {import('./listing.js').Asked} Asked */
/** @typedef {import('./listing.js').Column} Column */
/** @typedef {import('./listing.js').Found} Found */
/** @typedef {import('./known.js').RegionFacts} RegionFacts */

/** What a cell says while it is read, and where there is nothing to say. */
const SOON = '…'
const NONE = '–'
/** @param {number} x */
const shown = (x) => (Number.isFinite(x) ? short(x) : NONE)

export class RegionList {
  label = 'Scanned regions'
  version = 0
  #facts
  /** @type {Column[]} */
  #columns = []
  #made = -1 // how many scores the columns were made for
  #sorted = { by: '', down: false, rows: new Uint32Array() }

  /** @param {RegionFacts} facts */
  constructor(facts) {
    this.#facts = facts
  }

  get all() {
    return this.#facts.regions.count
  }

  /** More is known, and cells say something else; whether there are other columns, too. */
  refresh() {
    this.version++
    return this.#made !== this.#facts.scores.length
  }

  columns = () => {
    const { scores } = this.#facts
    if (this.#made === scores.length) return this.#columns
    this.#made = scores.length
    const { text } = this.#facts.regions
    const width = widthOf(text?.name ?? [])
    this.#columns = [
      { id: 'name', title: 'Region', width, grow: 3, cell: (/** @type {Hit} */ row) => row.name },
      placeOf(this.#facts.regions),
      ...this.#ofModels(),
      ...this.#beside(),
      {
        ...{ id: 'length', title: 'Length', width: 5, number: true, down: true },
        cell: (row) => `${number(row.chromEnd - row.chromStart)} bp`,
      },
    ]
    return this.#columns
  }

  /** @returns {Column[]} score, probability and relevance of each model and target */
  #ofModels() {
    const { scores, series, verdictOf, largestOf } = this.#facts
    const common = { number: true, down: true }
    const ofScores = scores.flatMap(({ model: under, score, probability }, i) => {
      const unit = series.find(({ model }) => model === under)?.unit ?? 'logit'
      const verdict = verdictOf(under)
      const meaning = `Mean score over the region (${unit})${verdict && `. Passport: ${verdict}`}`
      /** @type {Column[]} */
      const two = [
        {
          ...{ id: `score ${i}`, title: 'Score', under, width: 4.6, meaning, ...common },
          cell: (_, at) => shown(score[this.#line(at)]),
        },
        {
          ...{ id: `probability ${i}`, title: 'Probability', under, width: 5.2, ...common },
          meaning: 'Mean probability over the region',
          cell: (_, at) => shown(probability[this.#line(at)]),
        },
      ]
      return probability.some(Number.isFinite) ? two : two.slice(0, 1)
    })
    const ofSeries = series.map(({ model: under, unit = 'logit' }, i) => ({
      ...{ id: `largest ${i}`, title: 'Largest', under, width: 4.8, ...common },
      meaning: `The relevance of largest size among the bases of the region (${unit})`,
      cell: (/** @type {Hit} */ _, /** @type {number} */ at) => {
        const value = largestOf(i, at)
        if (Number.isNaN(value)) return SOON
        return Number.isFinite(value) ? signed(value) : NONE
      },
      sign: (/** @type {Hit} */ _, /** @type {number} */ at) => this.#facts.largest[i][at],
    }))
    return [...ofScores, ...ofSeries]
  }

  /** @returns {Column[]} motif and genes, where there are some */
  #beside() {
    const { hits, hasGenes } = this.#facts
    /** @type {Column} */
    const motif = {
      ...{ id: 'motif', title: 'Top motif', width: 5.4, grow: 2 },
      meaning: 'Of the hit with the lowest q value in the region',
      cell: (_, at) => this.#motif(at),
    }
    /** @type {Column[]} */
    const genes = [
      {
        ...{ id: 'gene', title: 'Nearest gene', width: 6.6, grow: 2 },
        meaning: 'With the smallest distance to its body',
        cell: (_, at) => {
          const near = this.#facts.genes(at)
          return near ? near.map(({ name }) => name).join(', ') || NONE : SOON
        },
      },
      {
        ...{ id: 'distance', title: 'Distance', width: 5.6, number: true },
        meaning: 'To the body of the nearest gene; 0 where they overlap',
        cell: (_, at) => {
          const near = this.#facts.genes(at)
          if (!near) return SOON
          return near.length ? `${number(near[0].distance)} bp` : NONE
        },
      },
    ]
    return [...(hits.count ? [motif] : []), ...(hasGenes ? genes : [])]
  }

  /** The line of regions.bed of a row. @param {number} at */
  #line = (at) => this.#facts.regions.from[at]

  /** @param {number} at */
  #motif(at) {
    const hit = this.#facts.topHitOf(at)
    return hit ? kinOf(hit) : NONE
  }

  /** @type {(asked: Asked) => Found | Promise<Found>} */
  find = ({ by, down, text }) => {
    const { regions } = this.#facts
    void this.#facts.open()
    const old = this.#sorted
    const take = (/** @type {ArrayLike<number>} */ keys) => {
      this.#sorted = { by, down, rows: orderBy(keys, down) }
      return regions.filter(this.#sorted.rows, { text })
    }
    if (old.by === by && old.down === down && by !== 'position') {
      return regions.filter(old.rows, { text })
    }
    if (by === 'position') {
      const rows = regions.sorted('position') // as they lie
      this.#sorted = { by, down, rows: down ? rows.reverse() : rows }
      return regions.filter(this.#sorted.rows, { text })
    }
    const keys = this.#keys(by)
    return Promise.resolve(keys).then(async (found) => {
      await rest()
      return take(found)
    })
  }

  /** @param {string} by @returns {ArrayLike<number> | Promise<ArrayLike<number>>} */
  #keys(by) {
    const facts = this.#facts
    const { regions, scores, largest } = facts
    const { data, text, count } = regions
    const [what, which] = by.split(' ')
    const row = new Float64Array(count).map((_, at) => at)
    if (what === 'score' || what === 'probability') {
      const values = scores[Number(which)]?.[what]
      return row.map((at) => values?.[this.#line(at)] ?? NaN)
    }
    if (what === 'largest') {
      const size = (/** @type {number} */ at) => {
        const value = Math.abs(largest[Number(which)][at])
        return value < Infinity ? value : NaN
      }
      const { progress } = facts.told
      return facts.read([...row], progress).then(() => row.map(size))
    }
    if (what === 'name') {
      return placesOf(text?.name ?? []).then((places) => row.map((at) => places[data.name[at]]))
    }
    if (what === 'length') return row.map((at) => data.chromEnd[at] - data.chromStart[at])
    if (what === 'motif') return placed(facts.texts((at) => this.#motif(at)))
    const gene = (/** @type {number} */ at) => facts.genes(at)?.[0]
    if (what === 'gene') {
      return placed(facts.allGenes().then(() => facts.texts((at) => gene(at)?.name ?? '')))
    }
    if (what === 'distance') {
      const far = () => facts.texts((at) => String(gene(at)?.distance ?? NaN))
      return facts
        .allGenes()
        .then(far)
        .then((texts) => texts.map(Number))
    }
    return row
  }

  /** @param {number} at @returns {Hit & {at: number}} */
  row = (at) => ({ ...this.#facts.regions.row(at), at })
  /** @param {number} at */
  middle = (at) => {
    const { chromStart, chromEnd } = this.#facts.regions.data
    return chromStart[at] + chromEnd[at]
  }
  /** @type {import('../pure/hits.js').Table['overlaps']} */
  overlaps = (chrom, start, end) => this.#facts.regions.overlaps(chrom, start, end)
}

/**
 * The places of texts in the order in which people read them; none for what is empty.
 *
 * @param {Promise<string[]>} given
 */
async function placed(given) {
  const texts = await given
  const known = [...new Set(texts)]
  const codes = new Map(known.map((text, i) => [text, i]))
  const places = await placesOf(known)
  const none = (/** @type {string} */ text) => text === '' || text === NONE
  return texts.map((text) => (none(text) ? NaN : places[codes.get(text) ?? 0]))
}
