// What is read before all of a scan can be searched: it starts when the box is first used.
import { regionsAt } from './goals.js'
import { annotated, motifsOf, regionsOf } from './sources.js'

/** @typedef {import('../../index.js').Interval} Interval */
/** @typedef {import('../page/panel.js').Viewer} Viewer */
/** @typedef {import('./sources.js').Annotation} Annotation */

/**
 * The annotations whose names are searched: those of the manifest, or of a hub.
 *
 * @param {Viewer} viewer
 * @returns {Annotation[]}
 */
function annotationsOf({ manifest, browser }) {
  if (manifest) {
    const given = (manifest.tracks ?? []).filter((track) => track.kind === 'annotation')
    const named = given.filter(({ format }) => format !== 'bigWig')
    return named.map(({ name, names }) => ({ name, url: names }))
  }
  const tracks = browser.findTracks((track) => Boolean(track.config?.gtrack?.names))
  return tracks.map(({ config: { gtrack } }) => ({ name: gtrack?.title ?? '', url: gtrack?.names }))
}

/**
 * Reads all that can be searched; resolves once it is there.
 *
 * @param {Viewer} viewer
 * @param {import('./box.js').Parts} parts
 * @param {import('./sources.js').Sources} sources
 */
export function readAll(viewer, { side, lists, signal }, sources) {
  const { hits, regions } = side
  const beside = (/** @type {Interval} */ place) => regionsAt(regions, place)
  return Promise.all([
    sources.add('motifs', () => lists.then(() => motifsOf(hits))),
    ...annotationsOf(viewer).map((each) =>
      sources.add(each.name, () => lists.then(() => annotated(each, beside, viewer.again, signal))),
    ),
    sources.add('regions', () => lists.then(() => regionsOf(regions))),
  ])
}
