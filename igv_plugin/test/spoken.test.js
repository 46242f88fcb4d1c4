import test from 'node:test'
import assert from 'node:assert/strict'
import { inWords, strongest } from '../src/page/spoken.js'
import { random } from './random.js'

test('the strongest base is the one that a plain loop finds', () => {
  const next = random(7)
  for (let run = 0; run < 50; run++) {
    const values = Float32Array.from({ length: 40 }, () => (next() < 0.3 ? NaN : next() - 0.5))
    let best = null
    for (let at = 0; at < values.length; at++) {
      if (Number.isNaN(values[at])) continue
      if (!best || Math.abs(values[at]) > Math.abs(best.value)) best = { at, value: values[at] }
    }
    assert.deepEqual(strongest(values), best)
  }
  assert.equal(strongest(new Float32Array([NaN, 0, NaN])), null)
  assert.equal(strongest(new Float32Array()), null)
})

test('a view in words', () => {
  const view = { chrom: 'chr1', start: 1_000_000, end: 1_000_140 }
  const models = [
    { model: 'cnn', values: new Float32Array([0, 0.5, -2]) },
    { model: 'share', unit: 'value', values: new Float32Array([0, 0.25]) },
    { model: 'none', values: new Float32Array([NaN]) },
    { model: 'far' },
    { model: 'lost', values: null },
  ]
  assert.equal(
    inWords(view, models, { kind: 'hits', rows: 1234 }),
    'chr1, bases 1,000,001 to 1,000,140 (140). cnn: strongest base −2 logit at 1,000,003. ' +
      'share: strongest base +0.25 value at 1,000,002. none: no values here. ' +
      'far: zoom in to 20,000 bases to hear its values. lost: its values cannot be read. ' +
      '1,234 listed hits in view.',
  )
  assert.equal(inWords(view, [], null), 'chr1, bases 1,000,001 to 1,000,140 (140).')
})
