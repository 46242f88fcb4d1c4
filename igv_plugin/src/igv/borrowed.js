// What igv.js does to the page around it, taken back: it is made for pages of its own.

/** @typedef {import('../../igv.js').Browser} Browser */

/** @type {WeakSet<Browser>} those that were removed */
const gone = new WeakSet()

/**
 * Takes away igv.js' ears for the keys and the size of the page, which are listened to by keys.js
 * and fit.js, and those that it would leave behind with each change of place.
 *
 * @param {Browser} browser
 */
export function tame(browser) {
  deafen(browser)
  // What it was reading when it was removed it would draw on tracks that are gone.
  const update = browser.updateViews.bind(browser)
  browser.updateViews = () =>
    update().catch((error) => {
      if (!gone.has(browser)) throw error
    })
  browser.on('columnlayoutchange', () => release(browser, (div) => !div.isConnected))
}

/** @param {Browser} browser */
function deafen({ keyUpHandler, boundWindowResizeHandler }) {
  document.removeEventListener('keyup', keyUpHandler)
  window.removeEventListener('resize', boundWindowResizeHandler)
}

/**
 * The ruler listens to the mouse on the whole page, and its viewports are made anew for each place.
 *
 * @param {Browser} browser
 * @param {(div: HTMLElement) => boolean} isLeft
 */
function release({ trackViews }, isLeft) {
  const viewports = trackViews.flatMap((view) => view.viewports ?? [])
  for (const { viewportElement, rulerSweeper } of viewports) {
    if (viewportElement && isLeft(viewportElement)) rulerSweeper?.dispose()
  }
}

/**
 * Removes a browser and what it leaves in the page.
 *
 * @param {import('../../igv.js').Igv} igv
 * @param {Browser} browser
 */
export function removeBrowser(igv, browser) {
  release(browser, () => true)
  igv.removeBrowser(browser)
  gone.add(browser)
  browser.trackViews = []
  deafen(browser) // to the keys it would listen once more
}
