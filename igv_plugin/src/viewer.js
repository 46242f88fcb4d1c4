// The state of a viewer, and who is told of a change of it: tracks, address and listeners.
import { COPY, problem } from './data/files.js'
import { areSame, chosen, laneOf, namesOf, orderOf, pairOf, seriesOf } from './data/lanes.js'
import { differenceOf, messageOf } from './data/manifest.js'
import { Ahead } from './igv/ahead.js'
import { lookOf, tellTracks } from './igv/look.js'
import { Mover, placeOf, viewOf } from './igv/move.js'
import { loadTracks, OWN_GENOME } from './igv/opening.js'
import { formatLocus, parseLocus } from './pure/state.js'

/** @typedef {import('../index.js').App} App */
/** @typedef {import('../index.js').Interval} Interval */
/** @typedef {import('../index.js').Problem} Problem */
/** @typedef {import('../index.js').State} State */
/** @typedef {import('../igv.js').Browser} Browser */
/** @typedef {import('../igv.js').Session} Session */
/** @typedef {import('../igv.js').TrackConfig} TrackConfig */
/** @typedef {import('./data/manifest.js').Manifest} Manifest */
/** @typedef {Partial<State> & {palette?: import('../index.js').Palette}} Wanted */

/**
 * @typedef {object} Parts
 * @property {Manifest | null} manifest
 * @property {HTMLElement} element
 * @property {HTMLElement} figure
 * @property {import('./page/address.js').Address} address
 * @property {boolean} [keys] whether keys are heard while nothing has the focus
 * @property {import('./data/again.js').Again} again
 */

// Pixels of a base that is easy to read, the least bases that are worth a view, and the most that a
// file may ask for as a place to begin at that is still one of letters.
const PIXELS = 6
const [FEWEST, MOST] = [20, 2000]

/** The state of a viewer: changed here alone, and told to the tracks, the address and the panel. */
export class Viewer {
  /** @type {Problem[]} */
  problems = []
  /** @type {import('./data/lanes.js').Series[]} */
  relevance = []
  /** @type {Map<string, Set<(detail: any) => void>>} */
  #listeners = new Map()
  /** @type {Omit<State, 'locus' | 'difference'>} igv.js, which may change these two, is asked */
  #state
  #tracks
  #address
  #mover
  #ahead
  #gone = false
  #unasked = false
  #wish = 0 // of places: only the last is shown
  /** @type {Promise<void>} one change of the difference after the other */
  #work = Promise.resolve()

  /**
   * @param {Browser} browser
   * @param {Parts} parts
   * @param {Session} session
   * @param {Wanted} wanted
   */
  constructor(browser, parts, { tracks, roi }, wanted) {
    const { manifest, element, figure, address, keys, again } = parts
    const { motif, family, model } = wanted
    const { colors, ...look } = lookOf(browser, wanted)
    this.browser = browser
    this.manifest = manifest
    this.element = element
    this.figure = figure
    this.keys = keys
    this.again = again
    this.#address = address
    this.#mover = new Mover(browser)
    this.#ahead = new Ahead(browser, () => this.#find('relevance').filter((t) => !t.isHidden))
    this.roi = roi?.[0]
    this.colors = colors
    this.#tracks = tracks
    const models = { ...pairOf(tracks, wanted), ...chosen(tracks, wanted) }
    this.#state = { ...look, motif, family, model, ...models }
  }

  /** @param {Problem & {passing?: boolean}} found `passing`: it is of one wish, not of the scan */
  report = ({ title, cure, passing }) => {
    this.problems.push({ title, cure })
    this.#emit('error', { title, cure, ...(passing && { passing }) })
  }

  /** @type {App['on']} */
  on = (event, listener) => {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  /** @type {(event: string, detail: unknown) => void} */
  #emit(event, detail) {
    this.#listeners.get(event)?.forEach((listener) => listener(detail))
  }

  /** @type {(event: string, detail: unknown) => void} */
  #changed(event, detail) {
    this.#address.keep(this.state)
    this.#emit(event, detail)
  }

  /** @returns {State} */
  state = () => {
    const { chr: chrom, start, end } = this.browser.referenceFrameList[0]
    const locus = chrom === 'all' ? chrom : formatLocus({ chrom, start, end })
    return { locus, difference: Boolean(this.#find('difference')[0]), ...this.#state }
  }

  /** @param {string} kind */
  #find(kind) {
    if (this.#gone) return []
    return this.browser.findTracks(({ config }) => config?.gtrack?.kind === kind)
  }

  /** @param {number} x */
  setThreshold = (x) => this.#draw({ threshold: Math.min(1, Math.max(0, Number(x) || 0)) })
  /** @param {import('../index.js').Scale} x */
  setScale = (x) => {
    const known = typeof x === 'number' ? x > 0 && x < Infinity : /^(own|auto|p99)$/.test(x)
    return this.#draw({ scale: known ? x : 'own' })
  }
  /** @param {boolean} x */
  setReverse = (x) => this.#draw({ reverse: Boolean(x) })

  /** @param {Partial<Pick<State, 'scale' | 'threshold' | 'reverse'>>} change */
  async #draw(change) {
    Object.assign(this.#state, change)
    await tellTracks(this.browser, change)
    if ('threshold' in change) this.#filterHits()
    for (const [name, value] of Object.entries(change)) this.#changed(name, value)
  }

  #filterHits() {
    for (const track of this.#find('hits')) {
      const { p99 = 0 } = this.relevance.find((r) => r.model === track.config.gtrack?.model) ?? {}
      const least = this.#state.threshold * p99
      track.filter = (hit) => Math.abs(hit.relSum) / (hit.end - hit.start) >= least
    }
  }

  /** @param {Pick<State, 'model' | 'motif' | 'family'>} filter */
  setFilter = (filter) => {
    Object.assign(this.#state, filter)
    this.#changed('filter', filter)
  }

  /** @type {App['setDifference']} */
  setDifference = (shown, first = this.#state.first, second = this.#state.second) => {
    Object.assign(this.#state, pairOf(this.#tracks, { first, second }))
    const done = this.#work.then(() => this.#setDifference(Boolean(shown)))
    this.#work = done.catch(() => {})
    return done
  }

  /** @param {boolean} shown */
  async #setDifference(shown) {
    const [track] = this.#find('difference')
    const config = differenceOf(this.#tracks, this.#state)
    const same = String(track?.config.gtrack?.models) === String(config?.gtrack?.models)
    if (track && !(shown && same)) this.browser.removeTrack(track)
    if (config && shown && !(track && same)) await this.browser.loadTrack(this.#placed(config))
    this.#changed('difference', this.state().difference)
  }

  /** @param {TrackConfig} config @param {number} [tie] between tracks of one lane */
  #placed(config, tie = 0) {
    const names = namesOf(this.#tracks, this.#state.order)
    return { ...config, order: orderOf(laneOf(config, this.manifest), names) + tie }
  }

  /** @type {App['setModels']} */
  setModels = (wanted) => {
    const now = chosen(this.#tracks, { ...this.#state, ...wanted })
    if (areSame(now, this.#state)) return this.#work
    Object.assign(this.#state, now)
    const done = this.#work.then(this.#arrange)
    this.#work = done.catch(() => {})
    return done
  }

  #arrange = async () => {
    const { arrange } = await import('./igv/arranging.js')
    const { order, hidden } = this.#state
    await arrange(this.browser, this.manifest, namesOf(this.#tracks, order), hidden)
    this.#changed('models', { order, hidden })
  }

  /** @type {import('./page/panel.js').Values} */
  values = (model, chrom, start, end) => {
    const { track } = this.relevance.find((r) => r.model === model) ?? {}
    return track ? track.values(chrom, start, end) : Promise.reject(new Error(`no ${model}`))
  }

  /** @type {App['goto']} */
  goto = async (chrom, start, end, width = 1) => {
    const wish = ++this.#wish
    // Not by igv.js' search, which knows no odd names.
    const chromosome = await this.browser.genome.loadChromosome(chrom)
    if (this.#gone || wish !== this.#wish) return false
    if (chromosome) {
      await this.#mover.show(viewOf(chromosome, start, end, width))
      return wish === this.#wish
    }
    const locus = formatLocus({ chrom, start, end })
    const title = `${locus} cannot be shown: the genome has no such chromosome.`
    this.report({ title, cure: OWN_GENOME, passing: true })
    return false
  }

  /** Reads what `goto` would show, which is likely to come. @type {App['goto']} */
  expect = async (chrom, start, end, width = 1) => {
    const chromosome = await this.browser.genome.loadChromosome(chrom)
    if (this.#gone || !chromosome) return false
    this.#ahead.expect(viewOf(chromosome, start, end, width), chromosome.bpLength)
    return true
  }

  /** As many bases as the figure has room for as letters. */
  span = () => {
    const pixels = this.browser.calculateViewportWidth(this.browser.referenceFrameList.length)
    return Math.max(FEWEST, Math.floor(pixels / PIXELS))
  }

  /**
   * Shows a view again after the figure's width has changed: the same bases, or where nobody asked
   * for a place as many as give letters.
   *
   * @param {Interval} view
   */
  fit = ({ chrom, start, end }) => {
    const middle = Math.round((start + end) / 2)
    return this.#unasked
      ? this.goto(chrom, middle, middle + 1, this.span())
      : this.goto(chrom, start, end)
  }

  /** @param {import('./pure/hits.js').Hit & {kind: string}} row */
  chose = (row) => this.#emit('hit', row)

  /**
   * Shows the first of some places, then the tracks, so that each is read once; and follows what
   * igv.js and the address do.
   *
   * @param {(string | Interval | undefined)[]} places
   * @param {boolean | undefined} difference
   */
  async start(places, difference) {
    for (const place of new Set(places)) {
      const view = typeof place === 'string' ? await placeOf(this.browser, place) : place
      if (!view?.chrom) continue
      this.#unasked = place !== places[0] && view.end - view.start <= MOST
      if (await this.fit(view)) break
    }
    const extra = difference && differenceOf(this.#tracks, this.#state)
    const list = extra ? [...this.#tracks, extra] : this.#tracks
    const configs = list.map((track, i) => this.#placed(track, i))
    await loadTracks(this.browser, configs).catch((error) => {
      this.report(problem(`A track cannot be shown: ${messageOf(error)}.`, COPY))
    })
    this.relevance = seriesOf(this.#find('relevance'))
    await tellTracks(this.browser, {})
    if (this.#state.hidden) await this.#arrange()
    this.#filterHits()
    this.browser.on('locuschange', () => this.#changed('locus', this.state().locus))
    this.browser.on('trackremoved', () => this.#changed('difference', this.state().difference))
    this.#address.follow(this.restore, this.state)
  }

  /** Shows what a link or an earlier page says. @param {Partial<State>} wanted */
  restore = async ({ locus, model, motif, family, order = [], hidden = [], ...wanted }) => {
    const [now, wish] = [this.#state, ++this.#wish]
    const { threshold = now.threshold, scale = now.scale, reverse = now.reverse } = wanted
    await this.#draw({ threshold, scale, reverse })
    if (wish !== this.#wish) return false
    this.setFilter({ model, motif, family })
    await this.setModels({ order, hidden })
    if (wish !== this.#wish) return false
    await this.setDifference(Boolean(wanted.difference), wanted.first, wanted.second)
    const { chrom, start, end } = parseLocus(locus) ?? {}
    return chrom && wish === this.#wish ? this.goto(chrom, Number(start), Number(end)) : false
  }

  /** Tells nobody any more, whatever igv.js still brings to its end. */
  destroy() {
    this.#gone = true
    this.#listeners.clear()
    this.#mover.destroy()
    this.#ahead.destroy()
    this.#address.free()
  }
}
