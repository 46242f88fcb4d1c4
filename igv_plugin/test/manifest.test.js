import test from 'node:test'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { readdirSync, readFileSync } from 'node:fs'
import { checkManifest, escapeHTML, loadManifest, localReference, preflight, regionSource, resolveManifest, sessionFromManifest } from '../src/manifest.js'

const fixtures = new URL('fixtures/', import.meta.url)
const read = (name) => JSON.parse(readFileSync(new URL(name, fixtures), 'utf8'))
const names = readdirSync(fixtures).filter((f) => f.endsWith('.manifest.json')).map((f) => f.replace('.manifest.json', ''))

test('the session is that which gtrack itself writes', () => {
  assert.ok(names.length > 0)
  for (const name of names) assert.deepEqual(sessionFromManifest(checkManifest(read(`${name}.manifest.json`))), read(`${name}.session.json`), name)
})

test('what is no manifest is refused by name', () => {
  const full = read(`${names[0]}.manifest.json`)
  for (const [tag, bad] of [['schema', null], ['schema', []], ['schema', {}], ['schema', { ...full, schema: 'gtrack-manifest/2' }], ['invalid', { ...full, tracks: 3 }],
    ['invalid', { ...full, tracks: [null] }], ['invalid', { ...full, tracks: [{ name: 'x' }] }], ['invalid', { ...full, genome: null }], ['invalid', { ...full, locus: undefined }], ['invalid', { ...full, regions: {} }], ['invalid', { ...full, locus: { chrom: 'c', start: 5, end: 5 } }]]) {
    assert.throws(() => checkManifest(bad, 'm.json'), (error) => error.name === 'GtrackError' && error.tag === tag && error.title.includes('m.json') && error.cure.length > 10)
  }
})

test('URLs become absolute, and may not leave the host', () => {
  const full = read('full.manifest.json'), before = structuredClone(full)
  const found = resolveManifest(full, 'http://h:1/scan/manifest.json')
  assert.deepEqual(full, before)
  assert.equal(found.tracks[0].url, 'http://h:1/scan/tracks/cnn.relevance.bw')
  assert.equal(found.genome.fasta, 'http://h:1/scan/genome/genome.fa')
  assert.equal(found.tracks.at(-1).index, 'http://h:1/scan/annotations/peaks.narrowPeak.gz.tbi')
  assert.equal(found.hits.models[0].bed, 'http://h:1/scan/hits/cnn.hits.bed')
  assert.equal(found.hits.logos, 'http://h:1/scan/hits/logos.json')
  full.tracks[0].url = 'https://elsewhere.example/x.bw'
  assert.throws(() => resolveManifest(full, 'http://h:1/scan/'), { tag: 'elsewhere' })
})

test('a local reference is a FASTA with its indexes, or the sizes alone', () => {
  assert.deepEqual(localReference({ id: 'hg38', fasta: 'g.fa.gz', sizes: 's' }), { id: 'hg38', name: 'hg38', fastaURL: 'g.fa.gz', indexURL: 'g.fa.gz.fai', compressedIndexURL: 'g.fa.gz.gzi' })
  assert.deepEqual(localReference({ id: 'custom', fasta: null, sizes: 's' }), { id: 'custom', name: 'custom', format: 'chromsizes', fastaURL: 's' })
})

test('escaped text holds nothing that HTML would act on, and says the same', () => {
  const nasty = `<img src=x onerror='alert(1)'>&amp;"</script>`
  const safe = escapeHTML(nasty)
  assert.ok(!/[<>"']/.test(safe))
  assert.equal(safe.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)), nasty)
})

test('files are tried by their last four bytes', async (t) => {
  const files = {
    '/whole.bw': Buffer.from('....\x26\xfc\x8f\x88', 'latin1'), '/big-endian.bb': Buffer.from('....\x87\x89\xf2\xeb', 'latin1'), '/cut.bw': Buffer.from('12345678'), '/empty.bw': Buffer.alloc(0),
    '/a.bed': Buffer.from('chr1\t0\t1\n'), '/deaf.bw': Buffer.from('12345678'), '/bad.json': Buffer.from('{"schema'), '/r.bed': Buffer.from('#c\nchr1\t5\t9\t<b>\r\nchr1\t20\t30\nchr2\t0\t3\tx\n'),
  }
  const asked = []
  const server = createServer((request, response) => {
    const body = files[request.url]
    asked.push(request.headers.range)
    if (!body) return response.writeHead(404).end()
    if (request.url === '/deaf.bw' || !request.headers.range) return response.writeHead(200).end(body)
    if (!body.length) return response.writeHead(416).end()
    response.writeHead(206).end(body.subarray(-4))
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  t.after(() => server.close())
  const url = `http://127.0.0.1:${server.address().port}`
  assert.equal(await preflight(`${url}/whole.bw`, 'bigwig'), null)
  assert.equal(await preflight(`${url}/big-endian.bb`, 'bigbed'), null)
  assert.equal(await preflight(`${url}/a.bed`, 'bed'), null)
  assert.ok(asked.every((range) => range === 'bytes=-4') && asked.length === 3)
  for (const [file, format, says] of [['cut.bw', 'bigwig', /truncated/], ['whole.bw', 'bigbed', /truncated/], ['empty.bw', 'bigwig', /empty/], ['none.bw', 'bigwig', /missing/], ['deaf.bw', 'bigwig', /ignores Range/]]) {
    const problem = await preflight(`${url}/${file}`, format)
    assert.match(problem.title, says)
    assert.ok(problem.title.includes(file) && problem.cure.length > 10)
  }
  assert.match((await preflight('http://127.0.0.1:9/x.bw', 'bigwig')).title, /cannot be read/)
  await assert.rejects(loadManifest(`${url}/bad.json`), { tag: 'json' })
  await assert.rejects(loadManifest(`${url}/none.json`), { tag: 'missing' })
  await assert.rejects(loadManifest('http://127.0.0.1:9/manifest.json'), { tag: 'unreachable' })

  const regions = regionSource(`${url}/r.bed`)
  assert.deepEqual(await regions.getFeatures({ chr: 'chr1', start: 0, end: 10 }), [{ chr: 'chr1', start: 5, end: 9, name: '&#60;b&#62;' }])
  assert.deepEqual(await regions.getFeatures({ chr: 'chr1', start: 9, end: 20 }), [])
  assert.deepEqual(await regions.getFeatures({ chr: 'chr3', start: 0, end: 20 }), [])
})
