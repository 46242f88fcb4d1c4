import test from 'node:test'
import assert from 'node:assert/strict'
import { factsOf, labelOf } from '../src/pure/facts.js'

const track = {
  own: { model: 'cnn' },
  look: { reverse: false },
  unit: 'logit',
  unitText: ' logits',
}
const difference = { ...track, isDifference: true, inUnits: true, unitText: ' p99' }
const at = (piece, read) => ({ piece, chr: 'chr1', position: 12, read })
const said = (...given) =>
  Object.fromEntries(Object.entries(factsOf(...given)).filter(([, value]) => value))

test('beside a name stands what is drawn', () => {
  assert.deepEqual(labelOf(track, 0), [])
  assert.deepEqual(labelOf(track, 9619.3), ['largest and smallest of each ≈ 9,600 bp'])
  assert.deepEqual(labelOf({ ...track, look: { reverse: true } }, 0), ['reverse strand'])
  assert.deepEqual(labelOf(difference, 64), [
    'each in units of its p99',
    'largest and smallest of each 64 bp',
    'pale: at most',
  ])
  assert.deepEqual(labelOf({ ...difference, inUnits: false }, 0), ['logits'])
})

test('a base has one value, a bin two, and a bin of a difference what is known', () => {
  assert.deepEqual(said(track, at({ start: 12, end: 13, value: -0.5 }, 'a')), {
    Model: 'cnn',
    Position: 'chr1:13',
    Base: 'A',
    Relevance: '−0.5 logits',
  })
  const bin = { start: 10.2, end: 20.4, high: 4.25, low: -0.01 }
  assert.deepEqual(said(track, at(bin)), {
    Model: 'cnn',
    Position: 'chr1:11-21',
    Largest: '+4.25 logits',
    Smallest: '−0.01 logits',
  })
  const most = { high: 6, low: -1 }
  const { Largest, Smallest } = said(difference, at({ ...bin, low: Infinity, most }))
  assert.deepEqual([Largest, Smallest], ['+4.25 to +6 p99', 'unknown, to −1 p99'])
})

test('on the reverse strand a base is the complement', () => {
  const reverse = { ...track, look: { reverse: true } }
  const base = (read) => said(reverse, at({ start: 12, end: 13, value: 1 }, read)).Base
  assert.deepEqual([base('A'), base('n')], ['T (reverse strand)', 'N (reverse strand)'])
})
