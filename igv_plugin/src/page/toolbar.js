import { problem } from '../data/files.js'
import { messageOf } from '../data/manifest.js'
import { button, field, group } from '../parts/controls.js'
import { h } from '../parts/dom.js'
import { makeTrust } from './trust.js'

/** @typedef {import('./panel.js').Viewer} Viewer */

/**
 * The bar above all: names, the place, pictures and what else is of the whole page.
 *
 * @param {Viewer} viewer
 * @param {object} others
 * @param {() => unknown} others.prev
 * @param {() => unknown} others.next
 * @param {import('./find.js').Find} others.find
 * @param {() => unknown} others.help
 * @param {HTMLElement | false} others.agreement
 * @param {HTMLElement} others.theme
 * @param {HTMLElement | null} others.pane
 */
export function makeToolbar(viewer, { prev, next, find, help, agreement, theme, pane }) {
  const { manifest, relevance, element: root } = viewer
  const names = relevance.map((r) => r.model).join(' · ')
  const box = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false' }
  const locus = field('Find a place, gene, motif or region', { size: 24, ...box })
  const found = () => find(locus)
  locus.addEventListener('focus', () => {
    locus.select()
    void found()
  })
  const seek = async (/** @type {Event} */ event) => {
    event.preventDefault()
    await (await found())?.submit()
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
      h('form', { class: 'gt-find', role: 'search', onsubmit: seek }, locus),
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

/** @param {Viewer} viewer */
function pictures(viewer) {
  const { report, state } = viewer
  const name = (/** @type {string} */ type) =>
    `gtrack_${state().locus.replace(/[^\w.-]+/g, '_')}.${type}`
  const save = (/** @type {string} */ type) => () =>
    import('./picture.js')
      .then(({ savePicture }) => savePicture(viewer, name(type)))
      .catch((error) => report(problem('The picture could not be made.', messageOf(error))))
  return [button('PNG', 'Save as PNG', save('png')), button('SVG', 'Download SVG', save('svg'))]
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
