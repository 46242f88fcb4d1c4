// Hits and regions as columns of numbers: read, sorted and filtered without one object per row. No
// page in here.
import { rest } from './turns.js'

/**
 * A hit as the table and the popup show it. A region is a hit of which less is known. Of hits of
 * earlier versions the last five are not known: NaN, and '.' for the family. A scan without a null
 * has -1 for qPlace and chance.
 *
 * @typedef {object} Hit
 * @property {string} chrom
 * @property {number} chromStart
 * @property {number} chromEnd
 * @property {string} name
 * @property {string} strand
 * @property {string} motifId
 * @property {string} region
 * @property {string} model
 * @property {number} relSum
 * @property {number} relZ
 * @property {number} seqP
 * @property {number} relP
 * @property {number} qValue
 * @property {number} qWord
 * @property {number} qPlace
 * @property {number} chance
 * @property {number} bound 1: q is at most this
 * @property {string} family
 */
/** @typedef {'position' | 'q' | 'relevance'} Order */
/** @typedef {'chrom' | 'name' | 'strand' | 'motifId' | 'region' | 'model' | 'family'} TextKey */
/** @typedef {Exclude<keyof Hit, TextKey>} NumberKey */

const BED = ['chrom', 'chromStart', 'chromEnd', 'name', 'score', 'strand']
/** @type {TextKey[]} */
const TEXTS = ['chrom', 'name', 'strand', 'motifId', 'region', 'model', 'family']
/** @type {NumberKey[]} */
const FIRST = ['chromStart', 'chromEnd', 'relSum', 'relZ', 'seqP', 'relP', 'qValue']
/** @type {NumberKey[]} */
const LATER = ['qWord', 'qPlace', 'chance', 'bound']
const NUMBERS = [...FIRST, ...LATER]
/** @type {Set<string>} */
const NUMERIC = new Set(NUMBERS)
/** @type {TextKey[]} */
const SEARCHED = ['name', 'motifId', 'family', 'region', 'chrom']

/** order() keeps a row's number in 20 bits, and a longer list has too many pixels for a page. */
export const MAX_ROWS = 1_000_000

/**
 * chr2 before chr10.
 *
 * @param {Iterable<string>} names
 */
export const sortNames = (names) =>
  [...names].sort(new Intl.Collator('en', { numeric: true }).compare)

/**
 * @template {string} Key
 * @template Column
 * @param {Key[]} keys
 * @param {(key: Key) => Column} make
 */
const columns = (keys, make) =>
  /** @type {Record<Key, Column>} */ (Object.fromEntries(keys.map((key) => [key, make(key)])))

/**
 * @param {Map<string, number>} names
 * @param {string} text
 */
function codeOf(names, text) {
  const code = names.get(text)
  if (code !== undefined) return code
  names.set(text.split('').join(''), names.size) // a slice would keep all of the file alive
  return names.size - 1
}

/** The rows of one or more BED files. */
export class Table {
  count = 0
  from = new Uint32Array() // of each row which line of the file it was
  /** Of text columns, `data` has the numbers of names. */
  names = columns(TEXTS, () => /** @type {Map<string, number>} */ (new Map()))
  /** @type {Record<TextKey | NumberKey, number[] | Uint32Array | Float64Array>} */
  data = columns([...TEXTS, ...NUMBERS], () => /** @type {number[]} */ ([]))
  /** @type {Record<TextKey, string[]> | null} of text columns the names, once all is read */
  text = null

  /**
   * A function that adds one line of a BED file.
   *
   * @param {string} [model] what the manifest calls the file's model
   * @returns {(line: string) => void}
   */
  reader(model) {
    let fields = BED
    let at = 0
    return (line) => {
      at++
      if (line.startsWith('#chrom')) fields = line.slice(1).split('\t')
      if (!line || line.startsWith('#')) return
      const cells = line.split('\t')
      const [, start, end] = cells.map(Number)
      if (this.count === MAX_ROWS) {
        throw new RangeError(`it has more than ${MAX_ROWS.toLocaleString('en')} rows`)
      }
      if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end)) {
        throw new Error(`line ${at} does not begin with chromosome, start and end`)
      }
      this.#add((key) => (key === 'model' ? model : cells[fields.indexOf(key)]))
    }
  }

  /** @param {(key: keyof Hit) => string | undefined} cell */
  #add(cell) {
    const data = /** @type {Record<keyof Hit, number[]>} */ (this.data)
    for (const key of TEXTS) data[key].push(codeOf(this.names[key], cell(key) ?? '.'))
    for (const key of NUMBERS) data[key].push(Number(cell(key)))
    this.count++
  }

  /** Puts the rows in genome order, so that a row's number is its place, and in typed arrays. */
  async finish() {
    this.from = this.#genomeOrder()
    for (const key of [...TEXTS, ...NUMBERS]) {
      await rest()
      const old = this.data[key]
      const typed = new (NUMERIC.has(key) ? Float64Array : Uint32Array)(this.count)
      this.data[key] = typed.map((_, row) => old[this.from[row]])
    }
    await rest()
    this.text = columns(TEXTS, (key) => [...this.names[key].keys()])
  }

  #genomeOrder() {
    const { count, data } = this
    const { chrom } = this.names
    const names = sortNames(chrom.keys())
    const rank = new Uint32Array(names.length)
    for (const [i, name] of names.entries()) rank[codeOf(chrom, name)] = i
    const next = new Uint32Array(names.length + 1) // where each chromosome's rows begin
    for (const code of data.chrom) next[rank[code] + 1]++
    for (let c = 1; c < next.length; c++) next[c] += next[c - 1]
    const found = new Uint32Array(count)
    for (const i of order(data.chromStart, count, Number)) found[next[rank[data.chrom[i]]]++] = i
    return found
  }

  /**
   * @param {number} i
   * @returns {Hit}
   */
  row(i) {
    const { text, data } = this
    return {
      ...columns(TEXTS, (key) => text?.[key][data[key][i]] ?? ''),
      ...columns(NUMBERS, (key) => data[key][i]),
    }
  }

  /**
   * A test of whether row i overlaps [start, end).
   *
   * @param {string | undefined} chrom
   * @param {number} start
   * @param {number} end
   */
  overlaps(chrom, start, end) {
    const { data } = this
    const code = chrom === undefined ? undefined : this.names.chrom.get(chrom)
    return (/** @type {number} */ i) =>
      data.chrom[i] === code && data.chromStart[i] < end && data.chromEnd[i] > start
  }

  /**
   * Row numbers by 'position', 'q' (smallest first) or 'relevance' (largest first, whatever its
   * sign).
   *
   * @param {Order} by
   */
  sorted(by) {
    if (by === 'q') return order(this.data.qValue, this.count)
    if (by === 'position') return new Uint32Array(this.count).map((_, i) => i)
    const strength = new Float64Array(this.data.relSum).map((x) => -Math.abs(x))
    return order(strength, this.count)
  }

  /**
   * The rows of `list` that pass, and how many more would but for the limits.
   *
   * @param {Uint32Array} list
   * @param {object} wanted
   * @param {string} [wanted.text] each word must occur in a row's motif, family, region or
   *   chromosome
   * @param {string} [wanted.model]
   * @param {string} [wanted.motif]
   * @param {string} [wanted.family]
   * @param {Record<string, number>} [wanted.limits] of a model the least |relevance| per base
   */
  filter(list, { text = '', limits = {}, ...only }) {
    const { data } = this
    let [kept, hidden] = [0, 0]
    const passes = this.#test(text, only)
    const least = (this.text?.model ?? []).map((name) => limits[name] ?? 0)
    const all = [...least, ...Object.values(only), text.trim()]
    if (!all.some(Boolean)) return { rows: list, hidden }
    const rows = new Uint32Array(list.length)
    for (const i of list) {
      if (!passes(i)) continue
      const strength = Math.abs(data.relSum[i]) / (data.chromEnd[i] - data.chromStart[i])
      if (strength < least[data.model[i]]) hidden++
      else rows[kept++] = i
    }
    return { rows: rows.subarray(0, kept), hidden }
  }

  /**
   * A test of whether row i has these words, this model, this motif and this family.
   *
   * @param {string} text
   * @param {{model?: string, motif?: string, family?: string}} wanted
   */
  #test(text, { model, motif, family }) {
    const { data, names, text: known } = this
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    const searched = words.map((word) =>
      SEARCHED.map((key) => {
        const has = (known?.[key] ?? []).map((name) => name.toLowerCase().includes(word))
        return { codes: data[key], has }
      }),
    )
    /** @type {{codes: ArrayLike<number>, code: number | undefined}[]} */
    const only = []
    if (model) only.push({ codes: data.model, code: names.model.get(model) })
    if (motif) only.push({ codes: data.name, code: names.name.get(motif) })
    if (family) only.push({ codes: data.family, code: names.family.get(family) })
    return (/** @type {number} */ i) =>
      only.every(({ codes, code }) => codes[i] === code) &&
      searched.every((keys) => keys.some(({ codes, has }) => has[codes[i]]))
  }
}

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/**
 * A whole number that grows with x as a float32; that of NaN is the largest.
 *
 * @param {number} x
 */
function rankOf(x) {
  if (Number.isNaN(x)) return 0x7fffffff // one may have a sign
  float[0] = x + 0 // no negative zero
  return bits[0] ^ ((bits[0] >> 31) & 0x7fffffff)
}

/**
 * The order that sorts by key, ties by row: one native sort of doubles that hold both.
 *
 * @param {ArrayLike<number>} keys
 * @param {number} count
 */
export function order(keys, count, rank = rankOf) {
  const packed = new Float64Array(count)
  for (let i = 0; i < count; i++) packed[i] = rank(keys[i]) * 2 ** 20 + i
  packed.sort()
  return new Uint32Array(count).map((_, i) => packed[i] & 0xfffff)
}

/**
 * A view of `width` bases with the interval in its middle, inside a chromosome of `length` bases.
 *
 * @param {number} start
 * @param {number} end
 * @param {number} width
 */
export function around(start, end, width, length = Infinity) {
  const size = Math.min(Math.max(width, end - start), length)
  const from = Math.max(0, Math.min(Math.round((start + end - size) / 2), length - size))
  return { start: from, end: from + size }
}
