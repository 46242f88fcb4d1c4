// The track of the difference of two models, in the same browser as theirs.
import { boundsOfDifference } from '../pure/envelope.js'
import { difference } from '../pure/scale.js'
import { escapeHTML } from '../pure/words.js'

/** @typedef {import('../../igv.js').Browser} Browser */
/** @typedef {import('../../igv.js').GtrackConfig} GtrackConfig */
/** @typedef {import('../../igv.js').TrackConfig} TrackConfig */
/** @typedef {import('../pure/envelope.js').Bin} Bin */
/** @typedef {import('./reading.js').Reader} Reader */
/** @typedef {import('../pure/scale.js').Stretch} Stretch */
/** @typedef {import('./track.js').RelevanceTrack} RelevanceTrack */

/**
 * The class of the difference of two relevance tracks of the same browser, each in units of its
 * 99th percentile where both are known: models count in logits of their own.
 *
 * @param {ReturnType<typeof import('./track.js').relevanceTrack>} Relevance
 */
export const differenceTrack = (Relevance) =>
  class extends Relevance {
    /** @param {TrackConfig & {gtrack: GtrackConfig}} config */
    init(config) {
      this.isDifference = true
      config.features ??= [] // for stock igv.js, which would miss a url
      super.init(config)
      this.name = escapeHTML(this.own.models?.join(' − '))
    }

    /** The two tracks; undefined where one is not shown. */
    get pair() {
      const { models = [] } = this.own
      return models.map((/** @type {string} */ model) => relevanceOf(this.browser, model))
    }
    get inUnits() {
      return this.pair.every((track) => track?.p99)
    }
    get autoscaleGroup() {
      return undefined
    }
    set autoscaleGroup(_) {}
    /** Its own, and no less than a percentile: what models differ by at random stays small. */
    get limit() {
      const { scale } = this.look
      if (typeof scale === 'number' && !this.inUnits) return scale
      return Math.max(this.seen ?? 0, this.inUnits ? 1 : this.largestP99) || 1
    }
    get largestP99() {
      return Math.max(...this.pair.map((track) => track?.p99 ?? 0))
    }
    get dimmed() {
      return this.look.threshold * (this.inUnits ? 1 : this.largestP99)
    }
    get unitText() {
      return this.inUnits ? ' p99' : super.unitText
    }
    get axisTexts() {
      const unit = this.inUnits ? 'p99' : this.unit
      return [`difference (${unit})`, `${unit}`]
    }

    /** @type {Reader['pieces']} */
    async pieces(...asked) {
      const pair = this.pair
      const [a, b] = await Promise.all(pair.map((track) => track?.pieces(...asked) ?? []))
      if (!a || !b) return /** @type {any} */ (undefined) // the view has gone on
      const [unitA, unitB] = pair.map((track) => (this.inUnits && track?.p99) || 1)
      return areBins(a) && areBins(b)
        ? boundsOfDifference(a, b, unitA, unitB)
        : difference(/** @type {Stretch[]} */ (a), /** @type {Stretch[]} */ (b), unitA, unitB)
    }
  }

/**
 * @param {import('../pure/envelope.js').Piece[]} pieces
 * @returns {pieces is Bin[]}
 */
const areBins = (pieces) => pieces.length > 0 && !('value' in pieces[0])

/**
 * The track of a model's relevance.
 *
 * @param {Browser} browser
 * @param {string} model
 */
function relevanceOf(browser, model) {
  const [track] = browser.findTracks(
    ({ config }) => config?.gtrack?.kind === 'relevance' && config.gtrack.model === model,
  )
  return /** @type {RelevanceTrack | undefined} */ (track)
}
