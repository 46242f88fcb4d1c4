import { button, select } from './controls.js'
import { h } from './dom.js'

const DIMS = 'Dims letters, hides hits (per base) below this share of their 99th percentile'
const UNKNOWN = 'The 99th percentile is not known here: open the scan itself'

/**
 * The controls of how the tracks are drawn: scale, threshold, strand, difference.
 *
 * @param {import('./panel.js').Viewer} viewer
 */
export function makeDisplay(viewer) {
  const scale = makeScale(viewer)
  const threshold = makeThreshold(viewer)
  const reverse = button('Reverse strand', 'Letters of the reverse strand', () =>
    viewer.setReverse(!viewer.state().reverse),
  )
  const difference = button('Difference', 'First minus second', () =>
    viewer.setDifference(!viewer.state().difference),
  )
  const element = h(
    'div',
    { class: 'gt-bar gt-display', role: 'group', 'aria-label': 'Display' },
    scale.elements,
    threshold.element,
    reverse,
    viewer.relevance.length > 1 && difference,
  )
  /** @param {import('../index.js').State} state */
  const sync = (state) => {
    scale.sync(state)
    threshold.sync(state)
    reverse.ariaPressed = String(state.reverse)
    difference.ariaPressed = String(state.difference)
  }
  return { element, sync }
}

/** @param {import('./panel.js').Viewer} viewer */
const isKnown = ({ relevance }) => relevance.some((r) => r.p99)

/**
 * What the scale is, and its limit where that is fixed.
 *
 * @param {import('./panel.js').Viewer} viewer
 */
function makeScale(viewer) {
  const known = isKnown(viewer)
  const set = () => {
    const { value } = choice
    if (value === 'auto' || value === 'p99') viewer.setScale(value)
    else viewer.setScale(Math.abs(Number(limit.value)) || 1)
  }
  const choice = select(
    'Scale',
    [
      ['auto', 'shared, automatic'],
      ['p99', '99th percentile of each', { disabled: !known, title: known ? null : UNKNOWN }],
      ['fixed', 'fixed'],
    ],
    set,
  )
  const label = 'Limit of the scale'
  const limit = h('input', { type: 'number', min: 0, step: 'any', 'aria-label': label })
  limit.addEventListener('change', set)
  /** @param {import('../index.js').State} state */
  const sync = ({ scale }) => {
    const fixed = typeof scale === 'number'
    choice.value = fixed ? 'fixed' : scale
    limit.hidden = !fixed
    if (fixed) limit.value = String(scale)
  }
  return { elements: [h('label', {}, 'Scale ', choice), limit], sync }
}

/**
 * The share of the 99th percentile below which letters are dim.
 *
 * @param {import('./panel.js').Viewer} viewer
 */
function makeThreshold(viewer) {
  const known = isKnown(viewer)
  const slider = h('input', {
    type: 'range',
    min: 0,
    max: 1,
    step: 0.01,
    disabled: !known,
    title: known ? DIMS : UNKNOWN,
  })
  slider.addEventListener('input', () => viewer.setThreshold(Number(slider.value)))
  const amount = h('output')
  /** @param {import('../index.js').State} state */
  const sync = ({ threshold }) => {
    slider.value = String(threshold)
    amount.value = threshold.toFixed(2)
  }
  return { element: h('label', {}, 'Threshold ', slider, amount, ' of p99'), sync }
}
