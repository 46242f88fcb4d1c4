// Files before they are loaded: what is asked of a server, and what is said of its answers.
import test from 'node:test'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { fetchText, look, wholeFiles, WHOLE } from '../src/data/files.js'

const WIG = '\x26\xfc\x8f\x88'
const BED = '\xeb\xf2\x89\x87'
const bytes = (text) => Buffer.from(text, 'latin1')
const FILES = {
  '/whole.bw': bytes(`${WIG}........${WIG}`),
  '/whole.bb': bytes(`${BED}........${BED}`),
  '/other.bw': bytes(`${WIG}............`), // its end is not the one that was written
  '/junk.bw': bytes('1234567890123456'),
  '/empty.bw': bytes(''),
  '/a.bed': bytes('chr1\t0\t1\n'),
  '/empty.bed': bytes(''),
}

/** A server on FILES that treats Range headers as `how` says, and writes down what was asked. */
async function serving(t, how = 'ranges', sent = (body) => body.length) {
  const asked = []
  const server = createServer((request, response) => {
    const body = FILES[request.url]
    const { range } = request.headers
    asked.push(range)
    const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? []
    if (request.url === '/withheld.bw') return response.writeHead(410).end()
    if (!body) return response.writeHead(404).end()
    if (how === 'none' || !range) {
      return response.writeHead(200, { 'Content-Length': sent(body) }).end(body)
    }
    if (!first || (how === 'odd' && first !== '0')) return response.writeHead(400).end()
    if (how === 'down') return response.writeHead(503).end()
    if (Number(first) >= body.length) return response.writeHead(416).end()
    response.writeHead(206).end(body.subarray(Number(first), Number(last) + 1))
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${server.address().port}`, asked }
}

test('a good file is asked for four bytes, and never for its last ones by that name', async (t) => {
  const { url, asked } = await serving(t)
  assert.deepEqual(await look(`${url}/whole.bw`, { format: 'bigWig', size: 16 }), {})
  assert.deepEqual(await look(`${url}/whole.bb`, { format: 'bigBed' }), {})
  assert.deepEqual(await look(`${url}/a.bed`, { format: 'bed', size: 9 }), {})
  assert.deepEqual(await look(`${url}/empty.bed`, { format: 'bed', size: 0 }), {})
  assert.deepEqual(asked, ['bytes=12-15', 'bytes=0-3', 'bytes=5-8', 'bytes=0-3'])
})

test('only what igv.js cannot read is bad', async (t) => {
  const { url } = await serving(t)
  for (const [file, known, says] of [
    ['whole.bw', { format: 'bigwig', size: 30 }, /truncated/],
    ['whole.bw', { format: 'bigwig', size: 18 }, /truncated/], // three bytes are left of four
    ['whole.bw', { format: 'bigbed' }, /is no bigbed/],
    ['whole.bw', { format: 'bigbed', size: 16 }, /is no bigbed/],
    ['junk.bw', { format: 'bigwig', size: 16 }, /is no bigwig/],
    ['empty.bw', { format: 'bigwig' }, /truncated/],
    ['a.bed', { format: 'bed', size: 20 }, /truncated/],
    ['none.bw', { format: 'bigwig', size: 9 }, /missing/],
    ['withheld.bw', { format: 'bigwig', size: 9 }, /not as it was written/],
  ]) {
    const { bad } = await look(`${url}/${file}`, known)
    assert.match(bad.title, says, file)
    assert.ok(bad.title.includes(file) && bad.cure.length > 10)
  }
  const gone = await look('http://127.0.0.1:9/x.bw', { format: 'bigwig', size: 9 })
  assert.match(gone.bad.title, /cannot be read/)
  assert.match(gone.bad.cure, /CORS/)
  const { bad, odd } = await look(`${url}/other.bw`, { format: 'bigwig', size: 16 })
  assert.equal(bad, undefined)
  assert.match(odd.title, /its end is another/)
})

test('a server may answer only what igv.js asks first', async (t) => {
  const { url, asked } = await serving(t, 'odd')
  assert.deepEqual(await look(`${url}/whole.bw`, { format: 'bigwig', size: 16 }), {})
  assert.deepEqual(asked, ['bytes=12-15', 'bytes=0-3'])
})

test('a server that is down is said to be', async (t) => {
  const { url } = await serving(t, 'down')
  const { bad } = await look(`${url}/whole.bw`, { format: 'bigwig', size: 16 })
  assert.match(bad.title, /HTTP 503/)
})

test('without ranges small files are read whole, and it is said what that costs', async (t) => {
  const { url } = await serving(t, 'none')
  const small = await look(`${url}/whole.bw`, { format: 'bigwig', size: 16 })
  assert.deepEqual(small, { whole: 16 })
  assert.deepEqual(await look(`${url}/whole.bw`, { format: 'bigwig' }), { whole: 16 })
  assert.deepEqual(await look(`${url}/a.bed`, { format: 'bed', size: 9 }), {}, 'read whole anyway')
  const two = wholeFiles([small, {}, { whole: 1_999_984 }])
  assert.match(two.title, /ignores Range requests: 2\.0 MB are read/)
  assert.match(two.cure, /gtrack view/)
  assert.equal(wholeFiles([{}, {}]), null)
  const large = await serving(t, 'none', () => WHOLE + 1)
  const { bad } = await look(`${large.url}/whole.bw`, { format: 'bigwig' })
  assert.match(bad.title, /ignores Range requests, so that 20\.0 MB/)
})

test('a text that is to be read whole', async (t) => {
  const { url } = await serving(t)
  assert.equal(await fetchText(`${url}/a.bed`), 'chr1\t0\t1\n')
  await assert.rejects(fetchText(`${url}/none.json`, 'Do.'), {
    message: /none.*Do\./,
    title: /none\.json .*HTTP 404/,
    cure: 'Do.',
  })
  await assert.rejects(fetchText('http://127.0.0.1:9/manifest.json', 'Do.'), {
    title: /cannot be read/,
    cure: 'Do.',
  })
})
