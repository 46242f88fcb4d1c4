// The box in which everything is found is loaded when it is first used.
import { problem } from '../data/files.js'
import { messageOf } from '../data/manifest.js'

/**
 * Opens the box.
 *
 * @typedef {(input: HTMLInputElement) => Promise<{submit: () => Promise<void>} | void>} Find
 */

/**
 * @param {import('./panel.js').Viewer} viewer
 * @param {import('../list/side.js').Side} side
 * @param {ReturnType<typeof import('./messages.js').makeMessages>} messages
 * @param {() => Promise<void>} lists
 * @param {AbortSignal} signal
 * @returns {Find}
 */
export function makeFind(viewer, side, { say, ...said }, lists, signal) {
  /** @type {ReturnType<Find> | undefined} */
  let box
  return (input) =>
    (box ??= import('../find/box.js')
      .then(({ makeBox }) => makeBox(viewer, { input, side, lists: lists(), ...said, signal }))
      .catch((error) => {
        box = undefined // it may be there the next time
        say(problem('Nothing can be searched now.', `Reload this page (${messageOf(error)}).`))
      }))
}
