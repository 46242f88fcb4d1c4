import test from 'node:test'
import assert from 'node:assert/strict'
import { bin, difference, largest, limitOf, perBase } from '../src/scale.js'

const random = (seed) => () => {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff
  return seed / 0x7fffffff
}
/** Sorted features without overlap: with gaps, and of several bases. */
function features(seed, n = 60) {
  const next = random(seed)
  const list = []
  for (let at = Math.floor(next() * 20); list.length < n;) {
    const start = at + (next() < 0.2 ? Math.floor(next() * 9) : 0)
    const end = start + 1 + Math.floor(next() * 4)
    list.push({ start, end, value: Math.fround(next() * 4 - 2) })
    at = end
  }
  return list
}

test('the limit: fixed, percentile, largest in view, and something where there is nothing', () => {
  assert.equal(limitOf(0.3, 5, 2), 0.3)
  assert.equal(limitOf('p99', 5, 2), 2)
  assert.equal(limitOf('p99', 5, undefined), 5)
  assert.equal(limitOf('auto', 5, 2), 5)
  assert.equal(limitOf('auto', 0, 2), 2)
  assert.equal(limitOf('auto', undefined, undefined), 1)
})

test('the largest is that of the view alone', () => {
  const list = [
    { start: 0, end: 10, value: -9 },
    { start: 10, end: 11, value: 2 },
    { start: 11, end: 20, value: 7 },
  ]
  assert.equal(largest(list, 10, 11), 2)
  assert.equal(largest(list, 9, 12), 9)
  assert.equal(largest([], 0, 10), 0)
})

test('per-base values are those of the features, NaN between them', () => {
  for (let seed = 1; seed < 30; seed++) {
    const list = features(seed)
    const values = perBase(list, 7, 90)
    for (let at = 7; at < 90; at++) {
      const expected = list.find((f) => f.start <= at && at < f.end)?.value ?? NaN
      assert.ok(Object.is(values[at - 7], expected), `${seed} ${at}`)
    }
  }
})

test('bins are the means of their bases, a slow twin says', () => {
  for (let seed = 1; seed < 30; seed++) {
    const list = features(seed)
    const width = 1.5 + (seed % 7) * 1.3
    const end = Math.ceil(list.at(-1).end / width) * width
    const expected = []
    for (let i = 0; i * width < end; i++) {
      const parts = list
        .map((f) => [Math.min(f.end, (i + 1) * width) - Math.max(f.start, i * width), f.value])
        .filter(([bases]) => bases > 1e-9)
      const bases = parts.reduce((sum, [n]) => sum + n, 0)
      if (parts.length) {
        expected.push({
          start: i * width,
          mean: parts.reduce((sum, [n, v]) => sum + n * v, 0) / bases,
        })
      }
    }
    const bins = bin(list, width).filter((b) =>
      expected.some((e) => Math.abs(e.start - b.start) < 1e-6),
    )
    assert.equal(bins.length, expected.length)
    bins.forEach((b, i) =>
      assert.ok(
        Math.abs(b.value - expected[i].mean) < 1e-6 && b.end - b.start - width < 1e-9,
        `${seed} ${i}`,
      ),
    )
  }
})

test('the difference is A - B where both are, base by base', () => {
  for (let seed = 1; seed < 30; seed++) {
    const [a, b] = [features(seed), features(seed + 1000)]
    const end = Math.max(a.at(-1).end, b.at(-1).end)
    for (const [ua, ub] of [
      [1, 1],
      [0.5, 3],
    ]) {
      const [va, vb, vd] = [a, b, difference(a, b, ua, ub)].map((list) => perBase(list, 0, end))
      vd.forEach((v, i) =>
        assert.ok(
          Object.is(v, Math.fround(va[i] / ua - vb[i] / ub)) ||
            Math.abs(v - (va[i] / ua - vb[i] / ub)) < 1e-6,
          `${seed} ${i}`,
        ),
      )
    }
  }
})

test('binning and subtracting commute where both models have the same bases', () => {
  const a = features(3)
  const next = random(9)
  const b = a.map((f) => ({ ...f, value: next() }))
  const one = bin(difference(a, b), 7)
  const two = difference(bin(a, 7), bin(b, 7))
  assert.deepEqual(
    one.map((f) => f.start),
    two.map((f) => f.start),
  )
  one.forEach((f, i) => assert.ok(Math.abs(f.value - two[i].value) < 1e-9))
})
