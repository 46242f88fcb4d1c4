// The view as a URL hash (#locus=chr1:10061-10200&threshold=0.25) and back. No page is touched.

/** "chrom:start-end" (1-based, as people write it) as 0-based half-open numbers; null for anything else. */
export function parseLocus(text) {
  const [, chrom, first, last = first] = /^(.+):([\d,]+)(?:-([\d,]+))?$/.exec(String(text ?? '').trim()) ?? []
  if (!chrom) return null
  const start = Number(first.replaceAll(',', '')) - 1, end = Number(last.replaceAll(',', ''))
  return start >= 0 && end > start && end < 2 ** 32 ? { chrom, start, end } : null
}
export const formatLocus = ({ chrom, start, end }) => `${chrom}:${Math.floor(start + 0.01) + 1}-${Math.ceil(end - 0.01)}` // igv.js' ends are sums of floats

const flag = (text) => ({ 1: true, 0: false })[text]
const word = (text) => text || undefined
const READERS = {
  locus: (text) => (parseLocus(text) ? text : undefined),
  threshold: (text) => (/^\d*\.?\d+$/.test(text) && Number(text) <= 1 ? Number(text) : undefined),
  scale: (text) => (['auto', 'p99'].includes(text) ? text : Number(text) > 0 && Number(text) < Infinity ? Number(text) : undefined),
  reverse: flag, difference: flag, motif: word, model: word,
}

/** What a hash says. A value that makes no sense is dropped; keys of others are kept as text. */
export function readState(hash) {
  const found = [...new URLSearchParams(String(hash ?? '').replace(/^#/, ''))]
  const read = found.map(([key, text]) => [key, Object.hasOwn(READERS, key) ? READERS[key](text) : text])
  return Object.fromEntries(read.filter(([, value]) => value !== undefined))
}

/** The hash of a state: known keys first; what is empty or no plain value is left out. */
export function writeState(state) {
  const query = new URLSearchParams()
  for (const key of new Set([...Object.keys(READERS), ...Object.keys(state)])) {
    const value = typeof state[key] === 'boolean' ? Number(state[key]) : state[key]
    if (typeof value === 'number' || (typeof value === 'string' && value)) query.set(key, value)
  }
  return query.size ? `#${query.toString().replaceAll('%3A', ':').replaceAll('%2C', ',')}` : '' // legible loci
}
