import test from 'node:test'
import assert from 'node:assert/strict'
import { difference, largest, limitOf, perBase } from '../src/pure/scale.js'

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

test('a scale of its own: noise stays small, and what is in view is not cut', () => {
  assert.equal(limitOf('own', 0.06, 2), 2)
  assert.equal(limitOf('own', 5, 2), 5)
  assert.equal(limitOf('own', 5, undefined), 5)
  assert.equal(limitOf('own', undefined, undefined), 1)
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
  const bins = [
    { start: 0, end: 5, high: 1, low: -3 },
    { start: 5, end: 9, high: -Infinity, low: Infinity, most: { high: 4, low: -1 } },
  ]
  assert.equal(largest(bins, 0, 5), 3)
  assert.equal(largest(bins, 0, 6), 4)
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
