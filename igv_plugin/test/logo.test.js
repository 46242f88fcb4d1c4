import test from 'node:test'
import assert from 'node:assert/strict'
import { stacks } from '../src/parts/logo.js'
import { random } from './random.js'

test('the height of a stack is its information, and the tallest letter is on top', () => {
  const [sure, none, half] = stacks([
    [0, 0, 1, 0],
    [0.25, 0.25, 0.25, 0.25],
    [0.5, 0, 0, 0.5],
  ])
  assert.deepEqual(sure.at(-1), { letter: 'G', bits: 2 })
  assert.equal(
    none.reduce((sum, l) => sum + l.bits, 0),
    0,
  )
  assert.equal(
    half.reduce((sum, l) => sum + l.bits, 0),
    1,
  )
  assert.deepEqual(
    half
      .slice(2)
      .map((l) => l.letter)
      .sort(),
    ['A', 'T'],
  )
})

test('laws: 0 to 2 bits, shared by probability; the reverse complement twice is the motif', () => {
  const dice = random(1)
  for (let round = 0; round < 200; round++) {
    const motif = Array.from({ length: 1 + dice.int(20) }, () => {
      const raw = [0, 1, 2, 3].map(() => dice() ** 4)
      const sum = raw.reduce((a, b) => a + b)
      return raw.map((x) => x / sum)
    })
    const columns = stacks(motif)
    columns.forEach((column, i) => {
      const bits = column.reduce((sum, l) => sum + l.bits, 0)
      assert.ok(bits >= 0 && bits <= 2 + 1e-12)
      for (const { letter, bits: own } of column) {
        assert.ok(Math.abs(own - motif[i]['ACGT'.indexOf(letter)] * bits) < 1e-9)
      }
      assert.deepEqual(
        column.map((l) => l.bits),
        column.map((l) => l.bits).sort((a, b) => a - b),
      )
    })
    const other = stacks(motif, true)
    const complement = { A: 'T', C: 'G', G: 'C', T: 'A' }
    assert.deepEqual(
      other.map((c) => Object.fromEntries(c.map((l) => [complement[l.letter], l.bits]))).reverse(),
      columns.map((c) => Object.fromEntries(c.map((l) => [l.letter, l.bits]))),
    )
    // Where the figure shows the reverse strand, each letter is the complement, at the same place.
    for (const minus of [false, true]) {
      const letters = (reverse) =>
        stacks(motif, minus, reverse).map((c) =>
          Object.fromEntries(c.map((l) => [reverse ? complement[l.letter] : l.letter, l.bits])),
        )
      assert.deepEqual(letters(true), letters(false))
    }
  }
})

test('what are no probabilities gives no logo', () => {
  for (const bad of [
    undefined,
    null,
    'ACGT',
    [],
    [[1, 0, 0]],
    [[1, 0, 0, '<b>']],
    [[2, 0, 0, 0]],
    [[NaN, 0, 0, 0]],
    [null],
  ]) {
    assert.equal(stacks(bad), null)
  }
})
