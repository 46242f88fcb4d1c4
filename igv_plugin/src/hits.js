// Hits and regions as columns of numbers: read, sorted and filtered without one object per row. No page in here.
const BED = ['chrom', 'chromStart', 'chromEnd', 'name', 'score', 'strand']
const TEXTS = ['chrom', 'name', 'strand', 'motifId', 'region', 'model'], NUMBERS = ['chromStart', 'chromEnd', 'relSum', 'relZ', 'seqP', 'relP', 'qValue']
const columns = (keys, make) => Object.fromEntries(keys.map((key) => [key, make(key)]))
export const MAX_ROWS = 1_000_000 // order() keeps a row's number in 20 bits, and a longer list has too many pixels for a page
export const sortNames = (names) => [...names].sort(new Intl.Collator('en', { numeric: true }).compare) // chr2 before chr10

const rest = () => new Promise((resolve) => setTimeout(resolve)) // for the page
function codeOf(names, text) {
  if (!names.has(text)) names.set(text.split('').join(''), names.size) // a slice would keep all of the file alive
  return names.get(text)
}

/** The rows of one or more BED files. A region is a hit of which less is known. */
export class Table {
  count = 0
  names = columns(TEXTS, () => new Map()) // of text columns, `data` has the numbers of names
  data = columns([...TEXTS, ...NUMBERS], () => [])
  text = null // of text columns the names, once all is read
  /** A function that adds one line of a BED file; `model` is what the manifest calls the file's model. */
  reader(model) {
    let fields = BED, at = 0
    return (line) => {
      at++
      if (line.startsWith('#chrom')) fields = line.slice(1).split('\t')
      if (!line || line.startsWith('#')) return
      const cells = line.split('\t'), [, start, end] = cells.map(Number)
      if (this.count === MAX_ROWS) throw new RangeError(`it has more than ${MAX_ROWS.toLocaleString('en')} rows`)
      if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end)) {
        throw new Error(`line ${at} does not begin with chromosome, start and end`)
      }
      for (const key in this.data) {
        const text = key === 'model' ? model : cells[fields.indexOf(key)]
        this.data[key].push(this.names[key] ? codeOf(this.names[key], text ?? '.') : Number(text))
      }
      this.count++
    }
  }
  /** Puts the rows in genome order, so that a row's number is its place, and in typed arrays. */
  async finish() {
    const { count, data } = this, names = sortNames(this.names.chrom.keys()), rank = new Uint32Array(names.length)
    names.forEach((name, i) => { rank[this.names.chrom.get(name)] = i })
    const next = new Uint32Array(names.length + 1), place = new Uint32Array(count) // next: where each chromosome's rows begin
    for (const code of data.chrom) next[rank[code] + 1]++
    for (let c = 1; c < next.length; c++) next[c] += next[c - 1]
    for (const i of order(data.chromStart, count, Number)) place[next[rank[data.chrom[i]]]++] = i
    for (const key in data) {
      await rest()
      const old = data[key], kind = this.names[key] ? Uint32Array : Float64Array
      data[key] = kind.from(place, (from) => old[from])
    }
    await rest()
    this.text = columns(TEXTS, (key) => [...this.names[key].keys()])
  }
  row = (i) => Object.fromEntries(Object.entries(this.data).map(([key, column]) => [key, this.text[key]?.[column[i]] ?? column[i]]))
  /** A test of whether row i overlaps [start, end). */
  overlaps(chrom, start, end) {
    const { data } = this, code = this.names.chrom.get(chrom)
    return (i) => data.chrom[i] === code && data.chromStart[i] < end && data.chromEnd[i] > start
  }
  /** Row numbers by 'position', 'q' (smallest first) or 'relevance' (largest first, whatever its sign). */
  sorted(by) {
    if (by === 'q') return order(this.data.qValue, this.count)
    if (by === 'relevance') return order(this.data.relSum.map((x) => -Math.abs(x)), this.count)
    return new Uint32Array(this.count).map((_, i) => i)
  }
  // The rows of `list` that pass, and how many more would but for the limits. Each word of `text` must occur in a row's
  // motif, region or chromosome; `limits[model]` is the least |relevance| per base.
  filter(list, { text = '', model = '', motif = '', limits = {} }) {
    const { data } = this, words = text.toLowerCase().split(/\s+/).filter(Boolean).map((word) =>
      ['name', 'motifId', 'region', 'chrom'].map((key) => [data[key], this.text[key].map((name) => name.toLowerCase().includes(word))]))
    const only = [['model', model], ['name', motif]].filter(([, value]) => value).map(([key, value]) => [data[key], this.names[key].get(value)])
    const least = this.text.model.map((name) => limits[name] ?? 0), rows = new Uint32Array(list.length)
    let kept = 0, hidden = 0
    for (const i of list) {
      if (!only.every(([codes, code]) => codes[i] === code)) continue
      if (!words.every((keys) => keys.some(([codes, found]) => found[codes[i]]))) continue
      if (Math.abs(data.relSum[i]) / (data.chromEnd[i] - data.chromStart[i]) < least[data.model[i]]) hidden++
      else rows[kept++] = i
    }
    return { rows: rows.subarray(0, kept), hidden }
  }
}

const float = new Float32Array(1), bits = new Int32Array(float.buffer)
/** A whole number that grows with x as a float32; that of NaN is the largest. */
function rankOf(x) {
  float[0] = x + 0 // no negative zero
  return bits[0] ^ (bits[0] >> 31 & 0x7fffffff)
}
/** The order that sorts by key, ties by row: one native sort of doubles that hold both. */
export function order(keys, count, rank = rankOf) {
  const packed = new Float64Array(count)
  for (let i = 0; i < count; i++) packed[i] = rank(keys[i]) * 2 ** 20 + i
  return Uint32Array.from(packed.sort(), (x) => x & 0xfffff)
}

/** 0-based half-open view of `width` bases with the interval in its middle, inside a chromosome of `length` bases. */
export function around(start, end, width, length = Infinity) {
  const size = Math.min(Math.max(width, end - start), length)
  const from = Math.max(0, Math.min(Math.round((start + end - size) / 2), length - size))
  return { start: from, end: from + size }
}

/** Gives each line of a text file to `add`, with rests for the page. */
export async function readLines(url, add, signal) {
  const response = await fetch(url, { signal })
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  let lines = 0
  for (const [line] of (await response.text()).matchAll(/[^\n]*\n?/g)) {
    add(line.trimEnd())
    if (++lines % 2000 === 0) await rest()
  }
}
