import test from 'node:test'
import assert from 'node:assert/strict'
import { MOST, badgesOf } from '../src/page/trust.js'

const entry = (verdict, model = 'cnn', target = undefined) => ({ model, target, verdict })

test('a badge says the model and the verdict in words', () => {
  const [badge] = badgesOf([entry('not supported', 'm', 'A')])
  assert.equal(badge.label, 'm: A: not supported')
  assert.equal(badge.rank, 0)
  assert.deepEqual(badgesOf([]), [])
})

test('a word that is not known is not asked', () => {
  assert.equal(badgesOf([entry('<b>splendid</b>')])[0].label, 'cnn: not asked')
})

test('many become one, which the worst leads', () => {
  const many = ['supported', 'supported', 'mixed', 'mixed', 'not asked'].map((v) => entry(v))
  assert.ok(many.length > MOST)
  const [badge, ...others] = badgesOf(many)
  assert.equal(badge.label, '2 of 5 maps: mixed')
  assert.equal(badge.entries.length, 5)
  assert.deepEqual(others, [])
  assert.equal(badgesOf(many.slice(0, MOST)).length, MOST)
})
