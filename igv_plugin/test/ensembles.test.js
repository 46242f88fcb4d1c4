import test from 'node:test'
import assert from 'node:assert/strict'
import { placed } from '../src/pure/band.js'
import { bandOf, reachOf, together, withBands } from '../src/pure/ensembles.js'
import { random } from './random.js'

test('ensembles are models among models, once', () => {
  const written = {
    models: [{ name: 'a' }],
    tracks: [
      { name: 'a', kind: 'relevance' },
      { name: 'f', kind: 'ensemble' },
      { name: 'f-hits', kind: 'ensemble-hits' },
      { name: 'f-sd', kind: 'sd' },
    ],
    hits: { q: 0.1, models: [{ model: 'a' }] },
    ensembles: { models: [{ name: 'f', members: ['a', 'b'] }], hits: [{ model: 'f' }] },
  }
  const whole = together(written)
  assert.deepEqual(
    whole.models.map((m) => m.name),
    ['a', 'f'],
  )
  assert.deepEqual(
    whole.tracks.map((t) => t.kind),
    ['relevance', 'relevance', 'hits', 'sd'],
  )
  assert.deepEqual(whole.hits, { q: 0.1, models: [{ model: 'a' }, { model: 'f' }] })
  assert.equal(together(whole), whole, 'what is together stays as it is')
  assert.equal(written.tracks[1].kind, 'ensemble', 'and what was given, too')
  const { hits, ...bare } = written
  assert.equal(together(bare).hits, undefined)
})

test('a deviation is a band in place of a track, where it is there', () => {
  const mean = { name: 'f', url: 'f.bw', gtrack: { kind: 'relevance', sd: 'sd.bw' } }
  const sd = { name: 'sd', url: 'sd.bw' }
  const score = { name: 'score', url: 's.bw' }
  assert.deepEqual(withBands([mean, sd, score]), [mean, score])
  const bare = { ...mean, gtrack: { kind: 'relevance' } }
  assert.deepEqual(withBands([mean, score]), [bare, score], 'the file was no good')
  assert.deepEqual(withBands([sd, score]), [sd, score], 'nothing to put it around')
})

const stretches = (next, count) => {
  let at = 0
  return Array.from({ length: count }, () => {
    const start = at + Math.floor(next() * 3)
    at = start + 1 + Math.floor(next() * 4)
    return { start, end: at, value: next() * 4 - 2 }
  })
}
const valueAt = (pieces, at) => pieces.find((p) => p.start <= at && at < p.end)?.value

test('a band is mean ± sd at every base that has both, and nowhere else', () => {
  const next = random(14)
  for (let round = 0; round < 100; round++) {
    const means = stretches(next, 8)
    const sds = stretches(next, 8).map((s) => ({ ...s, value: Math.abs(s.value) }))
    const band = bandOf(means, sds)
    let most = 0
    for (let at = 0; at < 60; at++) {
      const [mean, sd] = [valueAt(means, at), valueAt(sds, at)]
      const here = band.filter((s) => s.start <= at && at < s.end)
      assert.equal(here.length, Number(mean !== undefined && sd !== undefined))
      if (!here.length) continue
      assert.deepEqual([here[0].low, here[0].high, here[0].sd], [mean - sd, mean + sd, sd])
      most = Math.max(most, Math.abs(mean - sd), Math.abs(mean + sd))
    }
    assert.equal(reachOf(band, 0, 60), most)
  }
  assert.equal(reachOf([{ start: 5, end: 6, low: -9, high: 1, sd: 5 }], 0, 5), 0)
  assert.deepEqual(bandOf([{ start: 0, end: 64, low: 0, high: 1 }], stretches(next, 3)), [])
})

test('a band stands around its mean in pixels, and ends at the edges of the scale', () => {
  const frame = { bpStart: 10, bpPerPixel: 0.1, width: 100, height: 110, limit: 2, edge: 5 }
  const span = (start, low, high) => ({ start, end: start + 1, low, high, sd: 0 })
  assert.deepEqual(placed([span(12, 0.5, 1)], frame), [
    { left: 20, wide: 10, top: 30, bottom: 42.5 },
  ])
  const [cut] = placed([span(12, -8, 8)], frame)
  assert.deepEqual([cut.top, cut.bottom], [5, 105])
  assert.deepEqual(placed([span(8, 0, 1), span(9, 0, 1), span(20, 0, 1)], frame), [])
})
