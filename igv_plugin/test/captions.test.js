import test from 'node:test'
import assert from 'node:assert/strict'
import { captions, wrapped } from '../src/page/captions.js'
import { random } from './random.js'

test('lines hold all words in their order, are short enough, and no two would fit in one', () => {
  for (let seed = 0; seed < 300; seed++) {
    const chance = random(seed)
    const words = Array.from({ length: chance.int(12) + 1 }, () => 'é'.repeat(1 + chance.int(9)))
    const most = 1 + chance.int(20)
    const lines = wrapped(words.join(' '), most)
    assert.equal(lines.join('').replaceAll(' ', ''), words.join(''))
    assert.ok(lines.every((line) => line.length <= most))
    for (let i = 1; i < lines.length; i++) {
      const next = lines[i].split(' ')[0]
      assert.ok(lines[i - 1].length + 1 + next.length > most, `${seed}`)
    }
  }
})

test('what is not so is not said', () => {
  const state = { locus: 'chr1:100-199', scale: 'own', threshold: 0, reverse: false }
  const relevance = [{ model: 'm', unit: 'value' }]
  const viewer = { manifest: null, relevance, state: () => state }
  const { title, above, below } = captions(viewer, 200)
  assert.equal(title, 'chr1:100-199 (100 bp)')
  assert.deepEqual(above, ['Models: m.'])
  assert.match(below.join(' '), /^Height: relevance \(value\); up supports the value, .*more\.$/)
})
