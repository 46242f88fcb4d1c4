// A place as people write it: chr1:1,000-2,000, 1 1000 2000, chr1:1000+200, chr1:1.2M, chr1.

/** @typedef {{name: string, length: number}} Chromosome */
/** @typedef {import('../../index.js').Interval & {whole?: boolean}} Place `whole`: all of it. */
/** @typedef {{place: Place} | {wrong: string}} Read A place, or why there is none. */

const NUMBER = String.raw`(\d[\d,_']*(?:\.\d+)?)\s*(k|m|kb|mb|bp)?`
const AWAY = String.raw`\s*(?:-|–|—|−|\.\.+|:|to|\s)\s*`
const FROM_TO = new RegExp(`^${NUMBER}(?:${AWAY}${NUMBER})?$`, 'i')
const FROM_FOR = new RegExp(`^${NUMBER}\\s*\\+\\s*${NUMBER}$`, 'i')
const STRAND = /\s*\([-+−.]\)$|\s+[-+−.]$/
const UNITS = new Map([
  ['k', 1e3],
  ['m', 1e6],
])

/**
 * A place in a text: 1-based and closed, as igv.js and UCSC show it. Null where the text does not
 * begin with a chromosome.
 *
 * @param {string} text
 * @param {(name: string) => Chromosome | null} known a chromosome by its name
 * @returns {Read | null}
 */
export function readPlace(text, known) {
  const asked = text.trim()
  const whole = asked && known(asked)
  if (whole) return { place: { chrom: whole.name, start: 0, end: whole.length, whole: true } }
  const bare = asked.replace(STRAND, '')
  // a name may hold colons and spaces: the longest that is known
  for (let at = bare.length - 1; at > 0; at--) {
    if (!/[:\s]/.test(bare[at])) continue
    const chromosome = known(bare.slice(0, at).trim())
    if (chromosome) return within(bare.slice(at + 1).trim(), chromosome)
  }
  return null
}

/**
 * @param {string} text what stands behind the name
 * @param {Chromosome} chromosome
 * @returns {Read | null}
 */
function within(text, { name: chrom, length }) {
  const isFor = FROM_FOR.exec(text)
  const found = isFor ?? FROM_TO.exec(text)
  if (!found) return null
  const [, one, unit, two = one, other = found[3] ? undefined : unit] = found
  const [first, second] = [bases(one, unit ?? (isFor ? undefined : other)), bases(two, other)]
  const last = isFor ? first + second - 1 : second
  const [start, end] = [Math.min(first, last) - 1, Math.max(first, last)]
  if (!(start >= 0 && end > start)) return { wrong: 'Positions begin with 1.' }
  if (start >= length) {
    return { wrong: `${chrom} has ${length.toLocaleString('en')} bases only.` }
  }
  return { place: { chrom, start, end: Math.min(end, length) } }
}

/**
 * @param {string} digits
 * @param {string} [unit]
 */
const bases = (digits, unit = '') =>
  Math.round(Number(digits.replace(/[,_']/g, '')) * (UNITS.get(unit[0]?.toLowerCase()) ?? 1))

/**
 * Finds chromosomes by the names that people give them: in whatever case, with or without chr.
 *
 * @param {Iterable<Chromosome>} chromosomes
 * @returns {(name: string) => Chromosome | null}
 */
export function knownBy(chromosomes) {
  const exact = new Map()
  const loose = new Map()
  for (const each of chromosomes) {
    exact.set(each.name, each)
    const small = each.name.toLowerCase()
    for (const name of [small, small.replace(/^chr/, ''), `chr${small}`]) {
      if (!loose.has(name)) loose.set(name, each)
    }
    if (/^(chr)?mt?$/.test(small)) for (const m of ['m', 'mt', 'chrm', 'chrmt']) loose.set(m, each)
  }
  return (name) => exact.get(name) ?? loose.get(name.toLowerCase()) ?? null
}
