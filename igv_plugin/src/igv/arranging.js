// The order of the tracks, those that are out of sight, and those that stay in sight: ruler and
// sequence stand still while the rest is scrolled.
import { laneOf, orderOf, tieOf } from '../data/lanes.js'
import { keepRows } from './stacks.js'

/** @typedef {import('../../igv.js').Browser} Browser */
/** @typedef {import('../../igv.js').TrackView} TrackView */

const SHEET = `
.gt-hidden { display: none !important; }
.igv-column-container:not(.gt-flat) .gt-still {
  position: sticky;
  top: var(--gt-top);
  z-index: 600;
}
.gt-still:not(.igv-track-drag-handle) { background: #fff; }
.igv-scrollbar-column > div > div { background: #8a8a8a; }
`
const STILL = ['ruler', 'sequence']
const GENOME = ['ideogram', ...STILL] // not ours to move, nor what others add (0 and more)

/** The elements of a track, one in each column. @param {TrackView} view */
function partsOf({ axis, viewports, outerScroll, dragHandle, gearContainer, ...infos }) {
  const { sampleInfoViewport, sampleNameViewport } = infos
  const beside = [sampleInfoViewport, sampleNameViewport].map((each) => each?.viewport)
  const seen = viewports.map((viewport) => viewport.viewportElement)
  return [axis, ...seen, outerScroll, dragHandle, gearContainer, ...beside].filter((e) => !!e)
}

/** @param {Browser} browser */
function mark({ trackViews }) {
  let top = 0
  for (const view of trackViews) {
    const { type, isHidden = false } = view.track
    const isStill = STILL.includes(type)
    for (const part of partsOf(view)) {
      part.classList.toggle('gt-hidden', isHidden)
      part.classList.toggle('gt-still', isStill)
      if (isStill) part.style.setProperty('--gt-top', `${top}px`)
    }
    if (isStill) top += view.axis?.offsetHeight ?? 0
  }
}

/**
 * Keeps ruler and sequence in sight and hidden tracks out of it, whatever igv.js makes anew; and
 * hears of another order of the models where one is dragged by igv.js' handle.
 *
 * @param {import('../page/panel.js').Viewer} viewer
 * @param {AbortSignal} signal
 */
export function keepInPlace(viewer, signal) {
  const { browser, relevance, state, setModels } = viewer
  const { columnContainer: columns } = browser
  const root = /** @type {ShadowRoot} */ (columns.getRootNode())
  const seen = new MutationObserver(() => {
    for (const column of columns.children) seen.observe(column, { childList: true })
    mark(browser)
  })
  seen.observe(columns, { childList: true })
  for (const column of columns.children) seen.observe(column, { childList: true })
  mark(browser)
  styled(root)
  const ordered = () => {
    const { order = relevance.map((r) => r.model) } = state()
    const shown = browser.findTracks(({ config }) => config?.gtrack?.kind === 'relevance')
    const names = shown.map(({ config }) => config.gtrack?.model ?? '')
    const before = order.filter((name) => names.includes(name)) // the rest was removed
    if (before.some((name, i) => name !== names[i])) void setModels({ order: names })
  }
  browser.on('trackorderchanged', ordered)
  keepRows(viewer, signal)
  signal.addEventListener('abort', () => {
    seen.disconnect()
    browser.off('trackorderchanged', ordered)
  })
}

/** @type {WeakSet<ShadowRoot>} */
const roots = new WeakSet()

/** The styles once for each figure, which takes them with it. @param {ShadowRoot} root */
function styled(root) {
  if (roots.has(root)) return
  roots.add(root)
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(SHEET)
  root.adoptedStyleSheets.push(sheet)
}

/**
 * Puts the tracks into the order of their models, and hides those of some.
 *
 * @param {Browser} browser
 * @param {import('../data/manifest.js').Manifest | null} manifest
 * @param {string[]} names of the models, from top to bottom
 * @param {string[]} [hidden]
 */
export async function arrange(browser, manifest, names, hidden = []) {
  let [moved, shown] = [false, false]
  for (const { track } of browser.trackViews) {
    const { order = 0, isHidden = false } = track
    if (order >= 0 || GENOME.includes(track.type)) continue
    const lane = laneOf(track.config, manifest)
    track.order = orderOf(lane, names) + tieOf(track)
    track.isHidden = lane.kind !== 'difference' && hidden.includes(lane.models[0] ?? '')
    moved ||= track.order !== order
    shown ||= track.isHidden !== isHidden
  }
  if (moved) browser.reorderTracks()
  if (!shown) return
  styled(/** @type {ShadowRoot} */ (browser.columnContainer.getRootNode()))
  mark(browser)
  await browser.updateViews()
}

/**
 * Does something while all tracks shown lie below each other, and no other is there: igv.js draws
 * pictures of all, by where they lie.
 *
 * @template T
 * @param {Browser} browser
 * @param {() => T} work
 */
export function lyingFlat(browser, work) {
  const { columnContainer, trackViews } = browser
  columnContainer.classList.add('gt-flat')
  browser.trackViews = trackViews.filter(({ track }) => !track.isHidden)
  try {
    return work()
  } finally {
    browser.trackViews = trackViews
    columnContainer.classList.remove('gt-flat')
  }
}
