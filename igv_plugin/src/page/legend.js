import { h } from '../parts/dom.js'
import { inWords } from './display.js'

/** @param {string} units */
export const heightMeans = (units) =>
  `Height: relevance (${units}); up supports the ${units === 'value' ? units : 'label'}, ` +
  'down opposes it'

/**
 * What letters, bars and heights mean.
 *
 * @param {import('./panel.js').Viewer} viewer
 */
export function makeLegend({ colors, relevance }) {
  const units = [...new Set(relevance.map((r) => r.unit))].join(', ')
  const swatch = (/** @type {string} */ color) =>
    h('i', { class: 'gt-swatch gt-ink', style: `background:${color}` })
  const { A, C, G, T } = colors
  const letters = Object.entries({ A, C, G, T }).map(([base, color]) => [
    swatch(color),
    `${base}\u2002`,
  ])
  const signs = [swatch(colors.positive), 'supports\u2002', swatch(colors.negative), 'opposes']
  const scale = h('span')
  const element = h(
    'footer',
    { class: 'gt-legend', 'aria-label': 'Legend' },
    h('span', {}, letters),
    h('span', {}, heightMeans(units)),
    h('span', {}, 'Bars and hits: ', signs),
    h('span', {}, swatch(colors.dim), 'below the threshold'),
    scale,
  )
  /** @param {import('../../index.js').State} state */
  const sync = (state) => {
    scale.textContent = `Scale: ${inWords(state.scale)}`
  }
  return { element, sync }
}
