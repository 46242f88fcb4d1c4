import test from 'node:test'
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { localReference, readManifest, sessionFromManifest } from '../src/data/manifest.js'

const fixtures = new URL('fixtures/', import.meta.url)
const read = (name) => JSON.parse(readFileSync(new URL(name, fixtures), 'utf8'))
const names = readdirSync(fixtures)
  .filter((f) => f.endsWith('.manifest.json'))
  .map((f) => f.replace('.manifest.json', ''))

test('the session is that which gtrack itself writes', () => {
  assert.ok(names.length > 0)
  for (const name of names) {
    assert.deepEqual(
      sessionFromManifest(read(`${name}.manifest.json`)),
      read(`${name}.session.json`),
      name,
    )
  }
})

const base = 'http://h:1/scan/manifest.json'
const make = (manifest) => readManifest(JSON.stringify(manifest), base)

test('a folder that gtrack 0.1.0 made opens, each model on a scale of its own', () => {
  const old = (name) =>
    JSON.parse(
      readFileSync(new URL(`../../tests/fixtures/gtrack-0.1.0/${name}`, import.meta.url), 'utf8'),
    )
  const session = old('igv_session.json')
  const rows = { height: 60, margin: 4, expandedRowHeight: 28 }
  for (const track of session.tracks) {
    delete track.autoscaleGroup
    if (track.gtrack.kind === 'annotation') Object.assign(track, rows)
  }
  assert.deepEqual(sessionFromManifest(old('manifest.json')), session)
  const read = make(old('manifest.json'))
  assert.deepEqual(
    read.hits.models.map((m) => m.model),
    ['cnn', 'dnabert2'],
  )
  assert.equal(read.tracks[0].url, 'http://h:1/scan/tracks/cnn.relevance.bw')
})

/** The same with an unknown key in every object, and a track of an unknown kind. */
function strange(value) {
  if (Array.isArray(value)) return value.map(strange)
  if (value === null || typeof value !== 'object') return value
  const more = {
    colour: { of: ['red', null, 3] },
    ...Object.fromEntries(Object.entries(value).map(([key, v]) => [key, strange(v)])),
  }
  return value.tracks
    ? {
        ...more,
        tracks: [
          { name: 's', kind: 'weather', format: 'tsv', url: 's.tsv', model: 'cnn' },
          ...more.tracks,
        ],
      }
    : more
}

test('unknown keys and kinds of tracks are passed over', () => {
  for (const name of names) {
    assert.deepEqual(
      sessionFromManifest(strange(read(`${name}.manifest.json`))),
      read(`${name}.session.json`),
      name,
    )
    const odd = make(strange(read(`${name}.manifest.json`)))
    assert.deepEqual(
      sessionFromManifest(odd).tracks,
      sessionFromManifest(make(read(`${name}.manifest.json`))).tracks,
      name,
    )
  }
  const kinds = ['scores', 'relevance-both', 'Relevance', 'hits2', 'xhits', '__proto__']
  const full = read('full.manifest.json')
  const odd = kinds.map((kind) => ({ ...full.tracks[0], kind }))
  assert.deepEqual(sessionFromManifest({ ...full, tracks: odd }).tracks, [])
})

test('hits are of a model, or of a target of several', () => {
  const full = read('full.manifest.json')
  const [hits] = full.hits.models
  full.hits.models = [
    hits,
    { ...hits, target: '<b>' },
    { ...hits, target: '' },
    { ...hits, target: '__proto__' },
  ]
  assert.deepEqual(
    make(full).hits.models.map((m) => m.model),
    ['cnn', 'cnn: <b>', 'cnn: ', 'cnn: __proto__'],
  )
})

test('a file whose name has a % is asked for by it', () => {
  const { tracks } = make(read('targets.manifest.json'))
  assert.equal(tracks[0].url, 'http://h:1/scan/tracks/cnn.H3K4me3%253Dhigh.relevance.bw')
})

test('how long files were is known by their whole address', () => {
  const files = { 'tracks/a%253D.bw': { size: 9 }, '__proto__/x': { size: 1 } }
  assert.deepEqual(make({ ...read('full.manifest.json'), files }).files, {
    'http://h:1/scan/tracks/a%253D.bw': { size: 9 },
    'http://h:1/scan/__proto__/x': { size: 1 },
  })
})

test('what is no manifest is refused by name, with what to do', () => {
  const full = read('full.manifest.json')
  const track = full.tracks[0]
  for (const bad of [null, [], {}, { ...full, schema: 'gtrack-manifest/2' }]) {
    assert.throws(
      () => make(bad),
      (error) =>
        error instanceof Error &&
        error.title.startsWith(base) &&
        /schema/.test(error.title) &&
        /gtrack that wrote it/.test(error.cure),
    )
  }
  const damaged = [
    { tracks: 3 },
    { tracks: [null] },
    { tracks: [{ name: 'x' }] },
    { tracks: [{ ...track, url: '' }] },
    { genome: null },
    { genome: {} },
    { locus: undefined },
    { regions: {} },
    { locus: { chrom: 'c', start: 5, end: 5 } },
    { locus: { start: 5, end: 9 } },
    { tracks: [{ ...track, url: 'http://[' }] },
  ]
  for (const change of damaged) {
    assert.throws(
      () => make({ ...full, ...change }),
      (error) =>
        error instanceof Error && /damaged/.test(error.title) && /scan folder/.test(error.cure),
      JSON.stringify(change),
    )
  }
  assert.throws(() => readManifest('{"schema', base), { title: /damaged/, cure: /scan folder/ })
})

test('URLs become absolute, and may not leave the host', () => {
  const full = read('full.manifest.json')
  const found = make(full)
  assert.equal(found.tracks[0].url, 'http://h:1/scan/tracks/cnn.relevance.bw')
  assert.equal(found.genome.fasta, 'http://h:1/scan/genome/genome.fa')
  const { index } = found.tracks.find((t) => t.name === 'peaks')
  assert.equal(index, 'http://h:1/scan/annotations/peaks.narrowPeak.gz.tbi')
  assert.equal(found.hits.models[0].bed, 'http://h:1/scan/hits/cnn.hits.bed')
  assert.equal(found.hits.logos, 'http://h:1/scan/hits/logos.json')
  full.tracks[0].url = 'https://elsewhere.example/x.bw'
  assert.throws(() => make(full), { title: /on another host/ })
})

test('a local reference is a FASTA with its indexes, or the sizes alone', () => {
  assert.deepEqual(localReference({ id: 'hg38', fasta: 'g.fa.gz', sizes: 's' }), {
    id: 'hg38',
    name: 'hg38',
    fastaURL: 'g.fa.gz',
    indexURL: 'g.fa.gz.fai',
    compressedIndexURL: 'g.fa.gz.gzi',
  })
  assert.deepEqual(localReference({ id: 'custom', fasta: null, sizes: 's' }), {
    id: 'custom',
    name: 'custom',
    format: 'chromsizes',
    fastaURL: 's',
  })
})
