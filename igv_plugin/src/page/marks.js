// Where the current row of the list lies in the figure, and that under the pointer: strips over all
// tracks, that no pointer meets.
import { h } from '../parts/dom.js'

/** @typedef {import('../../index.js').Interval} Interval */
/** @typedef {import('../pure/hits.js').Hit} Hit */
/** @typedef {'current' | 'hovered' | 'base'} Mark */

const SHEET = `
.igv-column { position: relative; }
.gt-mark { position: absolute; top: 0; bottom: 0; z-index: 601; pointer-events: none; }
.gt-current { border: solid #0b5cad; border-width: 0 1px; background: rgb(11 92 173 / 0.07); }
.gt-hovered { border: dashed #59616a; border-width: 0 1px; background: rgb(89 97 106 / 0.08); }
.gt-wide { background: none; }
.gt-base { background: rgb(28 32 36 / 0.1); }
`

/**
 * The pixels of a place in a frame; null where it is not in sight.
 *
 * @param {Interval} place
 * @param {import('../../igv.js').ReferenceFrame} frame
 * @param {number} width of the frame
 */
export function pixelsOf({ chrom, start, end }, { chr, start: left, bpPerPixel }, width) {
  if (chrom !== chr) return null
  const [from, to] = [start, end].map((base) => (base - left) / bpPerPixel)
  if (to <= 0 || from >= width) return null
  const first = Math.max(0, from)
  return { left: first, width: Math.max(1, Math.min(width, to) - first) }
}

/**
 * Marks places in the figure, wherever it goes.
 *
 * @param {import('./panel.js').Viewer} viewer
 * @param {AbortSignal} signal
 */
export function makeMarks({ browser, figure }, signal) {
  const root = figure.shadowRoot
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(SHEET)
  root?.adoptedStyleSheets.push(sheet)
  /** @type {Map<Mark, Interval | null>} */
  const places = new Map()
  /** @type {Map<Mark, HTMLElement>} */
  const elements = new Map()
  for (const mark of /** @type {Mark[]} */ (['current', 'hovered', 'base'])) {
    places.set(mark, null)
    elements.set(mark, h('div', { class: `gt-mark gt-${mark}`, 'aria-hidden': 'true' }))
  }

  /** @param {Mark} mark */
  function draw(mark) {
    const element = /** @type {HTMLElement} */ (elements.get(mark))
    const place = places.get(mark)
    const { referenceFrameList: frames, columnContainer, trackViews } = browser
    const room = browser.calculateViewportWidth(frames.length)
    const pixels = place && frames.length === 1 && pixelsOf(place, frames[0], room)
    if (!pixels) return element.remove()
    const column = columnContainer.querySelector('.igv-column')
    const { left, width } = pixels
    Object.assign(element.style, { left: `${left}px`, width: `${width}px` })
    if (element.parentNode === column) return
    const ruler = trackViews.find(({ track }) => track.type === 'ruler')?.viewports[0]
    const top = ruler?.viewportElement.offsetTop ?? 0 // above it is all of the chromosome
    element.style.top = `${top}px` // once: to ask for it is to lay the page out
    column?.append(element)
  }
  const drawAll = () => elements.forEach((_, mark) => draw(mark))
  browser.on('locuschange', drawAll)
  signal.addEventListener('abort', () => {
    browser.off('locuschange', drawAll)
    elements.forEach((element) => element.remove())
    if (root) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((each) => each !== sheet)
  })

  /** @param {Mark} mark @param {Interval | null} place */
  const set = (mark, place) => {
    places.set(mark, place)
    draw(mark)
  }
  /** @param {Hit | null} row */
  const placeOf = (row) => row && { chrom: row.chrom, start: row.chromStart, end: row.chromEnd }
  return {
    /** @param {Hit | null} row @param {boolean} [wide] it has no colour of its own */
    current: (row, wide = false) => {
      elements.get('current')?.classList.toggle('gt-wide', wide)
      set('current', placeOf(row))
    },
    /** @param {Hit | null} row */
    hovered: (row) => set('hovered', placeOf(row)),
    /** @param {Interval | null} place */
    base: (place) => set('base', place),
  }
}
