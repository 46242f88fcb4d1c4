// The tool around the browser, put together: it asks its viewer (viewer.js) for all that changes,
// and is told.
import { problem } from '../data/files.js'
import { messageOf } from '../data/manifest.js'
import { makePane } from '../list/pane.js'
import { Side } from '../list/side.js'
import { clickCards, openPopup } from '../parts/popup.js'
import { parseLocus } from '../pure/state.js'
import { makeAccess } from './access.js'
import { makeComparison } from './comparison.js'
import { makeDisplay } from './display.js'
import { makeFind } from './find.js'
import { placeLabels } from './labels.js'
import { makeLegend } from './legend.js'
import { makeMessages } from './messages.js'
import { makeNotes } from './notes.js'
import { makeTheme, makeToolbar } from './toolbar.js'
import { followWidth, markNarrow } from './width.js'

/** @typedef {import('../../index.js').State} State */
/** @typedef {import('../../igv.js').Track} Track */
/** @typedef {{model: string, unit?: string, p99?: number, track: Track}} Series Relevance. */

/**
 * Per-base values of a model.
 *
 * @typedef {(model: string, chrom: string, start: number, end: number) => Promise<Float32Array>}
 *   Values
 */

/**
 * What the panel sees of its viewer.
 *
 * @typedef {object} Viewer
 * @property {import('../../igv.js').Browser} browser
 * @property {import('../data/manifest.js').Manifest | null} manifest
 * @property {HTMLElement} element
 * @property {HTMLElement} figure the element of igv.js
 * @property {boolean} [keys] whether keys are heard while nothing has the focus
 * @property {import('../pure/draw.js').Colors} colors
 * @property {Series[]} relevance
 * @property {object} [roi]
 * @property {import('../../index.js').Problem[]} problems
 * @property {(problem: import('../../index.js').Problem) => void} report
 * @property {() => State} state
 * @property {import('../../index.js').App['goto']} goto
 * @property {import('../../index.js').App['goto']} expect reads what goto would show
 * @property {() => number} span as many bases as the figure has room for as letters
 * @property {(view: import('../../index.js').Interval) => unknown} fit in the figure's width
 * @property {import('../../index.js').App['on']} on
 * @property {(scale: import('../../index.js').Scale) => unknown} setScale
 * @property {(threshold: number) => unknown} setThreshold
 * @property {(reverse: boolean) => unknown} setReverse
 * @property {import('../../index.js').App['setDifference']} setDifference
 * @property {import('../../index.js').App['setModels']} setModels
 * @property {(filter: {model?: string, motif?: string, family?: string}) => unknown} setFilter
 * @property {(row: import('../pure/hits.js').Hit & {kind: string}) => void} chose
 * @property {Values} values
 * @property {import('../data/again.js').Again} again
 */

/**
 * Builds the panel around the figure of a viewer.
 *
 * @param {Viewer} viewer
 * @param {import('../igv/reads.js').Reads} [reads]
 * @param {() => void} [enter] gives the room that was kept for the list
 */
export function makePanel(viewer, reads, enter) {
  const { manifest, element, figure, relevance } = viewer
  const gone = new AbortController()
  markNarrow(element, gone.signal)
  const side = new Side(viewer)
  const { list } = side
  const messages = makeMessages()
  const access = makeAccess(viewer, list, gone.signal)
  const comparison = makeComparison(viewer)
  const toolbar = makeToolbar(viewer, {
    prev: list.prev,
    next: list.next,
    find: makeFind(viewer, side, messages, () => ready, gone.signal),
    help: access.help,
    agreement: relevance.length > 1 && comparison.element,
    theme: makeTheme(element, gone.signal),
    pane: manifest && makePane(viewer, side.element, gone.signal),
  })
  const display = makeDisplay(viewer)
  const legend = makeLegend(viewer)
  const notes = makeNotes(viewer, side.regions)
  const above = [toolbar.element, ...messages.elements, display.element, access.element]
  const below = manifest ? [side.element, legend.element] : [legend.element]
  arrange(viewer, above, below, enter)
  const unlabelled = placeLabels(viewer.browser)

  const sync = () => {
    const state = viewer.state()
    for (const part of [toolbar, display, legend, comparison, access, notes]) part.sync(state)
  }
  const failed = missing(viewer, gone.signal)
  const deaf = listen(viewer, side, { sync, failed, ...messages }, gone.signal)
  followWidth(viewer, gone.signal)
  viewer.problems.forEach(messages.report)
  if (reads) showReads(reads, messages, sync)
  sync()
  const ready = manifest ? side.load(manifest, gone.signal).catch(failed) : Promise.resolve()
  ready.then(() => gone.signal.aborted || [access, notes].forEach((part) => part.sync()))
  const destroy = () => {
    gone.abort()
    deaf()
    unlabelled()
    for (const part of [comparison, access, notes, list]) part.destroy()
    for (const part of [...above, ...below, ...element.querySelectorAll('.gt-popup')]) part.remove()
    delete element.dataset.theme
    figure.classList.remove('gt-figure')
  }
  const go = (/** @type {number} */ at) => list.go(at)
  return { go, next: list.next, prev: list.prev, ready, destroy }
}

/**
 * What is called where a part could not be fetched; browsers keep what they could not import.
 *
 * @param {Viewer} viewer
 * @param {AbortSignal} signal
 */
const missing = (viewer, signal) => (/** @type {unknown} */ error) => {
  const cure = `Reload it (${messageOf(error)}).`
  if (!signal.aborted) viewer.report(problem('A part of this page is missing.', cure))
}

/**
 * Shows what cannot be read; what it left out is said once it can.
 *
 * @param {import('../igv/reads.js').Reads} reads
 * @param {ReturnType<typeof makeMessages>} messages
 * @param {() => void} sync
 */
function showReads(reads, { lost, slow }, sync) {
  const show = (/** @type {import('../../index.js').Problem | null} */ found) => {
    lost(found, reads.retry)
    if (!found) sync()
  }
  reads.show({ lost: show, slow })
}

/**
 * Marks in the figure what is current in the list, says what is under the pointer, and keeps ruler
 * and sequence in sight: fetched once the figure is there.
 *
 * @param {Viewer} viewer
 * @param {Side} side
 * @param {AbortSignal} signal
 */
async function pointAt(viewer, side, signal) {
  const parts = () =>
    Promise.all([import('./marks.js'), import('./hover.js'), import('../igv/arranging.js')])
  const [{ makeMarks }, { makeHover }, { keepInPlace }] = await viewer.again(parts, signal)
  if (signal.aborted) return
  keepInPlace(viewer, signal)
  const marks = makeMarks(viewer, signal)
  side.mark(marks)
  const pointed = (/** @type {import('../../index.js').Interval | null} */ place) => {
    marks.base(place)
    side.list.light(place)
  }
  makeHover(viewer, pointed, signal)
}

/**
 * Puts the parts around the figure, which goes into the room that is left.
 *
 * @param {Viewer} viewer
 * @param {HTMLElement[]} above
 * @param {HTMLElement[]} below
 * @param {() => void} [enter]
 */
function arrange({ browser, element, figure, state, fit }, above, below, enter) {
  const view = parseLocus(state().locus)
  const width = figure.clientWidth
  element.classList.add('gtrack')
  figure.classList.add('gt-figure')
  figure.before(...above)
  figure.after(...below)
  enter?.()
  if (figure.clientWidth === width) return
  if (view) fit(view)
  else browser.layoutChange()
}

/**
 * Follows the viewer and the browser. Returns a function that stops it.
 *
 * @param {Viewer} viewer
 * @param {Side} side
 * @param {{sync: () => void, failed: ReturnType<typeof missing>} &
 *   ReturnType<typeof makeMessages>} parts
 * @param {AbortSignal} signal
 */
function listen(viewer, side, { sync, failed, report, say, done }, signal) {
  const { browser, on } = viewer
  const names = ['locus', 'scale', 'reverse', 'difference', 'models', 'threshold']
  const offs = [
    ...names.map((name) => on(name, sync)),
    on('threshold', () => side.list.set()),
    on('reverse', () => side.describe()),
    on('filter', side.filtered),
    on('error', (found) => (found.passing ? say : report)(found)),
    ...['locus', 'filter'].map((name) => on(name, done)),
  ]
  const clicked = listenToClicks(viewer, side, signal)
  void pointAt(viewer, side, signal).catch(failed)
  return () => {
    browser.off('trackclick', clicked)
    for (const off of offs) off()
  }
}

/**
 * Opens the popup of what is clicked, where the pointer is.
 *
 * @param {Viewer} viewer
 * @param {Side} side
 * @param {AbortSignal} signal
 */
function listenToClicks({ browser, element, figure, colors, state }, side, signal) {
  let pointer = { x: 0, y: 0 }
  const seen = (/** @type {PointerEvent} */ event) => {
    pointer = event
  }
  figure.addEventListener('pointerup', seen, { signal, capture: true })
  /** @type {(track: any, values: any[], place: number, features: any[]) => boolean} */
  const clicked = (track, values, place, features) => {
    const cards = clickCards(track, values, features, side.motifs, colors, state().reverse)
    const { chr: chrom } = browser.referenceFrameList[0]
    const hit = features?.find((f) => f.motifId !== undefined)
    if (hit) side.list.touch({ chrom, start: hit.start, end: hit.end }, track.config.gtrack?.model)
    else if (track.isRelevance) cards.push(...side.regionsAt(chrom, Math.floor(place)))
    if (cards.length) openPopup(element, cards, pointer)
    return false // or igv.js would show its list, as HTML
  }
  browser.on('trackclick', clicked)
  return clicked
}
