// The figure follows the width of its own element, whatever changes that: the window, a pane beside
// it, or the page, which may have hidden it.
import { parseLocus } from '../pure/state.js'

/** Below so many pixels the list goes under the figure, and begins closed (style.css, pane.js). */
const NARROW = 900
const MEDIUM = 1200

/** Marks an element that is narrow, whatever the window's width. @param {HTMLElement} element */
export function markWidth(element) {
  const { clientWidth: width } = element
  if (!width) return // it is hidden
  element.toggleAttribute('data-narrow', width < NARROW)
  element.toggleAttribute('data-medium', width < MEDIUM)
}

/** @param {HTMLElement} element */
export function unmarkWidth(element) {
  for (const name of ['data-narrow', 'data-medium']) element.removeAttribute(name)
}

/**
 * Marks an element that is narrow for as long as it is.
 *
 * @param {HTMLElement} element
 * @param {AbortSignal} signal
 */
export function markNarrow(element, signal) {
  const watch = new ResizeObserver(() => markWidth(element))
  watch.observe(element)
  markWidth(element)
  signal.addEventListener('abort', () => {
    watch.disconnect()
    unmarkWidth(element)
  })
}

/**
 * @param {import('./panel.js').Viewer} viewer
 * @param {AbortSignal} signal
 */
export function followWidth({ browser, figure, state, fit }, signal) {
  let width = figure.clientWidth
  const watch = new ResizeObserver(async () => {
    const before = width
    width = figure.clientWidth
    if (!width || width === before) return
    const view = parseLocus(state().locus)
    // In an element that is not shown igv.js draws nothing, and goes wrong with the width of it.
    if (before || !view) return browser.layoutChange()
    await fit(view)
    browser.trackViews.forEach(paintAxis)
  })
  watch.observe(figure)
  signal.addEventListener('abort', () => watch.disconnect())
}

/**
 * The axis, which was made without a width, too.
 *
 * @param {import('../../igv.js').TrackView} trackView
 */
function paintAxis(trackView) {
  const { axis, axisCanvas } = trackView
  if (!axis || !axisCanvas) return
  const { width, height } = axis.getBoundingClientRect()
  Object.assign(axisCanvas.style, { width: `${width}px`, height: `${height}px` })
  trackView.paintAxis()
}
