// The lists of hits: one by one, and by site, where those of all models stand side by side.
import { number, signed } from '../pure/words.js'
import { familiesOf } from '../pure/families.js'
import { sortNames } from '../pure/hits.js'
import { briefQ } from '../parts/popup.js'
import { bestOf, isBetter, orderBy, sitesOf } from '../pure/sites.js'

/** @typedef {import('../pure/hits.js').Hit} Hit */
/** @typedef {import('../pure/hits.js').Table} Table */
/** @typedef {import('./listing.js').Asked} Asked */
/** @typedef {import('./listing.js').Column} Column */
/** @typedef {import('./listing.js').Found} Found */
/** @typedef {Hit & {hits: Hit[]}} Site Its best hit, where all of it is, and its hits. */

const Q = { id: 'q', title: 'q', width: 4.2, number: true, cell: briefQ }
const FDR = 'False discovery rate; ≤: at most'

/** The room of a letter of a name, and the least and the most of all of it (rem). */
const NAME = { letter: 0.5, least: 5, most: 12.5 }

/**
 * So wide that whole names have room, if they are not very long.
 *
 * @param {Iterable<string>} names
 * @param {number} more letters
 */
export function widthOf(names, more = 0) {
  let longest = 0
  for (const { length } of names) longest = Math.max(longest, length)
  return Math.min(Math.max(NAME.least, (longest + more + 1) * NAME.letter), NAME.most)
}

/** The same of a place, which is all numbers (rem). */
const POSITION = { letter: 0.46, least: 6.2, most: 8 }

/**
 * The column of places, so wide that those of a human genome have room.
 *
 * @param {Table} table
 * @returns {Column}
 */
export function placeOf({ data, text }) {
  const { letter, least, most } = POSITION
  let [last, name] = [0, 0]
  for (const start of data.chromStart) last = Math.max(last, start)
  for (const { length } of text?.chrom ?? []) name = Math.max(name, length)
  const width = (name + number(last + 1).length + 1) * letter
  return {
    ...{ id: 'position', title: 'Place', grow: 4, width: Math.min(Math.max(least, width), most) },
    cell: (row) => `${row.chrom}:${number(row.chromStart + 1)}`,
  }
}

/**
 * The numbers of names in the order in which people read them.
 *
 * @param {string[]} names few
 * @param {ArrayLike<number>} codes
 */
function ranked(names, codes) {
  const rank = new Map(sortNames(names).map((name, i) => [name, i]))
  const ranks = names.map((name) => rank.get(name) ?? 0)
  return new Float64Array(codes).map((code) => ranks[code])
}

/** All hits, one by one. */
export class HitList {
  label = 'Motif hits'
  version = 0
  /** @type {Column[]} */
  #columns = [
    {
      ...{ id: 'name', title: 'Motif', width: 5, grow: 8 },
      cell: (/** @type {Hit} */ row) => `${row.name} ${row.strand.replace('-', '−')}`,
    },
    {
      ...{ id: 'relevance', title: 'Relevance', width: 4.8, number: true, down: true },
      cell: (/** @type {Hit} */ row) => signed(row.relSum),
      sign: (/** @type {Hit} */ row) => row.relSum,
      meaning: 'Sum over the hit',
    },
    { ...Q, meaning: FDR },
    {
      ...{ id: 'model', title: 'Model', width: 4, grow: 5 },
      cell: (/** @type {Hit} */ row) => row.model,
    },
  ]
  #sorted = { by: '', down: false, rows: new Uint32Array() }

  /** @param {Table} table */
  constructor(table) {
    this.table = table
    this.#columns[0].width = widthOf(table.text?.name ?? [], 2)
    this.#columns.splice(1, 0, placeOf(table))
  }

  get all() {
    return this.table.count
  }

  columns = () => this.#columns

  /** @param {string} by */
  #keys(by) {
    const { data, text } = this.table
    if (by === 'name') return ranked(text?.name ?? [], data.name)
    if (by === 'model') return ranked(text?.model ?? [], data.model)
    if (by === 'q') return data.qValue
    if (by === 'relevance') return new Float64Array(data.relSum).map(Math.abs)
    return this.table.sorted('position')
  }

  /** @type {(asked: Asked) => Found} */
  find = ({ by, down, ...asked }) => {
    const old = this.#sorted
    if (old.by !== by || old.down !== down || old.rows.length !== this.all) {
      const plain = by === 'position' && !down
      const rows = plain ? this.table.sorted('position') : orderBy(this.#keys(by), down)
      this.#sorted = { by, down, rows }
    }
    return this.table.filter(this.#sorted.rows, asked)
  }

  /** @param {number} at */
  row = (at) => this.table.row(at)
  /** @param {number} at */
  middle = (at) => this.table.data.chromStart[at] + this.table.data.chromEnd[at]
  /** @type {Table['overlaps']} */
  overlaps = (chrom, start, end) => this.table.overlaps(chrom, start, end)
}

/** Sites: where hits lie over each other, with the best of each model. */
export class SiteList {
  label = 'Sites of motif hits'
  version = 0
  /** @type {Uint32Array} the hits that are shown, in genome order */
  #hits = new Uint32Array()
  /** @type {ReturnType<typeof sitesOf>} */
  #sites
  /** By its first hit, which of them a site is. */
  #at = new Int32Array()
  /** @type {Column[]} */
  #columns = []
  #models = ''
  #table

  /** @param {Table} table */
  constructor(table) {
    this.#table = table
    this.#sites = sitesOf(table, this.#hits)
  }

  get all() {
    return this.#table.count
  }

  columns = () => {
    const models = sortNames(this.#table.text?.model ?? [])
    if (this.#columns.length && this.#models === models.join('\t')) return this.#columns
    this.#models = models.join('\t')
    const names = familiesOf(this.#table).flatMap(([family, motifs]) =>
      motifs.map((name) => kinOf({ family, name })),
    )
    this.#columns = [
      {
        ...{ id: 'name', title: 'Family', width: widthOf(names), grow: 8, cell: kinOf },
        meaning: 'Motifs that match at the same places, and which of them matches best here',
      },
      placeOf(this.#table),
      ...models.map((model) => columnOf(model)),
      { ...Q, meaning: `${FDR}. Of the best hit` },
    ]
    return this.#columns
  }

  /** The hits of a site. @param {number} site */
  #hitsOf(site) {
    const { begins } = this.#sites
    return this.#hits.subarray(begins[site], begins[site + 1])
  }

  /** @type {(asked: Asked) => Found} */
  find = ({ by, down, ...asked }) => {
    const table = this.#table
    const { rows, hidden } = table.filter(table.sorted('position'), asked)
    const old = this.#hits
    const same = old.length === rows.length && old.every((row, i) => row === rows[i])
    if (!same) this.version++ // a site may have lost some of its hits
    this.#hits = rows
    this.#sites = sitesOf(table, rows)
    const { firsts } = this.#sites
    this.#at = new Int32Array(this.all).fill(-1)
    firsts.forEach((first, i) => (this.#at[first] = i))
    const found = { hidden, shown: rows.length }
    if (by === 'position' && !down) return { ...found, rows: firsts }
    return { ...found, rows: orderBy(this.#keys(by), down).map((site) => firsts[site]) }
  }

  /** @param {string} by */
  #keys(by) {
    const table = this.#table
    const { data, text } = table
    const { firsts } = this.#sites
    if (by === 'position') return firsts
    const model = by.startsWith('of ') ? table.names.model.get(by.slice(3)) : undefined
    const best = this.#bests(model)
    if (by === 'name') {
      const names = Array.from(best, (hit) => {
        const family = text?.family[data.family[hit]] ?? '.'
        return family === '.' ? (text?.name[data.name[hit]] ?? '') : family
      })
      const known = [...new Set(names)]
      const codes = new Map(known.map((name, i) => [name, i]))
      return ranked(
        known,
        names.map((name) => codes.get(name) ?? 0),
      )
    }
    const of = by === 'q' ? data.qValue : data.relSum
    return new Float64Array(best).map((hit) => (hit < 0 ? NaN : Math.abs(of[hit])))
  }

  /** The best hit of each site, of one model if it is said; -1 for none. @param {number} [model] */
  #bests(model) {
    const { firsts, begins } = this.#sites
    const models = this.#table.data.model
    const best = new Int32Array(firsts.length).fill(-1)
    for (let site = 0; site < firsts.length; site++) {
      for (let i = begins[site]; i < begins[site + 1]; i++) {
        const hit = this.#hits[i]
        if (model !== undefined && models[hit] !== model) continue
        if (best[site] < 0 || isBetter(this.#table, hit, best[site])) best[site] = hit
      }
    }
    return best
  }

  /** @type {(at: number) => Site} */
  row = (at) => {
    const table = this.#table
    const hits = [...this.#hitsOf(this.#at[at])]
    const place = { chromStart: table.data.chromStart[at], chromEnd: this.#end(at) }
    const best = table.row(bestOf(table, hits))
    return { ...best, ...place, hits: hits.map((hit) => table.row(hit)) }
  }

  /** @param {number} at */
  #end = (at) => this.#sites.ends[this.#at[at]]

  /** @param {number} at */
  middle = (at) => this.#table.data.chromStart[at] + this.#end(at)

  /** @type {Table['overlaps']} */
  overlaps = (chrom = '', start, end) => {
    const { data, names } = this.#table
    const code = names.chrom.get(chrom)
    return (at) => data.chrom[at] === code && data.chromStart[at] < end && this.#end(at) > start
  }
}

/** @param {Hit} hit */
export const familyOf = ({ family, name }) => (family === '.' ? name : family)

/**
 * The family of a hit, and the motif where it is not the one that the family is called by: a site
 * of CTCF may be listed with those of another factor, but never as one of them.
 *
 * @param {Pick<Hit, 'family' | 'name'>} hit
 */
export const kinOf = ({ family, name }) =>
  family === '.' || family === name ? name : `${family}: ${name}`

/**
 * The best hit of a model at a site: the first in its order.
 *
 * @param {Site} site
 * @param {string} model
 */
export function hitOfModel({ hits }, model) {
  const own = hits.filter((hit) => hit.model === model)
  const q = (/** @type {Hit} */ hit) => (hit.qValue >= 0 ? hit.qValue : Infinity)
  const size = (/** @type {Hit} */ hit) => Math.abs(hit.relSum)
  const [best] = own.sort((a, b) => (q(a) === q(b) ? size(b) - size(a) : q(a) - q(b)))
  return best
}

/** @param {string} model @returns {Column} */
const columnOf = (model) => ({
  ...{ id: `of ${model}`, title: 'Relevance', under: model, width: 4.6, grow: 2 },
  ...{ number: true, down: true },
  meaning: `Relevance of the best hit of ${model}: the sum over its bases`,
  cell: (/** @type {Site} */ site) => {
    const hit = hitOfModel(site, model)
    return hit ? signed(hit.relSum) : '–'
  },
  sign: (/** @type {Site} */ site) => hitOfModel(site, model)?.relSum ?? 0,
})
