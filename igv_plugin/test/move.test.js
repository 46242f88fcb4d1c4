import test from 'node:test'
import assert from 'node:assert/strict'
import { covers } from '../src/igv/move.js'

const read = { chr: 'chr2', bpStart: 100, bpEnd: 400 }

test('a view is covered where all of its whole bases have been read', () => {
  const view = (start, end, chr = 'chr2') => covers(read, { chr, start, end })
  assert.equal(view(100, 400), true)
  assert.equal(view(200.5, 300.25), true)
  assert.equal(view(99, 400), false)
  assert.equal(view(100, 401), false)
  assert.equal(view(100, 400 + 1e-9), true) // a sum of fractions of pixels
  assert.equal(view(200, 300, 'chr1'), false)
  assert.equal(covers(undefined, { chr: 'chr2', start: 0, end: 1 }), false)
  assert.equal(covers({ ...read, bpStart: 0 }, { chr: 'chr2', start: -3, end: 10 }), true)
})
