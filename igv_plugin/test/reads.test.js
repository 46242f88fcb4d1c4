// What is said of a server that stopped, and how a sequence is read after a failure.
import test from 'node:test'
import assert from 'node:assert/strict'
import { lostProblem, readAnew } from '../src/igv/reads.js'

const here = new URL('http://127.0.0.1:8123/x')

test('a server that is gone, another one, and a file that is', () => {
  const gone = lostProblem(0, 'Track cnn could not be reached.', here)
  assert.match(gone.title, /The server stopped answering/)
  assert.match(gone.cure, /gtrack view DIR --port 8123/)
  assert.match(lostProblem(0, '', new URL('https://example.org/x')).cure, /connection/)
  assert.match(lostProblem(403, '', here).title, /HTTP 403/)
  assert.match(lostProblem(403, '', here).cure, /whole address/)
  const file = lostProblem(200, 'Track cnn could not be reached.', here)
  assert.equal(file.title, 'Track cnn could not be reached.')
})

test('after a failure more is asked for, and the same is answered', async () => {
  const text = Array.from({ length: 1_000_000 }, (_, i) => 'ACGT'[(i * i) % 4]).join('')
  const asked = []
  let fails = 0
  const read = readAnew(async (chr, start, end) => {
    asked.push([start, end])
    if (fails-- > 0) throw new Error('gone')
    return text.slice(start, end)
  })
  assert.equal(await read('c', 10, 20), text.slice(10, 20))
  fails = 2
  await assert.rejects(read('c', 500_000, 500_009))
  await assert.rejects(read('c', 500_000, 500_009))
  for (const place of [500_000, 5, 999_995]) {
    assert.equal(await read('c', place, place + 9), text.slice(place, place + 9))
    fails = 1
    await assert.rejects(read('c', place, place + 9))
  }
  const [, first, second, third] = asked
  assert.ok(second[0] < first[0] && third[0] < second[0], 'each time more')
  const none = readAnew(async () => null)
  assert.equal(await none('c', 1, 2), null)
})
