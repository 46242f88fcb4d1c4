// The parts of a notebook's widget that need no page: reads over a channel, and modules from texts.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { Channel, PIECE } from '../../gtrack/publish/viewer/page/cell/channel.js'
import { fetch, openDoor, XMLHttpRequest } from '../../gtrack/publish/viewer/page/cell/door.js'
import { link, pathOf } from '../../gtrack/publish/viewer/page/cell/modules.js'
import { gzipSync } from 'node:zlib'

const LONG = Uint8Array.from({ length: 2.5 * PIECE }, (_, i) => i % 251)

/** A model whose kernel holds these files. */
function modelOf(files, { packed = false, silent = false } = {}) {
  let hear
  const asked = []
  return {
    asked,
    listeners: 0,
    silent,
    on(name, f) {
      this.listeners += 1
      hear = f
    },
    off() {
      this.listeners -= 1
    },
    send(what) {
      asked.push(what)
      if (this.silent) return
      const { id, file, start, end } = what
      const bytes = files[file]
      assert.ok(end - start <= PIECE)
      const said = { gtrack: 'piece', id, packed, tag: '"1"', size: bytes?.length }
      if (!file) return void hear({ gtrack: 'piece', id, status: 204 }, [])
      if (!bytes) return void hear({ gtrack: 'piece', id, status: 404, why: 'no file' }, [])
      const part = bytes.subarray(start, end)
      const sent = packed ? gzipSync(part) : part
      const view = new DataView(sent.buffer, sent.byteOffset, sent.byteLength)
      queueMicrotask(() => hear({ ...said, status: 200 }, [view]))
    },
  }
}
const opened = (model) => {
  const channel = new Channel(model)
  return { channel, ...openDoor(channel) }
}
const bytesOf = async (answer) => new Uint8Array(await answer.arrayBuffer())

test('a whole file comes in pieces, packed or not', async () => {
  for (const packed of [false, true]) {
    const model = modelOf({ '/a.bw': LONG }, { packed })
    const answer = await fetch(new URL('a.bw', opened(model).base))
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('Content-Length'), String(LONG.length))
    assert.deepEqual(await bytesOf(answer), LONG)
    assert.equal(model.asked.length, 3)
  }
})

test('a range is answered as HTTP does', async () => {
  const { base } = opened(modelOf({ '/a.bw': LONG, '/empty': new Uint8Array() }))
  const ask = (name, Range) => fetch(base + name, { headers: { Range } })
  for (const [range, from, to] of [
    ['bytes=0-3', 0, 4],
    ['bytes=7-', 7, LONG.length],
    [`bytes=5-${PIECE + 9}`, 5, PIECE + 10],
    [`bytes=${LONG.length - 4}-${LONG.length + 99}`, LONG.length - 4, LONG.length],
  ]) {
    const answer = await ask('a.bw', range)
    assert.equal(answer.status, 206)
    const said = `bytes ${from}-${to - 1}/${LONG.length}`
    assert.equal(answer.headers.get('Content-Range'), said)
    assert.deepEqual(await bytesOf(answer), LONG.subarray(from, to))
  }
  assert.equal((await ask('a.bw', `bytes=${LONG.length}-`)).status, 416)
  assert.equal((await ask('empty', 'bytes=0-3')).status, 416)
  assert.equal((await ask('nothing', 'bytes=0-3')).status, 404)
  assert.equal((await fetch(`${base}a.bw`, { method: 'HEAD' })).headers.get('ETag'), '"1"')
})

test('no other host is asked, and none once the view is gone', async () => {
  const door = opened(modelOf({ '/a.bw': LONG }))
  await assert.rejects(fetch('https://igv.org/data/url_mappings.tsv'), /not asked/)
  await assert.rejects(fetch('http://127.0.0.1:9/'), /not asked/)
  door.close()
  await assert.rejects(fetch(`${door.base}a.bw`), /not asked/)
})

test('two views read each its own scan', async () => {
  const [one, two] = [3, 5].map((n) => opened(modelOf({ '/a': LONG.subarray(0, n) })))
  assert.equal((await bytesOf(await fetch(`${one.base}a`))).length, 3)
  assert.equal((await bytesOf(await fetch(`${two.base}a`))).length, 5)
})

test('a kernel that is gone fails what is asked, until it is heard again', async () => {
  const model = modelOf({ '/a.bw': LONG }, { silent: true })
  const { channel, base } = opened(model)
  const waits = fetch(`${base}a.bw`)
  const impatient = new AbortController()
  setTimeout(() => impatient.abort(), 20)
  await assert.rejects(fetch(`${base}a.bw`, { signal: impatient.signal }), { name: 'AbortError' })
  channel.lose()
  await assert.rejects(waits, /kernel/)
  await assert.rejects(fetch(`${base}a.bw`), /kernel/)
  model.silent = false
  await channel.heard()
  assert.equal((await fetch(`${base}a.bw`)).status, 200)
  channel.close()
  assert.equal(model.listeners, 0)
})

test('what igv.js uses of XMLHttpRequest', async () => {
  const { base, channel } = opened(modelOf({ '/a.bw': LONG, '/t': new TextEncoder().encode('é') }))
  const ask = (name, { type = '', range, method = 'GET' } = {}) =>
    new Promise((done) => {
      const xhr = new XMLHttpRequest()
      xhr.open(method, base + name)
      if (range) xhr.setRequestHeader('Range', range)
      xhr.responseType = type
      for (const event of ['load', 'error', 'timeout']) xhr[`on${event}`] = () => done([event, xhr])
      xhr.send()
    })
  const [, part] = await ask('a.bw', { type: 'arraybuffer', range: 'bytes=4-8' })
  assert.equal(part.status, 206)
  assert.deepEqual(new Uint8Array(part.response), LONG.subarray(4, 9))
  assert.equal((await ask('t'))[1].response, 'é')
  assert.equal((await ask('nothing'))[1].status, 404)
  const [, head] = await ask('a.bw', { method: 'HEAD' })
  assert.equal(head.getResponseHeader('content-length'), String(LONG.length))
  channel.lose()
  assert.equal((await ask('a.bw'))[0], 'error')
})

test('modules name each other by their addresses, and those on demand by their paths', () => {
  const texts = {
    'p/index.js': "import {\n a,\n} from './pure/a.js'\nimport './b.js'\nimport('./late.js')",
    'p/pure/a.js': "export { b as a } from '../b.js' // import('../types.js')",
    'p/b.js': 'export const b = 1',
    'p/late.js': "import { b } from './b.js'\nexport const c = b",
  }
  const made = []
  const addressOf = (text) => `blob:${made.push(text)}`
  const address = link(texts, 'const x = 1;', 'door.load', addressOf)
  assert.equal(address('p/index.js'), 'blob:3')
  assert.deepEqual(made, [
    'const x = 1;export const b = 1',
    "const x = 1;export { b as a } from 'blob:1' // import('../types.js')",
    "const x = 1;import {\n a,\n} from 'blob:2'\nimport 'blob:1'\ndoor.load('p/late.js')",
  ])
  assert.equal(address('p/late.js'), 'blob:4')
  assert.equal(address('p/index.js'), 'blob:3')
  assert.equal(pathOf('p/pure/a.js', '../b.js'), 'p/b.js')
})

test('modules in a circle are refused', () => {
  const texts = { 'a.js': "import './b.js'", 'b.js': "import './a.js'" }
  assert.throws(() => link(texts, '', '', String)('a.js'), /imports itself/)
})
