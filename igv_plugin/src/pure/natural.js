// Names in the order in which people read them, of so many that the page must not wait.
import { turns } from './turns.js'

const WIDE = 15 // figures of the longest number that is one

/** A text that sorts as a name reads: pos2 before pos10, whatever the case. @param {string} name */
export const keyOf = (name) =>
  name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(WIDE, '0'))

/**
 * The place of each name among all of them; of names that read alike the earlier first. By merging
 * sorted runs, with turns for the page.
 *
 * @param {string[]} names
 */
export async function placesOf(names) {
  const turn = turns()
  const keys = new Array(names.length)
  const RUN = 512
  let from = Uint32Array.from(names.keys())
  for (let at = 0; at < names.length; at += RUN) {
    const end = Math.min(at + RUN, names.length)
    for (let i = at; i < end; i++) keys[i] = keyOf(names[i])
    const run = [...from.subarray(at, end)]
    const compare = (/** @type {number} */ a, /** @type {number} */ b) =>
      keys[a] < keys[b] ? -1 : Number(keys[a] > keys[b])
    from.set(run.sort(compare), at)
    await turn()
  }
  for (let size = RUN; size < names.length; size *= 2) {
    const to = new Uint32Array(names.length)
    for (let at = 0; at < names.length; at += 2 * size) {
      let [i, j] = [at, Math.min(at + size, names.length)]
      const [middle, end] = [j, Math.min(at + 2 * size, names.length)]
      for (let k = at; k < end; k++) {
        const left = i < middle && (j >= end || keys[from[i]] <= keys[from[j]])
        to[k] = left ? from[i++] : from[j++]
        if (k % RUN === 0) await turn()
      }
    }
    from = to
  }
  const places = new Float64Array(names.length)
  from.forEach((name, place) => (places[name] = place))
  return places
}
