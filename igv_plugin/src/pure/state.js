// The view as a URL hash (#locus=chr1:10061-10200&threshold=0.25) and back. No page is touched.

/** @typedef {import('../../index.js').Interval} Interval */

/**
 * "chrom:start-end" (1-based, as people write it) as an interval; null for anything else.
 *
 * @param {unknown} text
 * @returns {Interval | null}
 */
export function parseLocus(text) {
  const [chr, from, to] = String(text ?? '').split('\t')
  if (to) return parseLocus(`${chr}:${from}-${to}`)
  const found = /^(.+):([\d,]+)(?:-([\d,]+))?$/.exec(String(text ?? '').trim())
  if (!found) return null
  const [, chrom, first, last = first] = found
  const start = Number(first.replaceAll(',', '')) - 1
  const end = Number(last.replaceAll(',', ''))
  return start >= 0 && end > start && end < 2 ** 32 ? { chrom, start, end } : null
}

/** @param {Interval} interval of igv.js, too, whose ends are sums of floats */
export const formatLocus = ({ chrom, start, end }) =>
  `${chrom}:${Math.floor(start + 0.01) + 1}-${Math.ceil(end - 0.01)}`

/**
 * A place as igv.js reads it, which splits at the first colon unless there are tabs.
 *
 * @param {Interval} interval
 */
export const igvLocus = ({ chrom, start, end }) =>
  chrom.includes(':') ? `${chrom}\t${start + 1}\t${end}` : formatLocus({ chrom, start, end })

/**
 * Whether a view shares no base with the one before it.
 *
 * @param {string | undefined} before
 * @param {string} now
 */
export function isJump(before, now) {
  const [one, two] = [parseLocus(before), parseLocus(now)]
  return Boolean(
    one && two && (one.chrom !== two.chrom || one.end <= two.start || two.end <= one.start),
  )
}

/** @param {string} text */
function threshold(text) {
  return /^\d*\.?\d+$/.test(text) && Number(text) <= 1 ? Number(text) : undefined
}

/** @param {string} text */
function scale(text) {
  if (text === 'own' || text === 'auto' || text === 'p99') return text
  return Number(text) > 0 && Number(text) < Infinity ? Number(text) : undefined
}

/** @param {string} text */
const flag = (text) => (text === '0' || text === '1' ? text === '1' : undefined)

/** @param {string} text */
const word = (text) => text || undefined

/** Names between commas; one of their own stands after a backslash. @param {string} text */
const names = (text) => text.match(/(?:\\.|[^,\\])+/g)?.map((name) => name.replace(/\\(.)/g, '$1'))

/** @type {Record<string, (text: string) => string | number | boolean | string[] | undefined>} */
const READERS = {
  locus: (text) => (parseLocus(text) ? text : undefined),
  threshold,
  scale,
  reverse: flag,
  difference: flag,
  first: word,
  second: word,
  order: names,
  hidden: names,
  motif: word,
  model: word,
  family: word,
}

/**
 * What a hash says. A value that makes no sense is dropped; keys of others are kept as text.
 *
 * @param {string} [hash]
 * @returns {Partial<import('../../index.js').State> & Record<string, unknown>}
 */
export function readState(hash) {
  const found = [...new URLSearchParams(String(hash ?? '').replace(/^#/, ''))]
  const read = found.map(([key, text]) => [
    key,
    Object.hasOwn(READERS, key) ? READERS[key](text) : text,
  ])
  return Object.fromEntries(read.filter(([, value]) => value !== undefined))
}

/**
 * The hash of a state: known keys first; what is empty or no plain value is left out.
 *
 * @param {Record<string, unknown>} state
 */
export function writeState(state) {
  const query = new URLSearchParams()
  for (const key of new Set([...Object.keys(READERS), ...Object.keys(state)])) {
    let value = typeof state[key] === 'boolean' ? Number(state[key]) : state[key]
    if (Array.isArray(value)) value = value.map((x) => x.replace(/[,\\]/g, '\\$&')).join()
    if (typeof value === 'number' || (typeof value === 'string' && value)) {
      query.set(key, String(value))
    }
  }
  if (!query.size) return ''
  return `#${query.toString().replaceAll('%3A', ':').replaceAll('%2C', ',')}` // legible loci
}
