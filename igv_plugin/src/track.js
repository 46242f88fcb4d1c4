// The relevance track: igv.js' own wig track with our reading, scale and drawing.
import { bin, difference, largest, limitOf, perBase } from './scale.js'
import { COMPLEMENT, drawAxis, drawRelevance, LETTERS, paletteOf, short } from './draw.js'
import { escapeHTML } from './manifest.js'

// Below this many bases per pixel, bases are read one by one: igv.js keeps what it has down to half of the zoom it was loaded at
const RAW = 2 * LETTERS
const LONGEST = 1e6 // bases that are read one by one
const scenes = new WeakMap()

/** What all relevance tracks of a browser share: {scale, threshold, reverse, colors, set(changes), onChange}. */
export function sceneOf(browser, { scale = 'auto', threshold = 0, reverse = false, palette } = {}) {
  if (scenes.has(browser)) return scenes.get(browser)
  const scene = {
    scale, threshold, reverse, colors: paletteOf(palette),
    async set(changes) {
      const units = 'scale' in changes && (changes.scale === 'p99') !== (scene.scale === 'p99')
      Object.assign(scene, changes)
      for (const track of browser.findTracks('isRelevance', true)) {
        if (units && track.isDifference) await track.changeUnits()
        track.repaintViews()
      }
      if ('reverse' in changes) scene.turn()
      scene.onChange?.(changes)
    },
    turn() { // igv.js' own track of the sequence, with the letters
      for (const track of browser.findTracks('type', 'sequence')) {
        track.reversed = scene.reverse
        track.trackView.repaintViews()
      }
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
    this.p99 = config.gtrack.p99 ?? null
    this.autoscaleGroup = config.autoscaleGroup ?? 'relevance'
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

  setDataRange({ min, max }) { // from igv.js' dialog
    this.scene.set({ scale: Math.max(Math.abs(min), Math.abs(max)) || 'auto' })
  }

  /** The smallest |value| that is not dimmed. */
  get threshold() {
    const unit = this.inUnits ? 1 : this.isDifference ? Math.max(...this.models().map((t) => t?.p99 ?? 0)) : this.p99 ?? 0
    return this.scene.threshold * unit
  }

  // ---- the difference of two models
  get inUnits() {
    return this.isDifference && this.scene.scale === 'p99'
  }

  models() {
    return this.config.gtrack.models.map((model) => this.browser.findTracks(({ config }) => config?.gtrack?.kind === 'relevance' && config.gtrack.model === model)[0])
  }

  title() {
    return escapeHTML(`${this.config.gtrack.models.join(' − ')} ${this.inUnits ? '(each / its p99)' : '(logits)'}`)
  }

  async changeUnits() {
    this.name = this.title()
    this.clearCachedFeatures()
    await this.updateViews()
  }

  // ---- reading
  /** Values as the file has them (`zoom` 0: base by base); one reading at a time, and once for all who ask. */
  read(chr, start, end, zoom, how) {
    const kept = this.reads.find((r) => r.chr === chr && r.start <= start && r.end >= end && r.zoom === zoom && (!zoom || r.how === how))
    if (kept) return kept.features
    const query = { chr, start, end, bpPerPixel: zoom || undefined, windowFunction: zoom ? how : 'none', visibilityWindow: this.visibilityWindow }
    const features = this.last.then(() => this.featureSource.getFeatures(query)).then((found) => found ?? [])
    const entry = { chr, start, end, zoom, how, features }
    this.reads = [entry, ...this.reads].slice(0, 4)
    this.last = features.catch(() => { this.reads = this.reads.filter((r) => r !== entry) })
    return features
  }

  async resolved(chr, start, end, bpPerPixel, how = 'mean') {
    if (this.isDifference) {
      const pair = this.models()
      const [a, b] = await Promise.all(pair.map((t) => t?.resolved(chr, start, end, bpPerPixel) ?? []))
      return this.inUnits ? difference(a, b, pair[0]?.p99 ?? 1, pair[1]?.p99 ?? 1) : difference(a, b)
    }
    if (bpPerPixel < RAW) return this.read(chr, start, end, 0)
    return bin(await this.read(chr, start, end, bpPerPixel, how), bpPerPixel, how)
  }

  async getFeatures(chr, start, end, bpPerPixel) {
    const features = [...await this.resolved(chr, start, end, bpPerPixel, this.windowFunction)]
    features.raw = bpPerPixel < RAW
    if (features.raw && features.length) features.letters = await this.letters(chr, Math.max(start, features[0].start), Math.min(end, features.at(-1).end))
    // igv.js asks these for the scale of the group, which the models alone decide
    features.getMax = (from, to) => (this.isDifference ? 0 : largest(features, from, to))
    features.getMin = () => 0
    return features
  }

  async letters(chr, start, end) {
    const text = await this.browser.genome.getSequence(chr, start, end).catch(() => null) // then there are bars
    return text && { start, text }
  }

  /** Per-base values as a Float32Array; NaN where the track has none. */
  async values(chr, start, end) {
    if (!(end - start <= LONGEST)) throw new RangeError(`gtrack: values are given for at most ${LONGEST} bases at once`)
    return perBase(await this.resolved(chr, start, end, 0), start, end)
  }

  // ---- drawing
  draw({ context, features, bpStart, bpPerPixel, pixelWidth, pixelHeight }) {
    const { reverse, colors } = this.scene
    drawRelevance(context, {
      features, letters: bpPerPixel < LETTERS ? features.letters : null, bpStart, bpPerPixel, width: pixelWidth, height: pixelHeight,
      limit: this.dataRange.max, threshold: features.raw ? this.threshold : 0, reverse, colors, // a mean over many bases says nothing about each
    })
  }

  get paintAxis() {
    const note = typeof this.scene.scale === 'number' ? 'fixed' : this.scene.scale
    return (ctx, width, height) => drawAxis(ctx, { width, height, limit: this.dataRange.max, note })
  }

  // ---- what igv.js asks of a track
  popupData({ viewport, genomicLocation }) {
    const features = viewport.cachedFeatures ?? [], position = Math.floor(genomicLocation)
    const feature = features.find((f) => f.start <= position && position < f.end)
    if (!feature) return []
    const { model, models } = this.config.gtrack, { reverse } = this.scene
    const [from, to] = features.raw ? [position, position + 1] : [Math.floor(feature.start), Math.ceil(feature.end)]
    const read = features.letters?.text[position - features.letters.start]?.toUpperCase()
    return Object.entries({
      Model: models?.join(' − ') ?? model,
      Position: `${viewport.referenceFrame.chr}:${from + 1}${to - from > 1 ? `-${to}` : ''}`,
      Base: read && (reverse ? `${COMPLEMENT[read] ?? read} (reverse strand)` : read),
      [features.raw ? 'Relevance' : `Relevance (${this.windowFunction})`]: `${feature.value > 0 ? '+' : ''}${short(feature.value)}${this.inUnits ? ' p99' : ' logits'}`,
    }).filter(([, value]) => value).map(([name, value]) => ({ name, value: escapeHTML(value) }))
  }

  menuItemList() {
    const { scale, threshold, reverse } = this.scene
    const item = (label, on, change) => {
      const element = document.createElement('div')
      element.textContent = `${on ? '✓' : '\u2003'} ${label}`
      return { element, click: () => this.scene.set(change) }
    }
    const dialog = (event) => {
      this.browser.dataRangeDialog.configure(this.trackView)
      this.browser.dataRangeDialog.present(event)
    }
    return [
      '<hr/>', '<div>Scale of all models</div>', item('Largest in view', scale === 'auto', { scale: 'auto' }),
      item('99th percentile of each model', scale === 'p99', { scale: 'p99' }), { label: 'Fixed…', dialog },
      '<hr/>', '<div>Dim below (of the 99th percentile)</div>', ...[0, 0.25, 0.5, 1].map((x) => item(x || 'nothing', threshold === x, { threshold: x })),
      '<hr/>', item('Letters of the reverse strand', reverse, { reverse: !reverse }),
      ...(this.isDifference ? [] : this.wigSummarizationItems()),
    ]
  }

  /** For sessions: a stock igv.js must be able to open it. */
  getState() {
    const { scale, threshold, reverse } = this.scene
    const state = { ...super.getState(), autoscale: true, min: undefined, max: undefined, graphType: 'dynseq' }
    if (this.isDifference) state.name = `${this.name} needs gtrack-igv` // stock igv.js shows an empty track
    else if (scale !== 'auto') Object.assign(state, this.dataRange, { autoscale: false, autoscaleGroup: undefined })
    return { ...state, gtrack: { ...this.config.gtrack, scale, threshold, reverse } }
  }
}
