// Features that overlap lie in rows, which igv.js fills chromosome by chromosome: at one place the
// only gene may be in the third.

/** @typedef {import('../../igv.js').Browser} Browser */

/** From the end of a row up to where its feature is surely in sight (px). */
const FOOT = 12

/**
 * Scrolls a track whose rows in sight are empty to the first one that is not, after each move: it
 * would be taken for a place with nothing. What is seen stays where it is.
 *
 * @param {Pick<import('../page/panel.js').Viewer, 'browser' | 'on'>} viewer
 * @param {AbortSignal} signal
 */
export function keepRows({ browser, on }, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(() => browser.trackViews.forEach(reveal), 150)
  }
  const off = on('locus', later)
  browser.on('featuresloaded', later)
  later()
  signal.addEventListener('abort', () => {
    clearTimeout(timer)
    off()
    browser.off('featuresloaded', later)
  })
}

/** @param {import('../../igv.js').TrackView} view */
function reveal(view) {
  const { track, viewports } = view
  if (track.isHidden) return
  const { featureCache: read, referenceFrame, contentTop = 0, viewportElement } = viewports[0] ?? {}
  if (!Array.isArray(read?.features) || read.chr !== referenceFrame.chr) return
  const { start, end } = referenceFrame
  const within = (/** @type {import('../../igv.js').Feature} */ f) =>
    Number.isInteger(f.row) && f.start < end && f.end > start
  const feet = read.features.filter(within).map((f) => Number(track.computePixelHeight?.([f])))
  const last = contentTop + viewportElement.clientHeight
  const isSeen = (/** @type {number} */ foot) => foot - FOOT > contentTop && foot - FOOT <= last
  if (!feet.length || feet.some(isSeen)) return
  const first = Number(track.computePixelHeight?.([{ row: 0 }]))
  view.scrollByPixels(Math.min(...feet) - first - contentTop)
}
