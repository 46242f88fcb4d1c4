// What can be found in a scan: chromosomes, motifs, regions, and what annotations name.
import { messageOf } from '../data/manifest.js'
import { familiesOf } from '../pure/families.js'
import { readLines } from '../data/lines.js'
import { Names } from '../pure/names.js'
import { knownBy } from '../pure/places.js'
import { Spots } from '../pure/spots.js'
import { number } from '../pure/words.js'

/** @typedef {import('../../index.js').Interval} Interval */
/** @typedef {import('../page/panel.js').Viewer} Viewer */
/** @typedef {import('../pure/hits.js').Table} Table */
/** @typedef {{only: {motif?: string, family?: string}} | {spots: Interval[]}} Goal */
/**
 * Things of one kind with names.
 *
 * @typedef {object} Source
 * @property {string} title of its group
 * @property {string} what it is, after a number
 * @property {boolean} [isRegion]
 * @property {boolean} [late] behind others that are called just so
 * @property {number} [order] among others that fit as well
 * @property {Names} index
 * @property {(row: number) => string} name
 * @property {(row: number) => string} detail
 * @property {(row: number) => Goal} goal
 */
/** @typedef {{name: string, url?: string}} Annotation */

/** A place in few words. @param {Interval} place */
export const told = ({ chrom, start, end }) =>
  `${chrom}:${number(start + 1)}${end - start > 1 ? `–${number(end)}` : ''}`

/** @param {number} count @param {string} noun */
export const counted = (count, noun) => `${number(count)} ${noun}${count === 1 ? '' : 's'}`

export class Sources {
  /** @type {Source[]} as they became ready */
  ready = []
  /** @type {string[]} what is still being read */
  waiting = []
  /** @type {Map<string, string[]>} of what cannot be searched, by the reason */
  missing = new Map()
  #added = 0
  #told
  #signal

  /**
   * @param {() => void} told hears of what became ready
   * @param {AbortSignal} signal
   */
  constructor(told, signal) {
    this.#told = told
    this.#signal = signal
  }

  /**
   * Waits for a source, and adds it; the order of the calls is that of the sources.
   *
   * @param {string} what
   * @param {() => Promise<Source[] | null>} make
   */
  async add(what, make) {
    const order = this.#added++
    this.waiting.push(what)
    try {
      for (const made of (await make()) ?? []) this.ready.push({ ...made, order })
      this.ready.sort((a, b) => (a.order ?? Infinity) - (b.order ?? Infinity))
    } catch (error) {
      const why = messageOf(error)
      this.missing.set(why, [...(this.missing.get(why) ?? []), what])
    }
    this.waiting.splice(this.waiting.indexOf(what), 1)
    if (!this.#signal.aborted) this.#told()
  }
}

/**
 * The chromosomes by loose names, and as a source.
 *
 * @param {import('../../igv.js').Browser} browser
 */
export async function chromosomesOf({ genome }) {
  const all = [...genome.chromosomes.values()].filter((c) => c && c.name !== 'all')
  const list = all.map(({ name, bpLength: length }) => ({ name, length }))
  const listed = knownBy(list)
  /** @param {string} name */
  const known = (name) => {
    const found = listed(name)
    if (found) return found
    const other = genome.getChromosome(name) // igv.js knows other names of some
    return other ? { name: other.name, length: other.bpLength } : null
  }
  const source = {
    title: 'Chromosomes',
    what: counted(list.length, 'chromosome'),
    index: await Names.of(list.map(({ name }) => name)),
    name: (/** @type {number} */ row) => list[row].name,
    detail: (/** @type {number} */ row) => `${number(list[row].length)} bp`,
    goal: (/** @type {number} */ row) => ({
      spots: [{ chrom: list[row].name, start: 0, end: list[row].length }],
    }),
  }
  return { known, source }
}

/**
 * The features that an annotation names.
 *
 * @param {Annotation} annotation
 * @param {(place: Interval) => string} beside what else is there
 * @param {import('../data/again.js').Again} again
 * @param {AbortSignal} signal
 * @returns {Promise<Source[]>}
 */
export async function annotated({ name: title, url }, beside, again, signal) {
  if (!url) throw new Error('no list of names; gtrack annotate NAME=FILE writes it')
  const spots = new Spots()
  await readLines(url, spots.read, again, signal)
  return [await sourceOf(spots, title, 'name', beside)]
}

/**
 * @param {Spots} spots
 * @param {string} title
 * @param {string} noun
 * @param {(place: Interval) => string} beside
 * @returns {Promise<Source>}
 */
async function sourceOf(spots, title, noun, beside) {
  /** @param {number} row */
  const detail = (row) => {
    const [first, ...others] = spots.of(row)
    const more = others.length ? counted(others.length + 1, 'place') : beside(first)
    return [told(first), more].filter(Boolean).join(' · ')
  }
  return {
    title,
    what: `${counted(spots.names.length, noun)}${noun === 'name' ? ` (${title})` : ''}`,
    index: await Names.of(spots.names),
    name: (row) => spots.names[row],
    detail,
    goal: (row) => ({ spots: spots.of(row) }),
  }
}

/**
 * The scanned regions that have names.
 *
 * @param {Table} table
 * @returns {Promise<Source[] | null>}
 */
export async function regionsOf(table) {
  const { count, data, text } = table
  const spots = new Spots()
  for (let row = 0; row < count; row++) {
    const name = text?.name[data.name[row]] ?? '.'
    if (name === '.') continue
    spots.add(name, text?.chrom[data.chrom[row]] ?? '', data.chromStart[row], data.chromEnd[row])
  }
  const beside = (/** @type {Interval} */ { start, end }) => `${number(end - start)} bp`
  if (!spots.names.length) return null
  return [{ ...(await sourceOf(spots, 'Regions', 'region', beside)), isRegion: true }]
}

/**
 * Motifs by name and by identifier, and families of several.
 *
 * @param {Table} table
 * @returns {Promise<Source[] | null>}
 */
export async function motifsOf(table) {
  const { count, data, text } = table
  if (!text || !count) return null
  const hits = new Uint32Array(text.name.length)
  const nameOf = new Uint32Array(text.motifId.length) // of an identifier
  for (let row = 0; row < count; row++) {
    hits[data.name[row]]++
    nameOf[data.motifId[row]] = data.name[row]
  }
  const found = (/** @type {string} */ name) => hits[table.names.name.get(name) ?? -1] ?? 0
  const ids = text.motifId.map((id, code) => ({ id, motif: text.name[nameOf[code]] }))
  const others = ids.filter(({ id, motif }) => id !== motif && id !== '.')
  const idOf = new Map(others.map(({ id, motif }) => [motif, id]))
  /** @type {{name: string, detail: string, only: {motif?: string, family?: string}}[]} */
  const list = text.name.map((motif, code) => {
    const about = [idOf.get(motif), counted(hits[code], 'hit')]
    return { name: motif, detail: about.filter(Boolean).join(' · '), only: { motif } }
  })
  for (const { id, motif } of others) {
    list.push({ name: id, detail: `${motif} · ${counted(found(motif), 'hit')}`, only: { motif } })
  }
  await new Promise((resolve) => setTimeout(resolve)) // for the page
  for (const [family, names] of familiesOf(table)) {
    if (names.length < 2) continue
    const sum = names.reduce((all, name) => all + found(name), 0)
    const detail = `family of ${counted(names.length, 'motif')} · ${counted(sum, 'hit')}`
    list.push({ name: family, detail, only: { family } })
  }
  return [
    {
      title: 'Motifs',
      late: true,
      what: counted(text.name.length, 'motif'),
      index: await Names.of(list.map(({ name }) => name)),
      name: (row) => list[row].name,
      detail: (row) => list[row].detail,
      goal: (row) => ({ only: list[row].only }),
    },
  ]
}
