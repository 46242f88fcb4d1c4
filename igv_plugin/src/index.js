// gtrack's plugin for igv.js: install(igv) for any page, mount(element, igv, options) for the whole
// viewer.
import { messageOf, sessionFromManifest } from './data/manifest.js'
import { removeBrowser, tame } from './igv/borrowed.js'
import { differenceTrack } from './igv/difference.js'
import { genomeProblem, open, openBrowser } from './igv/opening.js'
import { Reads } from './igv/reads.js'
import { relevanceTrack } from './igv/track.js'
import { Address } from './page/address.js'
import { makePanel } from './page/panel.js'
import { makeRoom } from './page/room.js'
import { h } from './parts/dom.js'
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
  const Wig = /** @type {import('./igv/track.js').TrackClass} */ (wig.constructor)
  const Relevance = relevanceTrack(Wig)
  const Difference = differenceTrack(Relevance)
  igv.registerTrackCreatorFunction('wig', (config, browser) => {
    if (!config.gtrack) return new Wig(config, browser)
    return new (config.gtrack.kind === 'difference' ? Difference : Relevance)(config, browser)
  })
}

/** @param {Igv | Promise<Igv>} given */
async function installed(given) {
  const igv = await given
  await install(igv)
  return igv
}

/**
 * Build the viewer in `element`. See index.d.ts for the options and for what comes back.
 *
 * @param {HTMLElement} element
 * @param {Igv | Promise<Igv>} igv
 * @param {MountOptions} options
 * @returns {Promise<App>}
 */
export async function mount(element, igv, options) {
  /** @type {(() => void)[]} what takes the viewer away again, the last first */
  const undo = []
  const destroy = () => {
    while (undo.length) undo.pop()?.()
  }
  try {
    return { ...(await build(element, igv, options, undo)), destroy }
  } catch (error) {
    destroy()
    const text = `The viewer could not start. ${messageOf(error)}`
    element.replaceChildren(h('p', { role: 'alert' }, text))
    throw error
  }
}

/**
 * @param {HTMLElement} element
 * @param {Igv | Promise<Igv>} given
 * @param {MountOptions} options
 * @param {(() => void)[]} undo
 * @returns {Promise<Omit<App, 'destroy'>>}
 */
async function build(element, given, options, undo) {
  const { hash, keys } = options
  const address = new Address(hash)
  undo.push(() => address.free())
  /** @type {Problem[]} */
  const early = []
  const said = (/** @type {Problem} */ found) => early.push(found)
  // What is opened is looked at while igv.js, the largest file of all, may still be on its way.
  const [igv, opened] = await Promise.all([installed(given), open(given, options, said)])
  const { manifest, session, hub } = opened
  const figure = h('div')
  element.replaceChildren(figure)
  undo.push(() => figure.remove())
  const room = makeRoom(element, figure, Boolean(manifest))
  undo.push(room.remove)
  const browser = await openBrowser(igv, figure, opened, options, said)
  undo.push(() => removeBrowser(igv, browser))
  tame(browser)
  const { locus, ...wanted } = { ...options, ...address.read() }
  const reads = new Reads(browser, manifest?.regions.url ?? hub, options.lost)
  undo.push(() => reads.destroy())
  const parts = { manifest, element, figure, address, keys, again: reads.again }
  const viewer = new Viewer(browser, parts, session, wanted)
  undo.push(() => viewer.destroy())
  early.forEach(viewer.report)
  const mismatch = genomeProblem(browser, manifest)
  if (mismatch) viewer.report(mismatch)
  await viewer.start([locus, session.locus], wanted.difference)
  address.keep(viewer.state) // so that Back leads to where it began
  const panel = makePanel(viewer, reads, room.give)
  undo.push(() => panel.destroy())
  const { problems, goto, setThreshold, setScale, setReverse, setDifference } = viewer
  const { setModels, state, on } = viewer
  const { ready, go, next, prev } = panel
  return {
    ...{ browser, manifest, problems, ready, goto, go, next, prev },
    ...{ setThreshold, setScale, setReverse, setDifference, setModels, state, on },
  }
}
