import { h } from '../parts/dom.js'
import { inWords } from './display.js'

/**
 * What letters, bars and heights mean.
 *
 * @param {import('./panel.js').Viewer} viewer
 */
export function makeLegend({ colors, relevance }) {
  const units = [...new Set(relevance.map((r) => r.unit))].join(', ')
  const supported = units === 'value' ? units : 'label'
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
    h('span', {}, `Height: relevance (${units}); up supports the ${supported}, down opposes it`),
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
