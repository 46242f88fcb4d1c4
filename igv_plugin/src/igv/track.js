// The relevance tracks: igv.js' own wig track with our reading, scale and drawing.
import { drawAxis, drawRelevance, LETTERS, strandEnd } from '../pure/draw.js'
import { bandOf } from '../pure/ensembles.js'
import { factsOf, labelOf } from '../pure/facts.js'
import { perBase } from '../pure/scale.js'
import { escapeHTML } from '../pure/words.js'
import { featuresOf } from './features.js'
import { Reader } from './reading.js'
import { scaledTrack } from './scaling.js'

/** @typedef {import('../../igv.js').Track} Track */
/** @typedef {import('../../igv.js').TrackConfig} TrackConfig */
/** @typedef {import('../../igv.js').GtrackConfig} GtrackConfig */
/** @typedef {import('../pure/ensembles.js').Span} Span */
/** @typedef {import('../pure/envelope.js').Piece} Piece */
/** @typedef {import('../pure/scale.js').Stretch} Stretch */
/** @typedef {new (...given: any[]) => Track} TrackClass */
/**
 * Per-base values; NaN where the track has none.
 *
 * @typedef {(chr: string, start: number, end: number) => Promise<Float32Array>} Values
 */
/**
 * What was read beside the values: the bases of each bin (0 where there are none), the sequence.
 *
 * @typedef {Partial<{width: number, letters: {start: number, text: string} | null, band: Span[]}>}
 *   Read
 */

/**
 * What the classes below add to a track.
 *
 * @typedef {object} Added
 * @property {GtrackConfig} own
 * @property {import('./look.js').Look} look
 * @property {number} limit half of the height, in values
 * @property {number} dimmed the smallest |value| that is not dimmed
 * @property {string} unitText
 * @property {string[]} axisTexts what the axis counts in, the longest words first
 * @property {boolean} [inUnits] whether a difference is in units of each 99th percentile
 * @property {{min: number, max: number}} dataRange
 * @property {Reader['pieces']} pieces
 * @property {(chr: string, start: number, end: number, means: Piece[]) => Promise<Span[]>} band
 * @property {Values} values
 */
/** @typedef {Track & Added} RelevanceTrack */

/**
 * The class for configs with a `gtrack` key, made from igv.js' own, which is not exported.
 *
 * @param {TrackClass} WigTrack
 */
export const relevanceTrack = (WigTrack) =>
  class extends scaledTrack(WigTrack) {
    /** @param {TrackConfig & {gtrack: GtrackConfig}} config */
    init(config) {
      this.isRelevance = true
      super.init(config)
      this.unit = config.gtrack.unit ??= 'logit'
      const url = config.gtrack.sd
      if (!url) return
      const { featureSource } = new WigTrack({ type: 'wig', format: 'bigwig', url }, this.browser)
      this.spread = new Reader((query) => featureSource.getFeatures(query))
    }
    reading = new Reader((query) => this.featureSource.getFeatures(query))

    get dimmed() {
      return this.look.threshold * (this.p99 ?? 0)
    }
    get unitText() {
      return ` ${this.unit}s`
    }

    /** @returns {string[]} */
    get axisTexts() {
      return [`relevance (${this.unit})`, `${this.unit}`]
    }

    /** @type {Reader['pieces']} */
    pieces(chr, start, end, bpPerPixel, isWanted) {
      return this.reading.pieces(chr, start, end, bpPerPixel, isWanted)
    }
    /**
     * The band around an ensemble's mean, of single bases; none of a model, or where it cannot be
     * read.
     *
     * @type {(chr: string, start: number, end: number, means: Piece[]) => Promise<Span[]>}
     */
    async band(chr, start, end, means) {
      const read = this.spread?.pieces(chr, start, end, 0)
      return read ? read.then((sds) => bandOf(means, sds)).catch(() => []) : []
    }
    /** @type {Reader['pieces']} */
    getFeatures(chr, start, end, bpPerPixel) {
      return featuresOf(this, chr, start, end, bpPerPixel)
    }
    /** @type {Values} */
    async values(chr, start, end) {
      const bases = /** @type {Stretch[]} */ (await this.pieces(chr, start, end, 0))
      return perBase(bases, start, end)
    }

    /** @type {(options: import('../../igv.js').DrawOptions) => void} */
    draw = (options) => drawTrack(this, options)
    /** @type {(ctx: CanvasRenderingContext2D, width: number, height: number) => void} */
    paintAxis = (ctx, width, height) =>
      drawAxis(ctx, width, height, {
        limit: this.limit,
        units: this.axisTexts,
        reverse: this.look.reverse,
      })
    /** @type {(click: import('../../igv.js').ClickState) => object[]} */
    popupData = (click) => factsAt(this, click)
    /** None of igv.js' graph types and scales: they are not of this track. */
    menuItemList = () => []
    /** For sessions: a stock igv.js must be able to open it. */
    getState() {
      return { ...super.getState(), ...sessionOf(this) }
    }
  }

/**
 * @param {RelevanceTrack} track
 * @param {import('../../igv.js').DrawOptions} options
 */
function drawTrack(track, options) {
  const { context, features, bpStart, bpPerPixel, pixelWidth, pixelHeight } = options
  label(track, options)
  drawRelevance(context, {
    features,
    band: features.band,
    letters: bpPerPixel < LETTERS ? features.letters : null,
    bpStart,
    bpPerPixel,
    width: pixelWidth,
    height: pixelHeight,
    limit: track.limit,
    threshold: track.dimmed,
    reverse: track.look.reverse,
    colors: track.look.colors,
  })
}

/**
 * Says beside the name what is drawn, and at the right end of the track which end of the strand it
 * is, outside of the data.
 *
 * @param {RelevanceTrack} track
 * @param {import('../../igv.js').DrawOptions} options
 */
function label(track, { features, viewport }) {
  const { trackView, look } = track
  const text = [track.name, ...labelOf(track, features.width, features.band)].join(' · ')
  if (viewport) {
    const said = labels.get(viewport) ?? track.name // igv.js' own
    if (said !== text) viewport.setTrackLabel(text)
    labels.set(viewport, text)
  }
  const beside = trackView.outerScroll
  if (!beside) return
  const mark = beside.querySelector('.gt-strand') ?? beside.appendChild(makeMark())
  const end = strandEnd(look.reverse)
  if (mark.textContent !== end) mark.textContent = end
}

function makeMark() {
  const mark = document.createElement('span')
  mark.className = 'gt-strand'
  Object.assign(mark.style, STRAND)
  return mark
}

/**
 * What the viewports of igv.js were told to say.
 *
 * @type {WeakMap<object, string>}
 */
const labels = new WeakMap()

/** As on the axis, in igv.js' own shadow tree, which the page's style does not reach. */
const STRAND = {
  position: 'absolute',
  top: 'calc(50% - 6px)',
  left: '1px',
  font: '10px/12px Arial, sans-serif',
  color: '#444444',
}

/**
 * What a click on a track says.
 *
 * @param {RelevanceTrack} track
 * @param {import('../../igv.js').ClickState} click
 */
function factsAt(track, { viewport, genomicLocation }) {
  /** @type {Piece[] & Read} */
  const features = viewport.cachedFeatures ?? []
  const position = Math.floor(genomicLocation)
  const found = features.find((f) => f.start <= position && position < f.end)
  if (!found) return []
  const { letters, band } = features
  const read = letters?.text[position - letters.start]
  const { sd } = band?.find((s) => s.start <= position && position < s.end) ?? {}
  const { chr } = viewport.referenceFrame
  const facts = factsOf(track, { piece: found, chr, position, read, sd })
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
  const open = { autoscale: true, autoscaleGroup: undefined, min: undefined, max: undefined }
  const state = { ...open, graphType: 'dynseq' }
  const gtrack = { ...track.own, scale, threshold, reverse }
  if (track.isDifference) {
    const name = `${track.name} needs gtrack-igv` // stock igv.js shows an empty track
    return { ...state, name, gtrack }
  }
  if (scale === 'own') return { ...state, gtrack } // stock igv.js cannot raise a limit
  if (scale === 'auto') return { ...state, autoscaleGroup: 'relevance', gtrack }
  return { ...state, ...track.dataRange, autoscale: false, gtrack }
}
