// What is offered for a text, in words, and where each leads.
import { offersFor } from '../pure/finding.js'
import { readPlace } from '../pure/places.js'
import { parseLocus } from '../pure/state.js'
import { number } from '../pure/words.js'
import { hitsAt, regionsAt, toBestHit, toSpot } from './goals.js'
import { told } from './sources.js'

/** @typedef {import('../list/side.js').Side} Side */
/** @typedef {import('../page/panel.js').Viewer} Viewer */
/** @typedef {import('./sources.js').Source} Source */
/** @typedef {{title: string, all: number, choices: Choice[]}} Group */
/** @typedef {{name: string, detail: string, go: () => Promise<string | false>}} Choice */

/**
 * What is offered for a text, and what is said below it; `sure`: the first is what is meant.
 *
 * @param {string} asked
 * @param {object} all
 * @param {(name: string) => import('../pure/places.js').Chromosome | null} all.known
 * @param {import('./sources.js').Sources} all.sources
 * @param {Viewer} all.viewer
 * @param {Side} all.side
 */
export function groupsFor(asked, { known, sources, viewer, side }) {
  const read = readPlace(asked, known)
  const wrong = read && 'wrong' in read && read.wrong
  if (wrong) return { groups: [], said: `“${asked}” cannot be shown. ${wrong}`, sure: false }
  const place = read && 'place' in read && read.place
  const { offers, exact, near } = offersFor(asked, sources.ready)
  /** @type {Group[]} */
  const groups = offers.map(({ source, rows, all }) => ({
    title: source.title,
    all,
    choices: rows.map((row) => choiceOf(viewer, side, source, row)),
  }))
  const sites = hitsAt(side.hits, asked, known)
  if ((place || sites.length) && near) groups.length = 0
  if (sites.length) groups.unshift(hitsOf(viewer, side, asked, sites))
  // a chromosome by another name stands behind what is called just so
  const behind = place && place.whole && place.chrom !== asked ? exact : 0
  const first = place && { title: 'Place', all: 1, choices: [placeOf(viewer, side, place)] }
  if (first) groups.splice(behind, 0, first)
  const found = groups.reduce((sum, { all }) => sum + all, 0)
  const waiting = sources.waiting.length ? ` Still reading: ${sources.waiting.join(', ')}.` : ''
  const sure = Boolean(place || sites.length) || !near
  if (sure) return { groups, said: `${number(found)} found.${waiting}`, sure }
  const looked = `Looked in ${sources.ready.map(({ what }) => what).join(', ')}.`
  const unread = [...sources.missing].map(([why, names]) => `${names.join(', ')} (${why})`)
  const missing = unread.length ? ` Not in ${unread.join(', ')}.` : ''
  const mean = groups.length ? ' Did you mean one of these?' : ''
  const chrom = parseLocus(asked)?.chrom
  const none = chrom ? `The genome has no “${chrom}”.` : `Nothing is called “${asked}”.`
  return { groups, said: `${none}${mean} ${looked}${missing}${waiting}`, sure }
}

/**
 * @param {Viewer} viewer
 * @param {Side} side
 * @param {string} name
 * @param {import('./sources.js').Interval[]} sites
 * @returns {Group}
 */
const hitsOf = (viewer, side, name, sites) => ({
  title: 'Hits',
  all: sites.length,
  choices: sites.map((site) => ({
    name,
    detail: told(site),
    go: () => toSpot(viewer, side.regions, name, [site]),
  })),
})

/**
 * @param {Viewer} viewer
 * @param {Side} side
 * @param {Source} source
 * @param {number} row
 * @returns {Choice}
 */
function choiceOf(viewer, side, source, row) {
  const [name, detail, goal] = [source.name(row), source.detail(row), source.goal(row)]
  if ('only' in goal) {
    return { name, detail, go: () => toBestHit(viewer, side, name, goal.only) }
  }
  const whole = source.title === 'Chromosomes' && goal.spots[0]
  if (whole) return { ...placeOf(viewer, side, whole), name, detail }
  return {
    name,
    detail,
    go: async () => {
      const regions = source.isRegion ? null : side.regions
      const said = await toSpot(viewer, regions, name, goal.spots)
      if (said) side.list.touch(parseLocus(viewer.state().locus)) // the list goes along
      return said
    },
  }
}

/**
 * @param {Viewer} viewer
 * @param {Side} side
 * @param {import('../pure/places.js').Place} place
 * @returns {Choice}
 */
function placeOf({ goto, span }, { regions }, place) {
  const { chrom, start, end, whole } = place
  const width = end - start > 1 ? 1 : span()
  const bases = `${number(end - start)} bp`
  const detail = whole ? `all of it, ${bases}` : `${bases}${detailOf(regionsAt(regions, place))}`
  const go = async () => ((await goto(chrom, start, end, width)) ? '' : false)
  return { name: whole ? chrom : told(place), detail, go }
}

const detailOf = (/** @type {string} */ text) => text && ` · ${text}`
