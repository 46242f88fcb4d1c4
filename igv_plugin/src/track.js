// The relevance track: igv.js' own wig track with our reading, scale and drawing.
import { bin, difference, largest, limitOf, perBase } from './scale.js'
import { escapeHTML, signed } from './dom.js'
import { COLORS, COMPLEMENT, drawAxis, drawRelevance, LETTERS } from './draw.js'

// Below this many bases per pixel, bases are read one by one: igv.js keeps what it has down to half of the zoom it was loaded at
const RAW = 2 * LETTERS
const scenes = new WeakMap()

/** What all relevance tracks of a browser share: {scale, threshold, reverse, colors, set(changes), onChange}. */
export function sceneOf(browser, { scale = 'auto', threshold = 0, reverse = false, palette } = {}) {
  if (scenes.has(browser)) return scenes.get(browser)
  const scene = {
    scale, threshold, reverse, colors: { ...COLORS, ...palette },
    async set(changes) {
      const { scale: before } = scene
      Object.assign(scene, changes)
      for (const track of browser.findTracks((t) => t.isRelevance || t.type === 'sequence')) {
        if (track.isDifference && scene.scale !== before) await track.changeUnits()
        track.reversed = scene.reverse // for igv.js' own track of the sequence
        track.trackView.repaintViews()
      }
      scene.onChange?.(changes)
    },
  }
  scenes.set(browser, scene)
  return scene
}

/** The class for configs with a `gtrack` key, made from igv.js' own, which is not exported. */
export const relevanceTrack = (WigTrack) => class RelevanceTrack extends WigTrack {
  init(config) {
    this.isRelevance = true
    this.isDifference = config.gtrack.kind === 'difference'
    if (this.isDifference) config.features ??= [] // for stock igv.js, which would miss a url
    super.init(config)
    this.scene = sceneOf(this.browser, config.gtrack)
    this.p99 = config.gtrack.p99
    this.unit = config.gtrack.unit ??= 'logit'
    this.reads = []
    this.last = Promise.resolve()
    if (this.isDifference) this.name = this.title()
  }

  // ---- scale: igv.js hands over what it saw in all tracks of the group, and reads back what to draw
  set dataRange(range) {
    this.seen = range ? Math.max(Math.abs(range.min), Math.abs(range.max)) : 0
  }
  get dataRange() {
    const max = this.inUnits ? 1 : limitOf(this.scene.scale, this.seen, this.p99)
    return { min: -max, max }
  }
  /** The smallest |value| that is not dimmed. */
  get threshold() {
    return this.scene.threshold * (this.inUnits ? 1 : this.isDifference ? Math.max(...this.models().map((t) => t?.p99 ?? 0)) : this.p99 ?? 0)
  }

  // ---- the difference of two models
  get inUnits() {
    return this.isDifference && this.scene.scale === 'p99' && this.models().every((track) => track?.p99)
  }
  models() {
    const { models } = this.config.gtrack
    return models.map((model) => this.browser.findTracks(({ config }) => config?.gtrack?.kind === 'relevance' && config.gtrack.model === model)[0])
  }
  title() {
    return escapeHTML(`${this.config.gtrack.models.join(' − ')} ${this.inUnits ? '(each / its p99)' : `(${this.unit}s)`}`)
  }
  async changeUnits() {
    this.name = this.title()
    this.clearCachedFeatures()
    await this.trackView.updateViews()
  }

  // ---- reading
  /** Values as the file has them (`zoom` 0: base by base); one reading at a time, and once for all who ask. */
  read(chr, start, end, zoom) {
    const kept = this.reads.find((r) => r.chr === chr && r.start <= start && r.end >= end && r.zoom === zoom)
    if (kept) return kept.features
    const query = { chr, start, end, bpPerPixel: zoom || undefined, windowFunction: zoom ? 'mean' : 'none' }
    const features = this.last.then(() => this.featureSource.getFeatures(query)).then((found) => found ?? [])
    const entry = { chr, start, end, zoom, features }
    this.reads = [entry, ...this.reads].slice(0, 4)
    this.last = features.catch(() => { this.reads = this.reads.filter((r) => r !== entry) })
    return features
  }
  async resolved(chr, start, end, bpPerPixel) {
    if (this.isDifference) {
      const pair = this.models(), [a, b] = await Promise.all(pair.map((t) => t?.resolved(chr, start, end, bpPerPixel) ?? []))
      return difference(a, b, ...pair.map((t) => (this.inUnits && t?.p99) || 1))
    }
    const zoom = bpPerPixel < RAW ? 0 : bpPerPixel, features = await this.read(chr, start, end, zoom)
    return zoom ? bin(features, zoom) : features
  }
  async getFeatures(chr, start, end, bpPerPixel) {
    const features = [...await this.resolved(chr, start, end, bpPerPixel)]
    features.raw = bpPerPixel < RAW
    if (features.raw && features.length) {
      const from = Math.max(start, features[0].start)
      const text = await this.browser.genome.getSequence(chr, from, Math.min(end, features.at(-1).end)).catch(() => null) // then there are bars
      features.letters = text && { start: from, text }
    }
    // igv.js asks these for the scale of the group, which the models alone decide
    features.getMax = (from, to) => (this.isDifference ? 0 : largest(features, from, to))
    features.getMin = () => 0
    return features
  }
  /** Per-base values as a Float32Array; NaN where the track has none. */
  async values(chr, start, end) {
    return perBase(await this.resolved(chr, start, end, 0), start, end)
  }

  // ---- drawing
  draw({ context, features, bpStart, bpPerPixel, pixelWidth: width, pixelHeight: height }) {
    const letters = bpPerPixel < LETTERS ? features.letters : null, { reverse, colors } = this.scene
    const threshold = features.raw ? this.threshold : 0 // a mean over many bases says nothing about each
    drawRelevance(context, { features, letters, bpStart, bpPerPixel, width, height, limit: this.dataRange.max, threshold, reverse, colors })
  }
  paintAxis = (ctx, width, height) => drawAxis(ctx, width, height, this.dataRange.max)

  // ---- what igv.js asks of a track
  popupData({ viewport, genomicLocation }) {
    const features = viewport.cachedFeatures ?? [], position = Math.floor(genomicLocation)
    const feature = features.find((f) => f.start <= position && position < f.end)
    if (!feature) return []
    const { model, models } = this.config.gtrack, [from, to] = features.raw ? [position, position + 1] : [Math.floor(feature.start), Math.ceil(feature.end)]
    const read = features.letters?.text[position - features.letters.start]?.toUpperCase()
    return Object.entries({
      Model: models?.join(' − ') ?? model,
      Position: `${viewport.referenceFrame.chr}:${from + 1}${features.raw ? '' : `-${to}`}`,
      Base: read && (this.scene.reverse ? `${COMPLEMENT[read] ?? read} (reverse strand)` : read),
      [features.raw ? 'Relevance' : 'Relevance (mean)']: `${signed(feature.value)}${this.inUnits ? ' p99' : ` ${this.unit}s`}`,
    }).filter(([, value]) => value).map(([name, value]) => ({ name, value: escapeHTML(value), text: value })) // igv.js shows the value as HTML
  }
  menuItemList = () => [] // none of igv.js' graph types and scales: they are not of this track
  /** For sessions: a stock igv.js must be able to open it. */
  getState() {
    const { scale, threshold, reverse } = this.scene
    const state = { ...super.getState(), autoscale: true, min: undefined, max: undefined, graphType: 'dynseq' }
    if (this.isDifference) state.name = `${this.name} needs gtrack-igv` // stock igv.js shows an empty track
    else if (scale !== 'auto') Object.assign(state, this.dataRange, { autoscale: false, autoscaleGroup: undefined })
    return { ...state, gtrack: { ...this.config.gtrack, scale, threshold, reverse } }
  }
}
