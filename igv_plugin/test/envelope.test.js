import test from 'node:test'
import assert from 'node:assert/strict'
import { boundsOfDifference, envelope, joined } from '../src/pure/envelope.js'
import { featuresOf } from '../src/igv/features.js'
import { Reader } from '../src/igv/reading.js'
import { basesOf, fileOf, islands, records } from './bigwigs.js'
import { random } from './random.js'

/** The values of the bases that reach into [start, end). */
function under(values, start, end) {
  const all = []
  for (let at = Math.floor(start + 1e-6); at < end - 1e-6; at++) {
    if (values.has(at)) all.push(values.get(at))
  }
  return all
}
/** A relevance track, as far as its features are concerned. */
const trackOf = (values) => {
  const reader = new Reader(fileOf(values))
  const referenceFrameList = [{ chr: 'c', start: 0, end: Infinity }]
  const browser = { genome: { getSequence: async () => null }, referenceFrameList }
  return { browser, pieces: (...asked) => reader.pieces(...asked) }
}
const ends = ({ high, low }) => [high, low]
const same = (bins) => bins.map(({ start, end, high, low }) => [start, end, high, low])

test('law: a bin has the largest and the smallest of its bases, a slow twin says', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const dice = random(seed)
    const values = islands(dice)
    const width = 1 + dice() * 40
    const [from, to] = [100, 4000]
    const bins = envelope(basesOf(values), width, from, to)
    assert.ok(bins.length > 10)
    const found = new Map(bins.map((bin) => [Math.round(bin.start / width), bin]))
    for (let i = Math.floor(from / width); i * width < to; i++) {
      const [start, end] = [Math.max(from, i * width), Math.min(to, (i + 1) * width)]
      const all = under(values, start, end)
      const bin = found.get(i)
      if (all.length) assert.deepEqual(ends(bin), [Math.max(...all), Math.min(...all)])
      else assert.equal(bin, undefined)
    }
  }
})

test('law: nothing is lost or made up between a file and its bins, near and far', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const dice = random(seed)
    const values = islands(dice, { runs: 40, gap: 4000 })
    const width = [3.7, 63.9, 64, 100, 700, 5000][seed % 6]
    const end = Math.max(...values.keys()) + 1
    const bins = await featuresOf(trackOf(values), 'c', 0, end, width)
    const all = [...values.values()]
    assert.equal(Math.max(...bins.map((b) => b.high)), Math.max(...all))
    assert.equal(Math.min(...bins.map((b) => b.low)), Math.min(...all))
    assert.equal(bins.width, width)
    for (const bin of bins) {
      const inside = under(values, bin.start, bin.end)
      const reach = width < 64 ? 0 : width // of a record that a bin cuts
      const near = under(values, bin.start - reach, bin.end + reach)
      assert.ok(bin.high <= Math.max(...near) && bin.low >= Math.min(...near))
      if (!inside.length) continue
      assert.ok(bin.high >= Math.max(...inside) && bin.low <= Math.min(...inside))
    }
  }
})

test('law: panning changes no bin', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const dice = random(seed)
    const values = islands(dice, { runs: 40, gap: 2000 })
    const track = trackOf(values)
    const width = 2 + dice() * (seed % 2 ? 50 : 900)
    const [from, to] = [Math.floor(dice() * 5000), 30_000 + dice.int(5000)]
    const whole = await featuresOf(track, 'c', 0, 50_000, width)
    const part = await featuresOf(track, 'c', from, to, width)
    const inside = (b) => b.start >= from && b.end <= to
    assert.deepEqual(same(part.filter(inside)), same(whole.filter(inside)))
    assert.ok(part.length > 5)
  }
})

test('a lone peak keeps its sign and its height among noise of the other', async () => {
  for (const sign of [1, -1]) {
    const values = new Map(Array.from({ length: 3000 }, (_, i) => [i, -sign * 0.01]))
    values.set(1234, sign * 4.25)
    const bins = await featuresOf(trackOf(values), 'c', 0, 8_000_000, 9000)
    const { high, low } = bins[0]
    assert.deepEqual(sign > 0 ? [high, low] : [low, high], [sign * 4.25, -sign * 0.01])
  }
})

test('each is read once near and twice far; two who ask alike share it', async () => {
  const asked = []
  const reader = new Reader(async (query) => {
    asked.push(query.windowFunction)
    return []
  })
  await reader.pieces('c', 0, 100, 0.5)
  await reader.pieces('c', 10, 90, 30)
  await Promise.all([reader.pieces('c', 0, 9e6, 9000), reader.pieces('c', 0, 9e6, 9000)])
  assert.deepEqual(asked, ['none', 'max', 'min'])
})

test('law: a difference is between what is sure and what is possible', () => {
  let narrow = 0
  for (let seed = 1; seed <= 40; seed++) {
    const dice = random(seed)
    const one = islands(dice, { runs: 30, gap: 400 })
    const other = new Map([...one.keys()].map((at) => [at, Math.fround(dice() - 0.5)]))
    if (seed % 2) for (const at of [...other.keys()].slice(0, 150)) other.delete(at)
    const [a, b] = [one, other].map((values) => {
      const bases = basesOf(values)
      return joined(records(bases, 64, 'max'), records(bases, 64, 'min'))
    })
    const [unitA, unitB] = [0.5, 3]
    for (const { start, end, high, low, most } of boundsOfDifference(a, b, unitA, unitB)) {
      const all = []
      for (let at = start; at < end; at++) {
        if (one.has(at) && other.has(at)) all.push(one.get(at) / unitA - other.get(at) / unitB)
      }
      if (!all.length) continue
      const [largest, smallest] = [Math.max(...all), Math.min(...all)]
      assert.ok(largest <= most.high + 1e-9 && smallest >= most.low - 1e-9)
      assert.ok(largest >= high - 1e-9 && smallest <= low + 1e-9)
      narrow += Number.isFinite(high)
    }
  }
  assert.ok(narrow > 100)
})
