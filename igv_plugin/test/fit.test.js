import test from 'node:test'
import assert from 'node:assert/strict'
import { fit } from '../src/pure/fit.js'

const within = (room) => (text) => [...text].length <= room

test('what fits stays as it is; else both ends stay, and as much as there is room for', () => {
  const name = 'MA0139.1-CTCF-human-fold-4'
  assert.equal(fit(name, within(26)), name)
  assert.equal(fit(name, within(25)), 'MA0139.1-CTC…human-fold-4')
  assert.equal(fit(name, within(5)), 'MA…-4')
  for (let room = 1; room < 26; room++) {
    const text = fit(name, within(room))
    assert.equal(text.length, room)
    const [head, tail] = text.split('…')
    assert.ok(name.startsWith(head) && name.endsWith(tail))
    assert.ok([0, 1].includes(head.length - tail.length))
  }
})

test('where there is no room at all an ellipsis is left, and no letter is split', () => {
  assert.equal(
    fit('abc', () => false),
    '…',
  )
  assert.equal(
    fit('', () => true),
    '',
  )
  assert.equal(fit('𝒜ℬ𝒞𝒟ℰ𝒻', within(3)), '𝒜…𝒻')
})
