// What stands around a saved figure, in words.
import { parseLocus } from '../pure/state.js'
import { number } from '../pure/words.js'
import { inWords } from './display.js'
import { heightMeans } from './legend.js'

/**
 * The place, what stands above the figure, and what below it, in lines of so many letters.
 *
 * @param {Pick<import('./panel.js').Viewer, 'manifest' | 'relevance' | 'state'>} viewer
 * @param {number} letters
 */
export function captions({ manifest, relevance, state }, letters) {
  const { locus, scale, threshold, reverse, difference, first, second } = state()
  const { id } = manifest?.genome ?? {}
  const units = [...new Set(relevance.map((r) => r.unit ?? 'logit'))].join(', ')
  const shown = relevance.filter(({ track }) => !track?.isHidden)
  const models = shown.map((r) => r.model).join(', ')
  const below = [
    `${heightMeans(units)}.`,
    `Scale: ${inWords(scale)}.`,
    difference && first && second && `Difference: ${first} − ${second}.`,
    threshold > 0 && `Grey: |relevance| below ${threshold} of the 99th percentile.`,
    reverse && 'Letters are of the reverse strand.',
  ]
  return {
    title: placeIn(locus),
    above: wrapped(`${id ? `Genome: ${id}. ` : ''}Models: ${models}.`, letters),
    below: wrapped(below.filter(Boolean).join(' '), letters),
  }
}

/** @param {string} locus */
function placeIn(locus) {
  const place = parseLocus(locus)
  if (!place) return locus
  const { chrom, start, end } = place
  return `${chrom}:${number(start + 1)}-${number(end)} (${number(end - start)} bp)`
}

/**
 * Text in lines of so many letters at most; a longer word is cut.
 *
 * @param {string} text
 * @param {number} letters
 */
export function wrapped(text, letters) {
  /** @type {string[]} */
  const lines = []
  const most = Math.max(1, letters)
  const words = text.split(' ').flatMap((word) => {
    const each = [...word]
    const pieces = Math.max(1, Math.ceil(each.length / most))
    return Array.from({ length: pieces }, (_, i) => each.slice(i * most, (i + 1) * most).join(''))
  })
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && [...last].length + 1 + [...word].length <= most) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
  }
  return lines
}
