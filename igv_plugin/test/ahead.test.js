import test from 'node:test'
import assert from 'node:assert/strict'
import { askedFor } from '../src/igv/ahead.js'
import { random } from './random.js'

/** What igv.js' TrackViewport.loadFeatures asks for. */
function asked({ start, end }, length, pixels) {
  const bpPerPixel = (end - start) / pixels
  const width = pixels * bpPerPixel
  return {
    from: Math.floor(Math.max(0, start - width)),
    to: Math.ceil(Math.min(length, start + width + width)),
  }
}

test('what is read ahead holds what igv.js asks for, and hardly more', () => {
  const next = random(7)
  for (let i = 0; i < 5000; i++) {
    const length = 1 + next.int(100_000)
    const size = 1 + next.int(Math.min(length, 3000))
    const start = next.int(length - size + 1)
    const place = { start, end: start + size }
    const ahead = askedFor(place, length)
    const { from, to } = asked(place, length, 1 + next.int(2000))
    const said = JSON.stringify({ place, length, ahead, from, to })
    assert.ok(0 <= ahead.from && ahead.from <= from && from - ahead.from <= 1, said)
    assert.ok(to <= ahead.to && ahead.to <= length && ahead.to - to <= 1, said)
  }
})
