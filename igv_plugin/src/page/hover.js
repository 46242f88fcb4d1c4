// What is under the pointer: position, base, and the value of each relevance track.
import { h } from '../parts/dom.js'
import { number } from '../pure/words.js'

const SHEET = `
.gt-hover {
  position: fixed;
  z-index: 3;
  max-width: min(24rem, 92vw);
  padding: 4px 10px;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--page);
  box-shadow: 0 2px 8px rgb(0 0 0 / 0.2);
  overflow-wrap: anywhere;
  pointer-events: none;
}
.gt-hover :is(p, dl, dd) {
  margin: 0;
}
.gt-hover dl {
  display: grid;
  grid-template-columns: minmax(0, auto) auto;
  gap: 0 12px;
}
.gt-hover dt {
  color: var(--soft);
}
`

/** @typedef {import('../../index.js').Interval} Interval */
/** @typedef {import('../../igv.js').TrackView} TrackView */
/** @typedef {{name: string, text: string}[]} Facts As a click on a relevance track gives them. */
/** @typedef {{place: string, base: string, lines: [model: string, value: string][]}} Said */

/**
 * The facts of some tracks, put together: what is the same for all of them once.
 *
 * @param {Facts[]} tracks
 * @param {string} place where no track says it
 * @returns {Said}
 */
export function together(tracks, place) {
  const each = tracks.map((facts) => Object.fromEntries(facts.map((f) => [f.name, f.text])))
  const found = each.filter(({ Model }) => Model)
  const base = found.find(({ Base }) => Base)?.Base ?? ''
  const lines = found.map(({ Model, Relevance, Largest, Smallest, ...more }) => {
    const sd = more['Sd of members'] ? ` ± ${more['Sd of members']}` : ''
    const bin = `${Smallest} to ${Largest} in ${more.Position}`
    return /** @type {[string, string]} */ ([Model, Relevance ? Relevance + sd : bin])
  })
  return { place, base, lines }
}

/**
 * Says beside the pointer what is under it, and tells where it is.
 *
 * @param {import('./panel.js').Viewer} viewer
 * @param {(place: Interval | null) => void} tell
 * @param {AbortSignal} signal
 */
export function makeHover({ browser, element, figure }, tell, signal) {
  const box = h('div', { class: 'gt-hover', 'aria-hidden': 'true', hidden: true })
  element.append(box)
  const root = /** @type {Document | ShadowRoot} */ (element.getRootNode())
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(SHEET)
  root.adoptedStyleSheets.push(sheet)
  /** @type {{chrom: string, at: number, x: number, y: number} | null} */
  let last = null
  let waiting = false

  const hide = () => {
    last = null
    if (box.hidden) return
    box.hidden = true
    tell(null)
  }
  const show = () => {
    waiting = false
    if (!last) return hide()
    const { chrom, at } = last
    const said = together(factsAt(browser, at), `${chrom}:${number(at + 1)}`)
    const rows = said.lines.map(([model, value]) => [h('dt', {}, model), h('dd', {}, value)])
    const nothing = said.lines.length ? null : h('p', {}, 'No relevance here')
    const first = h('p', {}, h('strong', {}, said.place), said.base && ` ${said.base}`)
    box.replaceChildren(first, nothing ?? h('dl', {}, rows))
    box.hidden = false
    const { offsetWidth, offsetHeight } = box
    const right = last.x + 16 + offsetWidth < innerWidth
    const x = right ? last.x + 16 : Math.max(4, last.x - 16 - offsetWidth)
    const y = Math.max(4, Math.min(last.y + 18, innerHeight - offsetHeight - 4))
    Object.assign(box.style, { left: `${x}px`, top: `${y}px` })
    tell({ chrom, start: at, end: at + 1 })
  }
  const moved = (/** @type {PointerEvent} */ event) => {
    if (event.pointerType === 'touch' || event.buttons) return hide()
    last = spotOf(browser, event)
    if (waiting) return
    waiting = true
    requestAnimationFrame(show)
  }
  figure.addEventListener('pointermove', moved, { signal })
  for (const name of ['pointerleave', 'pointerdown', 'wheel']) {
    figure.addEventListener(name, hide, { signal, passive: true })
  }
  element.addEventListener('keydown', hide, { signal })
  signal.addEventListener('abort', () => {
    box.remove()
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((each) => each !== sheet)
  })
}

/**
 * The base under the pointer; null where it is over no track.
 *
 * @param {import('../../igv.js').Browser} browser
 * @param {PointerEvent} event
 */
function spotOf({ trackViews, referenceFrameList }, event) {
  if (referenceFrameList.length > 1) return null
  const path = event.composedPath()
  const viewports = trackViews.map(({ viewports: [first] }) => first)
  const viewport = viewports.find((each) => each && path.includes(each.viewportElement))
  const [{ chr: chrom, start, bpPerPixel }] = referenceFrameList
  if (!viewport || chrom === 'all') return null
  const { left } = viewport.viewportElement.getBoundingClientRect()
  const { clientX: x, clientY: y } = event
  return { chrom, at: Math.floor(start + (x - left) * bpPerPixel), x, y }
}

/**
 * What each relevance track says of a base.
 *
 * @param {import('../../igv.js').Browser} browser
 * @param {number} at
 * @returns {Facts[]}
 */
function factsAt({ trackViews }, at) {
  const shown = trackViews.filter(({ track }) => track.isRelevance && !track.isHidden)
  return shown.map(({ track, viewports: [viewport] }) =>
    /** @type {any} */ (track).popupData({ viewport, genomicLocation: at + 0.5 }),
  )
}
