// What is said of a server that stopped, and how a sequence is read after a failure.
import test from 'node:test'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { Reads, lostProblem, readAnew } from '../src/igv/reads.js'

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
  assert.match(file.cure, /Reload this page if the scan was written anew/) // igv.js keeps its index
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

/** Reads of a browser without a page, of a server that is not there until `start`. */
async function absent(use) {
  const server = createServer((_, response) => response.end('x'))
  const listen = (port) => new Promise((done) => server.listen(port, '127.0.0.1', done))
  await listen(0)
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  const drawn = []
  const reads = new Reads(
    {
      alert: { present: () => {} },
      genome: { getSequence: async () => null },
      trackViews: [],
      findTracks: () => [],
      updateViews: async () => drawn.push(Date.now()),
      on: () => {},
      off: () => {},
    },
    `http://127.0.0.1:${port}/x`,
  )
  try {
    await use({ reads, drawn, start: () => listen(port) })
  } finally {
    reads.destroy()
    server.closeAllConnections()
    server.close()
  }
}
const moment = (ms) => new Promise((done) => setTimeout(done, ms))

test('a server that was gone before anything was shown is seen when it is back', () =>
  absent(async ({ reads, drawn, start }) => {
    await reads.failed('Track cnn could not be reached.')
    assert.match(reads.problem.title, /The server stopped answering/)
    await moment(1200) // it has been asked for once more
    assert.deepEqual(drawn, [])
    await start()
    for (let i = 0; i < 400 && !drawn.length; i++) await moment(50)
    assert.equal(drawn.length, 1)
    assert.equal(reads.problem, null)
  }))

test('nothing is drawn or said in a figure that is gone', () =>
  absent(async ({ reads, drawn, start }) => {
    const failed = reads.failed('Track cnn could not be reached.')
    reads.destroy()
    await start()
    await failed
    assert.deepEqual([drawn, reads.problem], [[], null])
  }))
