// gtrack's plugin for igv.js: install(igv) for any page, mount(element, igv, options) for the whole
// viewer.
import { differenceTrack } from './difference.js'
import { h } from './dom.js'
import { messageOf, sessionFromManifest } from './manifest.js'
import { genomeProblem, open, openBrowser } from './opening.js'
import { makePanel } from './panel.js'
import { readState } from './state.js'
import { relevanceTrack } from './track.js'
import { Viewer } from './viewer.js'

/** @typedef {import('../index.js').App} App */
/** @typedef {import('../index.js').MountOptions} MountOptions */
/** @typedef {import('../index.js').Problem} Problem */
/** @typedef {import('../igv.js').Igv} Igv */

export { sessionFromManifest }

/**
 * Teach igv.js the relevance tracks: configs of type wig with a `gtrack` key. All others stay as
 * they are.
 *
 * @param {Igv} igv
 */
export async function install(igv) {
  const wig = await igv.createTrack({ type: 'wig', features: [] }, {})
  const Wig = /** @type {import('./track.js').TrackClass} */ (wig.constructor)
  const Relevance = relevanceTrack(Wig)
  const Difference = differenceTrack(Relevance)
  igv.registerTrackCreatorFunction('wig', (config, browser) => {
    if (!config.gtrack) return new Wig(config, browser)
    return new (config.gtrack.kind === 'difference' ? Difference : Relevance)(config, browser)
  })
}

/**
 * Build the viewer in `element`. See index.d.ts for the options and for what comes back.
 *
 * @param {HTMLElement} element
 * @param {Igv} igv
 * @param {MountOptions} options
 * @returns {Promise<App>}
 */
export async function mount(element, igv, options) {
  try {
    return await build(element, igv, options)
  } catch (error) {
    const text = `The viewer could not start. ${messageOf(error)}`
    element.replaceChildren(h('p', { role: 'alert' }, text))
    throw error
  }
}

/**
 * @param {HTMLElement} element
 * @param {Igv} igv
 * @param {MountOptions} options
 * @returns {Promise<App>}
 */
async function build(element, igv, options) {
  await install(igv)
  /** @type {Problem[]} */
  const early = []
  const { manifest, session } = await open(igv, options, (found) => early.push(found))
  const figure = h('div')
  element.replaceChildren(figure)
  const browser = await openBrowser(igv, figure, session, options.palette)
  const { locus, ...wanted } = { difference: true, ...options, ...readState(location.hash) }
  const viewer = new Viewer(browser, { manifest, element, figure }, session, wanted)
  early.forEach(viewer.report)
  const mismatch = genomeProblem(browser, manifest)
  if (mismatch) viewer.report(mismatch)
  await viewer.start([locus, session.locus], wanted.difference)
  const panel = makePanel(viewer)
  const { problems, goto, setThreshold, setScale, setReverse, setDifference, state, on } = viewer
  const { ready, go, next, prev } = panel
  const destroy = () => {
    panel.destroy()
    viewer.destroy()
    igv.removeBrowser(browser)
    document.removeEventListener('keyup', browser.keyUpHandler) // igv.js adds it once more instead
    figure.remove()
  }
  return {
    ...{ browser, manifest, problems, ready, goto, go, next, prev },
    ...{ setThreshold, setScale, setReverse, setDifference, state, on, destroy },
  }
}
