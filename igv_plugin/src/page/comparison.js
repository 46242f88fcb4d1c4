import { button } from '../parts/controls.js'
import { h } from '../parts/dom.js'
import { card, openPopup } from '../parts/popup.js'
import { agreement, MEANING } from '../pure/agreement.js'
import { formatLocus, parseLocus } from '../pure/state.js'
import { number } from '../pure/words.js'

/** @typedef {import('../../index.js').Interval} Interval */

/** The most bases on which two models are compared. */
const LONGEST = 20_000

/**
 * The button that says how far the two models of the difference agree on the bases shown.
 *
 * @param {import('./panel.js').Viewer} viewer
 */
export function makeComparison(viewer) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const explain = () => {
    const said = card('Agreement', [], h('p', {}, element.title))
    openPopup(viewer.element, [said], element.getBoundingClientRect())
  }
  const element = button('Agreement …', MEANING, explain)

  /** @param {Interval} view */
  const read = ({ chrom, start, end }) => {
    const { first = '', second = '' } = viewer.state()
    const values = (/** @type {string} */ model) => viewer.values(model, chrom, start, end)
    return Promise.all([first, second].map(values)).catch(() => null)
  }

  async function compare() {
    const view = parseLocus(viewer.state().locus)
    const near = view && view.end - view.start <= LONGEST
    const values = near && (await read(view))
    if (view && viewer.state().locus !== formatLocus(view)) return // meanwhile the view has moved
    const { cosine, bases } = values ? agreement(values[0], values[1]) : { cosine: null, bases: 0 }
    const text = cosine === null ? 'n/a' : cosine.toFixed(2).replace('-', '−')
    element.textContent = `Agreement ${text}`
    const here = near
      ? `Here: ${number(bases)} bases.`
      : `Zoom in to ${number(LONGEST)} bases to see it.`
    element.title = `${MEANING} ${here}`
  }
  const sync = () => {
    clearTimeout(timer)
    timer = setTimeout(compare, 200)
  }
  return { element, sync, destroy: () => clearTimeout(timer) }
}
