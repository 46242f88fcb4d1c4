import test from 'node:test'
import assert from 'node:assert/strict'
import { agreement } from '../src/pure/agreement.js'
import { random } from './random.js'

const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`)

test('known angles', () => {
  close(agreement([1, 2, 3], [2, 4, 6]).cosine, 1)
  close(agreement([1, 2, 3], [-1, -2, -3]).cosine, -1)
  close(agreement([1, 0], [0, 1]).cosine, 0)
  close(agreement([1, 0], [1, 1]).cosine, Math.SQRT1_2)
})

test('there is no value without two common bases or with a zero vector', () => {
  assert.deepEqual(agreement([], []), { cosine: null, bases: 0 })
  assert.deepEqual(agreement([1, NaN], [1, 2]), { cosine: null, bases: 1 })
  assert.deepEqual(agreement([NaN, 1, 2, NaN], [1, NaN, NaN, 2]), { cosine: null, bases: 0 })
  assert.deepEqual(agreement([0, 0, 0], [1, 2, 3]), { cosine: null, bases: 3 })
  assert.deepEqual(agreement([1, 2], [0, 0]), { cosine: null, bases: 2 })
})

test('laws: symmetric, within -1 and 1, blind to scale and to bases that one model lacks', () => {
  const dice = random(1)
  for (let round = 0; round < 500; round++) {
    const make = () => Float32Array.from({ length: 30 }, () => (dice() < 0.2 ? NaN : dice() - 0.5))
    const [a, b] = [make(), make()]
    const { cosine, bases } = agreement(a, b)
    if (cosine === null) continue
    assert.ok(Math.abs(cosine) <= 1 + 1e-12)
    close(agreement(b, a).cosine, cosine)
    close(
      agreement(
        a.map((x) => x * 1000),
        b.map((x) => x * 1e-3),
      ).cosine,
      cosine,
    )
    close(
      agreement(
        a.map((x) => -x),
        b,
      ).cosine,
      -cosine,
    )
    const both = [...a.keys()].filter((i) => !Number.isNaN(a[i]) && !Number.isNaN(b[i]))
    assert.equal(bases, both.length)
    close(
      agreement(
        both.map((i) => a[i]),
        both.map((i) => b[i]),
      ).cosine,
      cosine,
    )
  }
})
