// What is read of a track where somebody goes on faster than it can be read.
import test from 'node:test'
import assert from 'node:assert/strict'
import { featuresOf } from '../src/igv/features.js'
import { Reader } from '../src/igv/reading.js'

/** A track whose file is read one place after the other, and what was asked of the file. */
function slowTrack() {
  const asked = []
  const reader = new Reader(async ({ chr, start, end }) => {
    asked.push(`${chr}:${start}-${end}`)
    await new Promise((done) => setTimeout(done, 5))
    return [{ start, end, value: 1 }]
  })
  const frame = { chr: 'chr1', start: 0, end: 100 }
  const track = {
    browser: { referenceFrameList: [frame] },
    pieces: (...place) => reader.pieces(...place),
    band: async () => [],
  }
  const show = (chr, start) => {
    Object.assign(frame, { chr, start, end: start + 100 })
    return featuresOf(track, chr, start - 100, start + 200, 1)
  }
  return { asked, reader, show, frame }
}

test('of many places only the last is read', async () => {
  const { asked, show } = slowTrack()
  const all = Array.from({ length: 50 }, (_, i) => show(`chr${1 + (i % 3)}`, 1000 * (i + 1)))
  const found = await Promise.all(all)
  assert.deepEqual(asked, ['chr2:49900-50200'])
  assert.equal(found.filter((features) => features !== undefined).length, 1)
  assert.equal(found.at(-1)[0].value, 1)
})

test('a place that was gone from and come back to is read', async () => {
  const { asked, show } = slowTrack()
  const first = show('chr1', 1000)
  await new Promise((done) => setTimeout(done))
  const left = show('chr1', 5000)
  void show('chr2', 1000)
  const back = show('chr1', 5000)
  assert.equal((await first)[0].value, 1, 'it was being read')
  assert.equal((await back)[0].start, 4900)
  assert.equal((await left)[0], (await back)[0], 'it is the same place')
  assert.deepEqual(asked, ['chr1:900-1200', 'chr1:4900-5200'])
  const again = await show('chr2', 1000)
  assert.equal(again[0].start, 900, 'what was left out is not taken for nothing')
})

test('what others than the view ask for is read', async () => {
  const { asked, reader, show, frame } = slowTrack()
  void show('chr1', 1000)
  const left = show('chr1', 5000)
  const wanted = reader.pieces('chr1', 5000, 5100, 1)
  Object.assign(frame, { chr: 'chr9' })
  assert.equal((await wanted)[0].start, 4900)
  assert.ok(await left)
  assert.ok(asked.includes('chr1:4900-5200'))
})
