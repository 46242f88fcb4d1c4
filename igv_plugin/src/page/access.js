// How the viewer is reached without a mouse and without eyes: keys, names, words.
import { nameParts } from '../igv/shadow.js'
import { listenToKeys, makeActions } from './keys.js'
import { makeSpoken } from './spoken.js'

/**
 * @param {import('./panel.js').Viewer} viewer
 * @param {import('../list/rows.js').Rows} list
 * @param {AbortSignal} signal
 */
export function makeAccess(viewer, list, signal) {
  const { act, help } = makeActions(viewer, list)
  const spoken = makeSpoken(viewer, viewer.manifest && list)
  listenToKeys(viewer, act, signal)
  nameParts(viewer, signal)
  const off = viewer.on('filter', spoken.sync)
  const destroy = () => {
    spoken.destroy()
    off()
  }
  return { ...spoken, help, destroy }
}
