// The sign of a track that is being read. For each read igv.js puts one into the page and takes it
// out again, and the page is laid out anew each time: for a read that is over at once, in vain.

/** @typedef {import('../../igv.js').Viewport} Viewport */

/** ms that a read may take without it */
const PATIENCE = 150

/** @type {WeakSet<Viewport>} */
const patient = new WeakSet()

/**
 * Lets the sign of a viewport come late, or not at all.
 *
 * @param {Viewport} viewport
 */
export function showLate(viewport) {
  const { startSpinner: show, stopSpinner: hide } = viewport
  if (!show || !hide || patient.has(viewport)) return
  patient.add(viewport)
  let isShown = true // perhaps, by a read of before
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const start = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      isShown = true
      show.call(viewport)
    }, PATIENCE)
  }
  const stop = () => {
    clearTimeout(timer)
    if (isShown) hide.call(viewport)
    isShown = false
  }
  // Not among the members that igv.js empties when it is through with a viewport.
  Object.defineProperties(viewport, {
    startSpinner: { value: start },
    stopSpinner: { value: stop },
  })
}
