// Hits and regions as columns of numbers: read, sorted and filtered without one object per row. No page in here.
const BED = ['chrom', 'chromStart', 'chromEnd', 'name', 'score', 'strand']
const KINDS = {
  chrom: String, chromStart: Uint32Array, chromEnd: Uint32Array, name: String, strand: String, motifId: String, region: String,
  relSum: Float64Array, relZ: Float64Array, seqP: Float64Array, relP: Float64Array, qValue: Float64Array, model: String,
}
export const MAX_ROWS = 1_000_000 // order() keeps a row's number in 20 bits, and a longer list has too many pixels for a page
export const sortNames = (names) => [...names].sort(new Intl.Collator('en', { numeric: true }).compare) // chr2 before chr10

/** Returns a function that gives a promise to wait for when the page has had no rest for `slice` milliseconds. */
function breather(slice = 10) {
  let until = performance.now() + slice
  return () => performance.now() > until && new Promise((resolve) => setTimeout(resolve)).then(() => { until = performance.now() + slice })
}

function codeOf(names, text) {
  if (!names.has(text)) names.set(text.split('').join(''), names.size) // a slice would keep all of the file alive
  return names.get(text)
}
/** The rows of one or more BED files. A region is a hit of which less is known. */
export class Table {
  count = 0
  data = Object.fromEntries(Object.keys(KINDS).map((key) => [key, []])) // of text columns: numbers of names
  names = Object.fromEntries(Object.keys(KINDS).filter((key) => KINDS[key] === String).map((key) => [key, new Map()]))

  /** A function that adds one line of a BED file; `model` is what the manifest calls the file's model. */
  reader(model) {
    let columns, fields = BED, at = 0
    return (line) => {
      at++
      if (line.startsWith('#chrom')) fields = line.slice(1).split('\t')
      if (!line || line.startsWith('#')) return
      const cells = line.split('\t'), [, start, end] = cells.map(Number)
      if (this.count === MAX_ROWS) throw new RangeError(`it has more than ${MAX_ROWS.toLocaleString('en')} rows`)
      if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end)) throw new Error(`line ${at} does not begin with chromosome, start and end`)
      columns ??= Object.keys(KINDS).map((key) => [key, fields.indexOf(key), this.names[key]])
      for (const [key, column, names] of columns) {
        const text = key === 'model' ? model : cells[column]
        this.data[key].push(names ? codeOf(names, text ?? '.') : Number(text))
      }
      this.count++
    }
  }

  /** Puts the rows in genome order, so that a row's number is its place, and in typed arrays. */
  async finish() {
    const { count, data } = this, pause = breather(), names = sortNames(this.names.chrom.keys()), rank = new Uint32Array(names.length)
    names.forEach((name, i) => { rank[this.names.chrom.get(name)] = i })
    const next = new Uint32Array(names.length + 1), place = new Uint32Array(count) // next: where each chromosome's rows begin
    for (const code of data.chrom) next[rank[code] + 1]++
    for (let c = 1; c < next.length; c++) next[c] += next[c - 1]
    for (const i of order(Uint32Array.from(data.chromStart), count)) place[next[rank[data.chrom[i]]]++] = i
    for (const [key, kind] of Object.entries(KINDS)) {
      await pause()
      const old = data[key], column = data[key] = new (kind === String ? Uint32Array : kind)(count)
      for (let i = 0; i < count; i++) column[i] = old[place[i]]
    }
    this.text = Object.fromEntries(Object.entries(this.names).map(([key, map]) => [key, [...map.keys()]]))
    await pause()
  }
  row = (i) => Object.fromEntries(Object.entries(this.data).map(([key, column]) => [key, this.text[key]?.[column[i]] ?? column[i]]))
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
/** The order that sorts `keys` (uint32, or else as float32), ties by row, NaN last: one native sort of packed doubles. */
export function order(keys, count) {
  const packed = new Float64Array(count), float = new Float32Array(1), bits = new Uint32Array(float.buffer), whole = keys instanceof Uint32Array
  for (let i = 0; i < count; i++) {
    float[0] = keys[i] + 0 // no negative zero
    const key = whole ? keys[i] : bits[0] >>> 31 ? ~bits[0] >>> 0 : (bits[0] | 0x80000000) >>> 0 // grows with the float
    packed[i] = key * 2 ** 20 + i
  }
  return Uint32Array.from(packed.sort().map((x) => x % 2 ** 20))
}

/** 0-based half-open view of `width` bases with the interval in its middle, inside a chromosome of `length` bases. */
export function around(start, end, width, length = Infinity) {
  const size = Math.min(Math.max(width, end - start), length)
  const from = Math.max(0, Math.min(Math.round((start + end - size) / 2), length - size))
  return { start: from, end: from + size }
}
/** Gives each line of a text file to `add` as it arrives, with rests for the page. */
export async function readLines(url, add, signal) {
  const response = await fetch(url, { signal }), pause = breather()
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (let left = '', done = false; !done;) {
    const part = await reader.read()
    done = part.done
    const lines = (left + (done ? '\n' : part.value)).split('\n')
    left = lines.pop()
    for (const line of lines) {
      add(line.endsWith('\r') ? line.slice(0, -1) : line)
      const wait = pause() // no await where there is nothing to wait for: it would cost more than the line
      if (wait) await wait
    }
  }
}
