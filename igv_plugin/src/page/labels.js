// The names of tracks in strips of their own, above the data: igv.js lays them over it.
import { fit } from '../pure/fit.js'

/** @typedef {import('../../igv.js').Browser} Browser */
/** @typedef {import('../../igv.js').TrackView} TrackView */

/** The height of a strip (px). */
const STRIP = 18

const SHEET = `
.igv-axis-column > div > .igv-track-label {
  inset: -17px auto auto 0;
  max-width: none;
  padding: 0 4px;
  border: 0;
  background: none;
  font-size: 12px;
  line-height: 16px;
}
.igv-axis-column > div > .igv-track-label:hover { text-decoration: underline; }
.gt-note {
  position: absolute;
  inset: 50% auto auto 0;
  z-index: 511;
  width: max-content;
  margin: 0;
  padding: 0 6px;
  transform: translate(-50%, -50%);
  background: #fff;
  color: #444;
  font: 13px/1.45 system-ui, sans-serif;
  text-align: center;
  pointer-events: none;
}
.gt-note:empty { display: none; }
.gt-note button {
  min-height: 26px;
  border: 1px solid #bbb;
  border-radius: 5px;
  background: #fff;
  color: #0b5cad;
  font: inherit;
  cursor: pointer;
  pointer-events: auto;
}
.gt-note button:focus-visible { outline: 2px solid #0b5cad; outline-offset: 1px; }
`

/**
 * Moves each track's label out of the data, also those of tracks to come, and cuts what is too
 * long for the width. Returns a function that stops it.
 *
 * @param {Browser} browser
 */
export function placeLabels(browser) {
  const { columnContainer: columns } = browser
  const root = /** @type {ShadowRoot} */ (columns.getRootNode())
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(SHEET)
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
  const place = () => {
    for (const column of columns.querySelectorAll(':scope > :is(.igv-axis-column, .igv-column)')) {
      seen.observe(column, { childList: true }) // igv.js makes new ones
    }
    const labels = []
    for (const view of browser.trackViews) {
      const label = view.viewports[0]?.trackLabelElement
      if (!label || !view.axis) continue
      if (label.parentNode !== view.axis) raise(view, label, seen)
      labels.push(label)
    }
    cut(labels, browser)
  }
  const seen = new MutationObserver(place)
  const sized = new ResizeObserver(place)
  seen.observe(columns, { childList: true })
  sized.observe(columns)
  place()
  return () => {
    seen.disconnect()
    sized.disconnect()
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((each) => each !== sheet)
  }
}

/**
 * Puts a label above its track, in the column of the axis, where nothing clips it, and makes room.
 * It is still the viewport's, which draws it at this place into pictures.
 *
 * @param {TrackView} view
 * @param {HTMLElement} label
 * @param {MutationObserver} seen hears of a new name
 */
function raise(view, label, seen) {
  const { axis, viewports, outerScroll, dragHandle, gearContainer } = view
  const infos = [view.sampleInfoViewport, view.sampleNameViewport].map((each) => each?.viewport)
  const columns = [axis, ...viewports.map((v) => v.viewportElement), ...infos]
  for (const part of [...columns, outerScroll, dragHandle, gearContainer]) {
    if (part) part.style.marginTop = `${STRIP}px`
  }
  for (const property of ['margin', 'top', 'transform']) label.style.removeProperty(property)
  axis?.querySelector('.igv-track-label')?.remove() // of a viewport that is gone
  axis?.append(label)
  viewports[0].renderTrackLabelSVG = (context, x, y) => write(context, label, x, y)
  seen.observe(label, { childList: true })
}

/**
 * Writes a label into a saved picture; igv.js' own way cuts its end off, in a box.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLElement} label
 * @param {number} x
 * @param {number} y
 */
function write(context, { textContent }, x, y) {
  context.save()
  Object.assign(context, { font: '12px Arial', fillStyle: '#000', textAlign: 'left' })
  context.fillText(textContent ?? '', x + 4, y + 12)
  context.restore()
}

/** @type {CanvasRenderingContext2D | null} */
let ruler = null

/**
 * Shows as much of each name as fits; all of it is in the title, where igv.js puts it, too. What is
 * measured is the same for all: asked of each between the changes, the page would be laid out anew
 * for each.
 *
 * @param {HTMLElement[]} labels
 * @param {Browser} browser
 */
function cut(labels, browser) {
  const axis = labels[0]?.parentElement?.clientWidth ?? 0
  const { length } = browser.referenceFrameList
  const room = axis + length * browser.calculateViewportWidth(length) - 8 // without its padding
  ruler ??= document.createElement('canvas').getContext('2d')
  if (!ruler || !labels.length || room <= 0) return
  ruler.font = getComputedStyle(labels[0]).font
  const fits = (/** @type {string} */ shown) => (ruler?.measureText(shown).width ?? 0) <= room
  for (const label of labels) {
    const text = fit(label.title, fits)
    if (label.textContent !== text) label.textContent = text
  }
}
