// The relevance tracks: igv.js' own wig track with our reading, scale and drawing.
import { largest, limitOf, perBase } from './scale.js'
import { escapeHTML, signed } from './dom.js'
import { COLORS, COMPLEMENT, drawAxis, drawRelevance, LETTERS } from './draw.js'
import { RAW, Reader } from './reading.js'

/** @typedef {import('../index.js').Scale} Scale */
/** @typedef {import('../igv.js').Browser} Browser */
/** @typedef {import('../igv.js').Track} Track */
/** @typedef {import('../igv.js').TrackConfig} TrackConfig */
/** @typedef {import('../igv.js').GtrackConfig} GtrackConfig */
/** @typedef {import('./scale.js').Stretch} Stretch */
/** @typedef {new (...given: any[]) => Track} TrackClass */
/**
 * Per-base values; NaN where the track has none.
 *
 * @typedef {(chr: string, start: number, end: number) => Promise<Float32Array>} Values
 */
/** @typedef {Partial<{raw: boolean, letters: {start: number, text: string} | null}>} Read */

/**
 * How all relevance tracks of a browser are to look.
 *
 * @typedef {object} Look
 * @property {Scale} scale
 * @property {number} threshold
 * @property {boolean} reverse
 * @property {import('./draw.js').Colors} colors
 */

/**
 * What the classes below add to a track.
 *
 * @typedef {object} Added
 * @property {GtrackConfig} own
 * @property {Look} look
 * @property {number} limit half of the height, in values
 * @property {number} dimmed the smallest |value| that is not dimmed
 * @property {string} unitText
 * @property {{min: number, max: number}} dataRange
 * @property {Reader['resolved']} resolved
 * @property {typeof largest} strength
 * @property {Values} values
 */
/** @typedef {Track & Added} RelevanceTrack */

/** @type {WeakMap<object, Look>} */
const looks = new WeakMap()

/**
 * What the relevance tracks of a browser were told; `first` where that is nothing yet.
 *
 * @param {Browser} browser
 * @param {Partial<GtrackConfig>} first
 */
export function lookOf(browser, first = {}) {
  const { scale = 'auto', threshold = 0, reverse = false, palette } = first
  const look = looks.get(browser) ?? {
    scale,
    threshold,
    reverse,
    colors: { ...COLORS, ...palette },
  }
  looks.set(browser, look)
  return look
}

/**
 * Tells the relevance tracks of a browser how to look, and draws them anew.
 *
 * @param {Browser} browser
 * @param {Partial<Look>} told
 */
export async function tellTracks(browser, told) {
  const look = lookOf(browser)
  const before = look.scale
  Object.assign(look, told)
  for (const track of browser.findTracks((t) => t.isRelevance || t.type === 'sequence')) {
    if (look.scale !== before) await track.changeUnits?.()
    track.reversed = look.reverse // for igv.js' own track of the sequence
    track.trackView.repaintViews()
  }
}

/**
 * The class for configs with a `gtrack` key, made from igv.js' own, which is not exported.
 *
 * @param {TrackClass} WigTrack
 */
export const relevanceTrack = (WigTrack) =>
  class extends WigTrack {
    /** @param {TrackConfig & {gtrack: GtrackConfig}} config */
    init(config) {
      this.isRelevance = true
      super.init(config)
      this.p99 = config.gtrack.p99
      this.unit = config.gtrack.unit ??= 'logit'
    }
    reading = new Reader((query) => this.featureSource.getFeatures(query))

    get own() {
      return /** @type {GtrackConfig} */ (this.config.gtrack)
    }
    get look() {
      return lookOf(this.browser, this.own)
    }
    /** igv.js hands over what it saw in all tracks of the group, and reads back what to draw. */
    set dataRange(/** @type {{min: number, max: number} | null} */ range) {
      this.seen = range ? Math.max(Math.abs(range.min), Math.abs(range.max)) : 0
    }
    /** @returns {{min: number, max: number}} */
    get dataRange() {
      return { min: -this.limit, max: this.limit }
    }
    /** @returns {number} */
    get limit() {
      return limitOf(this.look.scale, this.seen, this.p99)
    }
    get dimmed() {
      return this.look.threshold * (this.p99 ?? 0)
    }
    get unitText() {
      return ` ${this.unit}s`
    }

    /** @type {Reader['resolved']} */
    resolved(chr, start, end, bpPerPixel) {
      return this.reading.resolved(chr, start, end, bpPerPixel)
    }
    /** @type {Reader['resolved']} */
    getFeatures(chr, start, end, bpPerPixel) {
      return featuresOf(this, chr, start, end, bpPerPixel)
    }
    strength = largest
    /** @type {Values} */
    async values(chr, start, end) {
      return perBase(await this.resolved(chr, start, end, 0), start, end)
    }

    /** @type {(options: import('../igv.js').DrawOptions) => void} */
    draw = (options) => drawTrack(this, options)
    /** @type {(ctx: CanvasRenderingContext2D, width: number, height: number) => void} */
    paintAxis = (ctx, width, height) => drawAxis(ctx, width, height, this.limit)
    /** @type {(click: import('../igv.js').ClickState) => object[]} */
    popupData = (click) => factsAt(this, click)
    /** None of igv.js' graph types and scales: they are not of this track. */
    menuItemList = () => []
    /** For sessions: a stock igv.js must be able to open it. */
    getState() {
      return { ...super.getState(), ...sessionOf(this) }
    }
  }

/**
 * What igv.js keeps to draw: the values, the sequence where there is room for it, and what igv.js
 * asks to find the scale of the group.
 *
 * @param {RelevanceTrack} track
 * @param {string} chr
 * @param {number} start
 * @param {number} end
 * @param {number} bpPerPixel
 */
async function featuresOf(track, chr, start, end, bpPerPixel) {
  const stretches = await track.resolved(chr, start, end, bpPerPixel)
  const raw = bpPerPixel < RAW
  const letters = raw ? await lettersOf(track.browser, chr, start, end, stretches) : null
  const getMax = (/** @type {number} */ from, /** @type {number} */ to) =>
    track.strength(stretches, from, to)
  return Object.assign([...stretches], { raw, letters, getMax, getMin: () => 0 })
}

/**
 * The sequence under the values; null where it cannot be read, and then there are bars.
 *
 * @param {Browser} browser
 * @param {string} chr
 * @param {number} start
 * @param {number} end
 * @param {Stretch[]} stretches
 */
async function lettersOf(browser, chr, start, end, stretches) {
  if (!stretches.length) return null
  const from = Math.max(start, stretches[0].start)
  const to = Math.min(end, stretches[stretches.length - 1].end)
  const text = await browser.genome.getSequence(chr, from, to).catch(() => null)
  return text ? { start: from, text } : null
}

/**
 * @param {RelevanceTrack} track
 * @param {import('../igv.js').DrawOptions} options
 */
function drawTrack(track, options) {
  const { context, features, bpStart, bpPerPixel, pixelWidth, pixelHeight } = options
  drawRelevance(context, {
    features,
    letters: bpPerPixel < LETTERS ? features.letters : null,
    bpStart,
    bpPerPixel,
    width: pixelWidth,
    height: pixelHeight,
    limit: track.limit,
    threshold: features.raw ? track.dimmed : 0, // a mean over many bases says nothing about each
    reverse: track.look.reverse,
    colors: track.look.colors,
  })
}

/**
 * What a click on a track says.
 *
 * @param {RelevanceTrack} track
 * @param {import('../igv.js').ClickState} click
 */
function factsAt(track, { viewport, genomicLocation }) {
  /** @type {Stretch[] & Read} */
  const features = viewport.cachedFeatures ?? []
  const position = Math.floor(genomicLocation)
  const feature = features.find((f) => f.start <= position && position < f.end)
  if (!feature) return []
  const { raw, letters } = features
  const { chr } = viewport.referenceFrame
  const read = letters?.text[position - letters.start]?.toUpperCase()
  const complement = read && `${COMPLEMENT[read] ?? read} (reverse strand)`
  const facts = {
    Model: track.own.models?.join(' − ') ?? track.own.model,
    Position: raw
      ? `${chr}:${position + 1}`
      : `${chr}:${Math.floor(feature.start) + 1}-${Math.ceil(feature.end)}`,
    Base: track.look.reverse ? complement : read,
    [raw ? 'Relevance' : 'Relevance (mean)']: `${signed(feature.value)}${track.unitText}`,
  }
  return Object.entries(facts)
    .filter(([, value]) => value)
    .map(([name, value]) => ({ name, value: escapeHTML(value), text: value })) // value: as HTML
}

/**
 * What a session says of a track beside what igv.js writes itself.
 *
 * @param {RelevanceTrack} track
 */
function sessionOf(track) {
  const { scale, threshold, reverse } = track.look
  const state = { autoscale: true, min: undefined, max: undefined, graphType: 'dynseq' }
  const gtrack = { ...track.own, scale, threshold, reverse }
  if (track.isDifference) {
    const name = `${track.name} needs gtrack-igv` // stock igv.js shows an empty track
    return { ...state, name, gtrack }
  }
  if (scale === 'auto') return { ...state, gtrack }
  return { ...state, ...track.dataRange, autoscale: false, autoscaleGroup: undefined, gtrack }
}
