import { problem } from '../data/files.js'
import { messageOf } from '../data/manifest.js'
import { button, field, group } from '../parts/controls.js'
import { h } from '../parts/dom.js'
import { parseLocus } from '../pure/state.js'
import { makeTrust } from './trust.js'

/** @typedef {import('./panel.js').Viewer} Viewer */

/**
 * The bar above all: names, the place, pictures and what else is of the whole page.
 *
 * @param {Viewer} viewer
 * @param {object} others
 * @param {() => unknown} others.prev
 * @param {() => unknown} others.next
 * @param {(problem: import('../../index.js').Problem) => void} others.say
 * @param {() => unknown} others.help
 * @param {HTMLElement | false} others.agreement
 * @param {HTMLElement} others.theme
 * @param {HTMLElement | null} others.pane
 */
export function makeToolbar(viewer, { prev, next, say, help, agreement, theme, pane }) {
  const { manifest, relevance, element: root } = viewer
  const names = relevance.map((r) => r.model).join(' · ')
  const locus = field('Place or chromosome', { size: 24 })
  const seek = (/** @type {Event} */ event) => {
    event.preventDefault()
    goTo(viewer, locus.value.trim(), say)
  }
  const zoom = (/** @type {number} */ factor) => viewer.browser.zoomWithScaleFactor(factor)
  const element = h(
    'header',
    { class: 'gt-bar gt-top' },
    h('span', { title: names }, h('strong', {}, 'gtrack'), ' ', names),
    group(
      'Go to',
      manifest && [
        button('‹', 'Previous hit (key p)', prev),
        button('›', 'Next hit (key n)', next),
      ],
      h('form', { onsubmit: seek }, locus),
      button('−', 'Zoom out', () => zoom(2)),
      button('+', 'Zoom in', () => zoom(0.5)),
    ),
    makeTrust(viewer),
    group('Page', agreement, pictures(viewer), theme, pane, button('?', 'Keys (key ?)', help)),
  )
  /** @param {import('../../index.js').State} state */
  const sync = (state) => {
    const { activeElement } = /** @type {Document | ShadowRoot} */ (root.getRootNode())
    if (activeElement !== locus) locus.value = state.locus
  }
  return { element, sync }
}

/**
 * To a place or a chromosome that somebody wrote.
 *
 * @param {Viewer} viewer
 * @param {string} text
 * @param {(problem: import('../../index.js').Problem) => void} say
 */
function goTo(viewer, text, say) {
  const length = viewer.browser.genome.getChromosome(text)?.bpLength
  const spot = length ? { chrom: text, start: 0, end: length } : parseLocus(text)
  if (!spot) {
    const cure = 'Write chromosome:start-end or a chromosome.'
    return say(problem(`“${text}” is no place.`, cure))
  }
  const { chrom, start, end } = spot
  return viewer.goto(chrom, start, end, end - start > 1 ? 1 : viewer.span())
}

/** @param {Viewer} viewer */
function pictures(viewer) {
  const { browser, report, state } = viewer
  const name = (/** @type {string} */ type) =>
    `gtrack_${state().locus.replace(/[^\w.-]+/g, '_')}.${type}`
  return [
    button('PNG', 'Save as PNG', () => browser.savePNGtoFile(name('png'))),
    button('SVG', 'Download SVG', () =>
      import('./picture.js')
        .then(({ savePicture }) => savePicture(viewer, name('svg')))
        .catch((error) => report(problem('The picture could not be made.', messageOf(error)))),
    ),
  ]
}

/**
 * The button for dark and light, which begins with what the system has and follows it.
 *
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 */
export function makeTheme(root, signal) {
  const element = button('Dark', 'Dark or light', () => paint(root.dataset.theme !== 'dark'))
  const paint = (/** @type {boolean} */ dark) => {
    root.dataset.theme = dark ? 'dark' : 'light'
    element.ariaPressed = String(dark)
  }
  const system = matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', () => paint(system.matches), { signal })
  paint(system.matches)
  return element
}
