// The track of the difference of two models, in the same browser as theirs.
import { escapeHTML } from './dom.js'
import { difference } from './scale.js'

/** @typedef {import('../igv.js').Browser} Browser */
/** @typedef {import('../igv.js').GtrackConfig} GtrackConfig */
/** @typedef {import('../igv.js').TrackConfig} TrackConfig */
/** @typedef {import('./reading.js').Reader} Reader */
/** @typedef {import('./track.js').RelevanceTrack} RelevanceTrack */

/**
 * The class of the difference of two relevance tracks of the same browser.
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
      this.name = this.title()
    }

    /** The two tracks; undefined where one is not shown. */
    get pair() {
      const { models = [] } = this.own
      return models.map((/** @type {string} */ model) => relevanceOf(this.browser, model))
    }
    get inUnits() {
      return this.look.scale === 'p99' && this.pair.every((track) => track?.p99)
    }
    get limit() {
      return this.inUnits ? 1 : super.limit
    }
    get dimmed() {
      if (this.inUnits) return this.look.threshold
      return this.look.threshold * Math.max(...this.pair.map((track) => track?.p99 ?? 0))
    }
    get unitText() {
      return this.inUnits ? ' p99' : super.unitText
    }
    title() {
      const unit = this.inUnits ? '(each / its p99)' : `(${this.unit}s)`
      return escapeHTML(`${this.own.models?.join(' − ')} ${unit}`)
    }
    async changeUnits() {
      this.name = this.title()
      this.clearCachedFeatures()
      await this.trackView.updateViews()
    }

    /** @type {Reader['resolved']} */
    async resolved(chr, start, end, bpPerPixel) {
      const pair = this.pair
      const [a, b] = await Promise.all(
        pair.map((track) => track?.resolved(chr, start, end, bpPerPixel) ?? []),
      )
      const [unitA, unitB] = pair.map((track) => (this.inUnits && track?.p99) || 1)
      return difference(a, b, unitA, unitB)
    }
    /** The models alone decide the scale of the group. */
    strength = () => 0
  }

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
