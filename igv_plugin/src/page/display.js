import { button, select } from '../parts/controls.js'
import { h } from '../parts/dom.js'
import { short } from '../pure/words.js'

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
  const difference = makeDifference(viewer)
  const element = h(
    'div',
    { class: 'gt-bar gt-display', role: 'group', 'aria-label': 'Display' },
    scale.elements,
    threshold.element,
    reverse,
    viewer.relevance.length > 1 && difference.element,
    viewer.relevance.length > 2 && makeModels(viewer),
  )
  /** @param {import('../../index.js').State} state */
  const sync = (state) => {
    scale.sync(state)
    threshold.sync(state)
    reverse.ariaPressed = String(state.reverse)
    difference.sync(state)
  }
  return { element, sync }
}

const SCALES = {
  own: 'each model its own: its 99th percentile, or what is shown where that is more',
  auto: 'one for all, from what is shown',
  p99: 'the 99th percentile of each; what is more is cut, under a mark',
}

/**
 * What a scale is, as the legend says it.
 *
 * @param {import('../../index.js').Scale} scale
 */
export function inWords(scale) {
  return typeof scale === 'number'
    ? `±${short(scale)} for all; what is more is cut, under a mark`
    : SCALES[scale]
}

/**
 * The button of the difference.
 *
 * @param {import('./panel.js').Viewer} viewer
 */
function makeDifference(viewer) {
  const shown = () => viewer.state().difference
  const element = button('Difference', '', () => viewer.setDifference(!shown()))
  /** @param {import('../../index.js').State} state */
  const sync = ({ difference, first = '', second = '' }) => {
    element.ariaPressed = String(difference)
    const known = viewer.relevance.every((r) => r.p99)
    element.title = `${first} − ${second}${known ? ', each in units of its 99th percentile' : ''}`
  }
  return { element, sync }
}

/**
 * The button of all models, where there are more than two.
 *
 * @param {import('./panel.js').Viewer} viewer
 */
function makeModels(viewer) {
  const open = () => import('./models.js').then(({ openModels }) => openModels(viewer, element))
  const element = button('Models', 'Show, hide, order and pair the models', open)
  element.ariaHasPopup = 'dialog'
  return element
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
    if (value === 'own' || value === 'auto' || value === 'p99') viewer.setScale(value)
    else viewer.setScale(Math.abs(Number(limit.value)) || 1)
  }
  const choice = select(
    'Scale',
    [
      ['own', 'each model its own'],
      ['auto', 'one for all'],
      ['p99', '99th percentile of each', { disabled: !known, title: known ? null : UNKNOWN }],
      ['fixed', 'fixed limit'],
    ],
    set,
  )
  const label = 'Limit of the scale'
  const limit = h('input', { type: 'number', min: 0, step: 'any', 'aria-label': label })
  limit.addEventListener('change', set)
  /** @param {import('../../index.js').State} state */
  const sync = ({ scale }) => {
    const fixed = typeof scale === 'number'
    choice.value = fixed ? 'fixed' : scale
    choice.title = inWords(scale)
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
  /** @param {import('../../index.js').State} state */
  const sync = ({ threshold }) => {
    slider.value = String(threshold)
    amount.value = threshold.toFixed(2)
  }
  return { element: h('label', {}, 'Threshold ', slider, amount, ' of p99'), sync }
}
