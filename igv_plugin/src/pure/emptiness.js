// Why a list is empty, in words, and what would fill it. No page in here.
import { number, short } from './words.js'

/** @typedef {NonNullable<import('../data/manifest.js').Manifest['hits']>} Hits */
/** @typedef {{text: string, cure?: 'filter' | 'threshold'}} Why */
/** @typedef {{text?: string, model?: string, motif?: string, family?: string}} Only */

const NO_MOTIFS = 'No motifs were given: gtrack hits DIR --motifs FILE finds hits.'

/**
 * Why there is no row; null where there is one and nothing to say.
 *
 * @param {import('../list/listing.js').Counts} counts
 * @param {Only} only what alone is listed
 * @param {Hits | undefined} hits of the manifest
 * @param {boolean} any whether the scan has any hit
 * @returns {Why | null}
 */
export function whyEmpty({ kind, shown, all, hidden }, only, hits, any) {
  const none = any ? '' : noHits(hits)
  if (shown) return kind === 'regions' && none ? { text: none } : null
  if (!all && kind === 'regions') return { text: 'There are no regions: the scan lists none.' }
  if (!all) return { text: none }
  if (hidden) {
    const text = `The threshold hides all ${number(hidden)} hits${among(only)}.`
    return { text, cure: 'threshold' }
  }
  const files = hits?.models?.filter((file) => file.model === only.model)
  if (files?.length && !files[0].hits) {
    return {
      text: `${only.model}: ${noHits({ ...hits, models: files }, false)}`,
      cure: 'filter',
    }
  }
  return { text: noMatch(only, kind), cure: 'filter' }
}

/** @param {Only} only */
const narrowed = ({ text, motif, family, model }) => [
  text?.trim() && `“${text.trim()}”`,
  ...[motif, family, model].filter(Boolean),
]

/** @param {Only} only */
function among(only) {
  const words = narrowed(only).filter(Boolean)
  return words.length ? ` of ${words.join(', ')}` : ''
}

/**
 * @param {Only} only
 * @param {import('../list/listing.js').Kind} kind
 */
function noMatch(only, kind) {
  const words = narrowed(kind === 'regions' ? { text: only.text } : only).filter(Boolean)
  return words.length ? `No row matches ${words.join(', ')}.` : 'No row is left.'
}

/**
 * What a scan without hits says of them: how near the best candidate came, where that is known.
 *
 * @param {Hits | undefined} hits
 * @param {boolean} named whether to name the model of the best
 */
export function noHits(hits, named = true) {
  if (!hits?.models?.length) return NO_MOTIFS
  const { q, models } = hits
  if (models.some((file) => file.hits)) return 'The hits could not be read.'
  const at = `0 hits${q === undefined ? '' : ` at q < ${short(q)}`}`
  const found = models.filter(({ best_q: best }) => typeof best === 'number')
  const [best] = found.sort((a, b) => Number(a.best_q) - Number(b.best_q))
  if (best) {
    const of = named && models.length > 1 ? ` (${best.model})` : ''
    return `${at}; best q ${short(best.best_q)}${of}.`
  }
  const known = models.every(({ candidates }) => candidates === 0)
  return known ? `${at}: no place matches a motif.` : `${at}.`
}
