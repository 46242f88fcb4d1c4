// How the relevance tracks of a browser look: all of them alike.
import { COLORS } from '../pure/draw.js'

/** @typedef {import('../../index.js').Scale} Scale */
/** @typedef {import('../../igv.js').Browser} Browser */
/** @typedef {import('../../igv.js').GtrackConfig} GtrackConfig */

/**
 * How all relevance tracks of a browser are to look.
 *
 * @typedef {object} Look
 * @property {Scale} scale
 * @property {number} threshold
 * @property {boolean} reverse
 * @property {import('../pure/draw.js').Colors} colors
 */

/** @type {WeakMap<object, Look>} */
const looks = new WeakMap()

/**
 * What the relevance tracks of a browser were told; `first` where that is nothing yet.
 *
 * @param {Browser} browser
 * @param {Partial<GtrackConfig>} first
 */
export function lookOf(browser, first = {}) {
  const { scale = 'own', threshold = 0, reverse = false, palette } = first
  const look = looks.get(browser) ?? {
    scale,
    threshold,
    reverse,
    colors: { ...COLORS, ...palette },
  }
  looks.set(browser, look)
  return look
}

/**
 * Tells the relevance tracks of a browser how to look, and draws them anew.
 *
 * @param {Browser} browser
 * @param {Partial<Look>} told
 */
export async function tellTracks(browser, told) {
  const look = lookOf(browser)
  const before = look.scale
  Object.assign(look, told)
  if (look.scale !== before) await browser.updateViews() // or some tracks would know too little
  for (const track of browser.findTracks((t) => t.isRelevance || t.type === 'sequence')) {
    track.reversed = look.reverse // for igv.js' own track of the sequence
    track.trackView.repaintViews()
  }
}
