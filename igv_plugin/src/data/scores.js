// The scores of regions, read from regions.tsv: a column for each model and target. No page here.
import { readLines } from './lines.js'
import { titled } from './manifest.js'

/**
 * What a model says of the regions, by their rows of regions.bed; NaN where it says nothing.
 *
 * @typedef {{model: string, score: Float32Array, probability: Float32Array}} Scores
 */

const NEEDED = ['region', 'model', 'score']

/**
 * What adds the lines of regions.tsv to a list of scores.
 *
 * @param {number} count of regions
 * @param {Scores[]} into
 * @returns {(line: string) => void}
 */
export function scoreReader(count, into) {
  /** @type {Map<string, Scores>} */
  const known = new Map()
  /** @type {string[] | null} */
  let columns = null
  const made = (/** @type {string} */ model) => {
    const none = () => new Float32Array(count).fill(NaN)
    const scores = { model, score: none(), probability: none() }
    known.set(model, scores)
    into.push(scores)
    return scores
  }
  return (line) => {
    if (!line) return
    const cells = line.split('\t')
    if (!columns) {
      columns = cells
      if (NEEDED.every((name) => cells.includes(name))) return
      throw new Error(`its first line names no ${NEEDED.join(', ')}`)
    }
    const cell = (/** @type {string} */ name) =>
      cells[/** @type {string[]} */ (columns).indexOf(name)]
    const at = Number(cell('region'))
    if (!(at >= 0 && at < count)) throw new Error(`there is no region ${cell('region')}`)
    const model = titled({ model: cell('model'), target: cell('target') }) ?? ''
    const scores = known.get(model) ?? made(model)
    scores.score[at] = Number(cell('score')) // NaN of NA
    scores.probability[at] = Number(cell('probability'))
  }
}

/**
 * Reads regions.tsv; what is packed has more rows than a page should read.
 *
 * @param {string} url
 * @param {number} count of regions
 * @param {import('./again.js').Again} again
 * @param {AbortSignal} signal
 */
export async function readScores(url, count, again, signal) {
  /** @type {Scores[]} */
  const scores = []
  if (!url.endsWith('.gz')) await readLines(url, scoreReader(count, scores), again, signal)
  return scores
}
