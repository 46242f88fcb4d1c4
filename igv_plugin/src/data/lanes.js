// Which track stands where: each model with its hits under its relevance, the difference under both
// of its models, then the user's signals, then all else.
import { differenceOf, titled } from './manifest.js'

/** @typedef {import('../../igv.js').TrackConfig} TrackConfig */
/** @typedef {import('../../index.js').Models} Models */
/** @typedef {import('../igv/track.js').RelevanceTrack} RelevanceTrack */
/** @typedef {{model: string, unit?: string, p99?: number, track: RelevanceTrack}} Series */
/** @typedef {{models: (string | undefined)[], kind?: string}} Lane */

/** Tracks that a lane has room for. All orders are below 0: tracks that others add come last. */
const ROOM = 1e4
const FIRST = ['relevance', 'hits'] // of a model's tracks
const LAST = ['signal', 'annotation'] // of all

/**
 * Of which models a track is, and what of them; a signal of the user's is of none.
 *
 * @param {TrackConfig} config
 * @param {import('./manifest.js').Manifest | null} manifest
 * @returns {Lane}
 */
export function laneOf({ gtrack, url }, manifest) {
  const shown = manifest?.tracks.find((track) => track.url === url)
  const { kind = shown?.kind, models = [gtrack?.model ?? titled(shown ?? {})] } = gtrack ?? {}
  const isSignal = kind === 'annotation' && shown?.format === 'bigWig'
  return { models, kind: isSignal ? 'signal' : kind }
}

/**
 * The order of igv.js at which a lane begins.
 *
 * @param {Lane} lane
 * @param {string[]} names of the models, in order
 */
export function orderOf({ models, kind = '' }, names) {
  const at = Math.max(...models.map((model) => names.indexOf(model ?? '')))
  const own = kind === 'difference' ? 3 : (FIRST.indexOf(kind) + 3) % 3
  const lane = at < 0 ? LAST.indexOf(kind) + 1 : 4 * (at - names.length) + own
  return ROOM * (lane - LAST.length - 1)
}

/** Where a track stands in its lane: as in the scan. @param {{order?: number}} track */
export const tieOf = ({ order = 0 }) => ((order % ROOM) + ROOM) % ROOM

/**
 * The relevance tracks as they are in the scan, with what is known of their models.
 *
 * @param {import('../../igv.js').Track[]} tracks
 * @returns {Series[]}
 */
export const seriesOf = (tracks) =>
  tracks
    .sort((a, b) => tieOf(a) - tieOf(b))
    .map((track) => {
      const { model = '', unit, p99 } = track.config.gtrack ?? {}
      return { model, unit, p99, track: /** @type {RelevanceTrack} */ (track) }
    })

/** @param {TrackConfig[]} tracks */
const modelsOf = (tracks) =>
  tracks.flatMap(({ gtrack }) => (gtrack?.kind === 'relevance' ? [gtrack.model ?? ''] : []))

/**
 * All models in the order wanted; what is not named comes last.
 *
 * @param {TrackConfig[]} tracks
 * @param {string[]} [order]
 */
export function namesOf(tracks, order = []) {
  const all = modelsOf(tracks)
  return [...new Set([...order, ...all])].filter((name) => all.includes(name))
}

/**
 * What of a wish holds; nothing where it is as in the scan, so that links stay short.
 *
 * @param {TrackConfig[]} tracks
 * @param {Partial<Models>} wanted
 * @returns {Partial<Models>}
 */
export function chosen(tracks, { order, hidden = [] }) {
  const [all, names] = [modelsOf(tracks), namesOf(tracks, order)]
  const gone = names.filter((name) => hidden.includes(name))
  return {
    order: names.some((name, i) => name !== all[i]) ? names : undefined,
    hidden: gone.length ? gone : undefined,
  }
}

/** @param {Partial<Models>} a @param {Partial<Models>} b */
export const areSame = (a, b) =>
  JSON.stringify([a.order, a.hidden]) === JSON.stringify([b.order, b.hidden])

/**
 * The two models of the difference, by name.
 *
 * @param {TrackConfig[]} tracks
 * @param {{first?: string, second?: string}} wanted
 */
export function pairOf(tracks, wanted) {
  const [first, second] = differenceOf(tracks, wanted)?.gtrack?.models ?? []
  return { first, second }
}
