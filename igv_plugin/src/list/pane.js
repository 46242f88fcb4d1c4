// The list beside the figure, which gives its room to the figure where it is closed.
import { button } from '../parts/controls.js'
import { parseLocus } from '../pure/state.js'

let panes = 0

/**
 * The button that opens and closes the list. It begins closed in an element that is not wide
 * (width.js), and follows that until it is pressed; a link says nothing of it, as it is opened in
 * windows of other widths.
 *
 * @param {import('../page/panel.js').Viewer} viewer
 * @param {HTMLElement} pane
 * @param {AbortSignal} signal
 */
export function makePane(viewer, pane, signal) {
  const { element: root } = viewer
  const isWide = () => !root.hasAttribute('data-medium')
  let chosen = false
  const element = button('List', 'Show or hide the list of hits and regions', () => {
    chosen = true
    return withMiddle(viewer, () => show(Boolean(pane.hidden)))
  })
  pane.id = `gt-pane-${++panes}`
  element.setAttribute('aria-controls', pane.id)
  const show = (/** @type {boolean} */ shown) => {
    pane.hidden = !shown
    element.ariaExpanded = String(shown)
  }
  const follow = () => {
    if (chosen || pane.hidden !== isWide()) return // it is as it should be
    show(isWide())
    viewer.browser.layoutChange() // the left end stays, as igv.js does where a window is resized
  }
  const watch = new MutationObserver(follow)
  watch.observe(root, { attributeFilter: ['data-medium'] })
  signal.addEventListener('abort', () => watch.disconnect())
  show(isWide())
  return element
}

/**
 * Changes the width of the figure: letters stay as wide as they are, and what is in the middle
 * stays there.
 *
 * @param {import('../page/panel.js').Viewer} viewer
 * @param {() => void} change
 */
async function withMiddle({ browser, figure, state, goto }, change) {
  const view = parseLocus(state().locus)
  const width = figure.clientWidth
  change()
  if (figure.clientWidth === width) return
  await browser.layoutChange() // keeps the left end
  const now = parseLocus(state().locus)
  if (!view || now?.chrom !== view.chrom || now.start !== view.start) return // or gone elsewhere
  const middle = Math.floor((view.start + view.end) / 2)
  await goto(view.chrom, middle, middle + 1, now.end - now.start)
}
