// Texts read line by line, and the turns of the page meanwhile.
import test from 'node:test'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { steady } from '../src/data/again.js'
import { readLines } from '../src/data/lines.js'
import { turns } from '../src/pure/turns.js'

test('lines are whole however the bytes arrive', async () => {
  const text = 'chr1\t1\t2\té→\r\n\nchr2\t3\t4\tlast line without an end'
  const bytes = Buffer.from(text)
  const server = createServer(async (request, response) => {
    if (request.url === '/gone') return response.writeHead(404).end()
    for (const byte of bytes) {
      response.write(Buffer.from([byte]))
      await new Promise(setImmediate)
    }
    response.end()
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const url = `http://127.0.0.1:${server.address().port}`
  const lines = []
  await readLines(url, (line) => lines.push(line), steady)
  assert.deepEqual(lines.filter(Boolean), [
    'chr1\t1\t2\té→',
    'chr2\t3\t4\tlast line without an end',
  ])
  await assert.rejects(
    readLines(`${url}/gone`, () => {}, steady),
    /the server answered 404/,
  )
  const refused = []
  const refuse = (line) => {
    refused.push(line)
    throw new Error(`no ${line.slice(0, 4)}`)
  }
  await assert.rejects(readLines(url, refuse, steady), /no chr1/)
  assert.equal(refused.length, 1, 'the rest is not read')
  server.close()
})

test('a text that ends too early is read on: no line twice, and none but in whole', async () => {
  const all = Array.from({ length: 500 }, (_, i) => `chr1\t${i}\tname ${i}`)
  const text = all.join('\n')
  const ends = [400, 3001]
  const server = createServer((request, response) => {
    const end = ends.shift()
    response.setHeader('Content-Length', text.length)
    if (end === undefined) return response.end(text)
    response.write(text.slice(0, end), () => setTimeout(() => request.socket.destroy(), 20))
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const lines = []
  const url = `http://127.0.0.1:${server.address().port}`
  await readLines(url, (line) => lines.push(line), steady)
  assert.deepEqual(lines, all)
  ends.push(0, 0, 0)
  await assert.rejects(
    readLines(url, () => {}, steady),
    TypeError,
    'three times in vain',
  )
  server.close()
})

test('long work gives the page its turn, and goes on', async () => {
  const turn = turns()
  let [others, working] = [0, true]
  const other = () => {
    others += 1
    if (working) setImmediate(other)
  }
  other()
  for (const end = performance.now() + 60; performance.now() < end;) await turn()
  working = false
  assert.ok(others > 1, `${others}`)
})
