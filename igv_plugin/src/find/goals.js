// Where what was found leads: a motif to its best hit, a name to its next place.
import { briefQ } from '../parts/popup.js'
import { nextSpot } from '../pure/finding.js'
import { readPlace } from '../pure/places.js'
import { parseLocus } from '../pure/state.js'
import { number, signed } from '../pure/words.js'
import { counted, told } from './sources.js'

/** @typedef {import('../../index.js').Interval} Interval */
/** @typedef {import('../page/panel.js').Viewer} Viewer */
/** @typedef {import('../pure/hits.js').Table} Table */

/** A feature has so many times its bases around it, and more where it is short. */
const MARGIN = 1.2
/** Regions that are named. */
const NAMED = 3

/**
 * The scanned regions at a place, in words.
 *
 * @param {Table} regions
 * @param {Interval} place
 */
export function regionsAt(regions, { chrom, start, end }) {
  const { count, data, text } = regions
  if (!text) return ''
  const there = regions.overlaps(chrom, start, end)
  /** @type {string[]} */
  const names = []
  let all = 0
  for (let row = 0; row < count; row++) {
    if (there(row) && all++ < NAMED) names.push(text.name[data.name[row]])
  }
  if (!all) return 'no region scanned'
  const said = names.filter((name) => name !== '.')
  const listed = said.length ? `: ${said.join(', ')}${all > said.length ? ', …' : ''}` : ''
  return `${counted(all, 'region')}${listed}`
}

/**
 * Lists the hits of a motif or a family, and goes to the best: of the lowest q the one with the
 * largest relevance. Returns what is to be said.
 *
 * @param {Viewer} viewer
 * @param {import('../list/side.js').Side} side
 * @param {string} name
 * @param {{motif?: string, family?: string}} only
 */
export async function toBestHit({ goto, span, state, relevance }, side, name, only) {
  await side.only(only)
  const { hits, list } = side
  const { threshold } = state()
  const limits = Object.fromEntries(relevance.map((r) => [r.model, threshold * (r.p99 ?? 0)]))
  const { rows, hidden } = hits.filter(hits.sorted('q'), { ...only, limits })
  if (!rows.length) {
    return `${name}: ${counted(hidden, 'hit')}, hidden by the threshold`
  }
  const { qValue, relSum } = hits.data
  const ties = rows.filter((row) => qValue[row] === qValue[rows[0]])
  const best = ties.reduce((a, b) => (Math.abs(relSum[b]) > Math.abs(relSum[a]) ? b : a))
  const hit = hits.row(best)
  const { chrom, chromStart: start, chromEnd: end } = hit
  if (!(await goto(chrom, start, end, Math.max(span(), end - start)))) return false
  list.touch({ chrom, start, end })
  const said = `q ${briefQ(hit)}, relevance ${signed(hit.relSum)} of ${hit.model}`
  return `${name}: the best of ${counted(rows.length, 'hit')} (${said}). Keys n and p: the others.`
}

/**
 * The sites of a motif at a place, written MOTIF@PLACE as for `gtrack figure`.
 *
 * @param {Table} hits
 * @param {string} asked
 * @param {(name: string) => import('../pure/places.js').Chromosome | null} known
 * @returns {Interval[]}
 */
export function hitsAt(hits, asked, known) {
  const at = asked.lastIndexOf('@')
  const read = at > 0 && readPlace(asked.slice(at + 1), known)
  const { count, data, text } = hits
  if (!read || !('place' in read) || !text) return []
  const { chrom, start } = read.place
  const there = hits.overlaps(chrom, start, start + 1)
  const name = asked.slice(0, at).toLowerCase()
  const called = ['name', 'motifId', 'family'].map((key) => {
    const is = text[/** @type {'name'} */ (key)].map((each) => each.toLowerCase() === name)
    return { codes: data[/** @type {'name'} */ (key)], is }
  })
  /** @type {Map<string, Interval>} */
  const sites = new Map() // each once, whichever models see it
  for (let row = 0; row < count; row++) {
    if (!there(row) || !called.some(({ codes, is }) => is[codes[row]])) continue
    const { [row]: from } = data.chromStart
    sites.set(`${from} ${data.chromEnd[row]}`, { chrom, start: from, end: data.chromEnd[row] })
  }
  return [...sites.values()]
}

/**
 * Goes to the next place of a name. Returns what is to be said, or false where it is not there.
 *
 * @param {Viewer} viewer
 * @param {Table | null} regions that are told
 * @param {string} name
 * @param {Interval[]} spots
 */
export async function toSpot({ goto, span, state }, regions, name, spots) {
  const at = nextSpot(spots, parseLocus(state().locus))
  const { chrom, start, end } = spots[at]
  const width = Math.max(Math.round((end - start) * MARGIN), span())
  if (!(await goto(chrom, start, end, width))) return false
  const which = spots.length > 1 ? `, place ${number(at + 1)} of ${number(spots.length)}` : ''
  const also = regions && regionsAt(regions, spots[at])
  return `${name}: ${told(spots[at])}${which}${also ? `; ${also}` : ''}.`
}
