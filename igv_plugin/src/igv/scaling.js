// The scale of a relevance track, in place of igv.js' own.
import { limitOf } from '../pure/scale.js'
import { lookOf } from './look.js'

/** @typedef {import('../../igv.js').GtrackConfig} GtrackConfig */
/** @typedef {import('../../igv.js').TrackConfig} TrackConfig */

/** @param {unknown[]} limits */
const largestOf = (...limits) => Math.max(...limits.map((x) => Math.abs(Number(x)) || 0))

/**
 * igv.js finds what is in view of a track, or of a group of tracks; from that comes the limit.
 *
 * @param {import('./track.js').TrackClass} WigTrack
 */
export const scaledTrack = (WigTrack) =>
  class extends WigTrack {
    /** @param {TrackConfig & {gtrack: GtrackConfig}} config */
    init(config) {
      const { autoscale, min, max, gtrack } = config
      super.init(config)
      this.p99 = gtrack.p99
      // Limits that a hub asks for, not those that a session keeps for stock igv.js.
      const asked = autoscale === false && gtrack.scale === undefined
      this.usual = gtrack.p99 ?? (asked ? largestOf(min, max) : undefined)
    }
    get own() {
      return /** @type {GtrackConfig} */ (this.config.gtrack)
    }
    get look() {
      return lookOf(this.browser, this.own)
    }
    /** One scale for all is that of a group; any other is of this track alone. */
    get autoscaleGroup() {
      return this.look.scale === 'auto' ? 'relevance' : undefined
    }
    set autoscaleGroup(_) {} // what a config says
    get autoscale() {
      return !this.autoscaleGroup
    }
    set autoscale(_) {} // igv.js, which turns it off in a group
    /** igv.js hands over what it saw in view, and reads back what to draw. */
    set dataRange(/** @type {{min: number, max: number} | null} */ range) {
      this.seen = range ? Math.max(Math.abs(range.min), Math.abs(range.max)) : 0
    }
    /** @returns {{min: number, max: number}} */
    get dataRange() {
      return { min: -this.limit, max: this.limit }
    }
    /** @returns {number} */
    get limit() {
      return limitOf(this.look.scale, this.seen, this.usual)
    }
  }
