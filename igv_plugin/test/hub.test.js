import test from 'node:test'
import assert from 'node:assert/strict'
import { parseStanzas, repairTracks } from '../src/data/hub.js'

const HUB = `hub h
shortLabel H
useOneFile on
email a@b.c

# a comment
genome toy
twoBitPath toy.2bit

track relevance
compositeTrack on
shortLabel Rel \\
   evance
type bigWig
autoScale group
logo on
viewLimits -0.8:0.8

    track cnn
    parent relevance on
    shortLabel <b>cnn</b>
    bigDataUrl cnn.bw

track lone
shortLabel lone
logo on
viewLimits -0.25:0.5

track plain
viewLimits -0.8:0.8

track overlay
container multiWig
shortLabel Both

track one
parent overlay

track two
parent overlay

track hits
itemRgb on
`
const stanzas = parseStanzas(HUB)
const config = (id, more = {}) => ({
  id,
  name: id,
  url: `${id}.bw`,
  format: 'bigWig',
  color: 'rgb(1,2,3)',
  min: 0,
  max: 0,
  description: '<a>x</a>',
  ...more,
})

test('stanzas: comments, continued lines, indents and CRLF', () => {
  assert.equal(stanzas.length, 10)
  assert.equal(stanzas[2].shortLabel, 'Rel evance')
  assert.deepEqual(parseStanzas(HUB.replaceAll('\n', '\r\n')), stanzas)
  assert.deepEqual(parseStanzas('\n\n# only\n\ntrack a\nlogo\n\n\n'), [{ track: 'a', logo: '' }])
})

test('letters, fractional limits, group scale and overlays come back', () => {
  const tracks = repairTracks(
    ['cnn', 'lone', 'plain', 'one', 'two', 'hits'].map((id) =>
      config(id, {
        ...(id === 'cnn' && { name: '<b>cnn</b>' }),
        ...(id === 'hits' && { format: 'bigBed' }),
      }),
    ),
    stanzas,
  )
  const [cnn, lone, plain, both, hits] = tracks
  assert.equal(tracks.length, 5)
  assert.deepEqual(
    [cnn.type, cnn.graphType, cnn.autoscaleGroup, cnn.gtrack.kind, cnn.gtrack.model, cnn.min],
    ['wig', 'dynseq', 'relevance', 'relevance', '<b>cnn</b>', undefined],
  )
  assert.equal(cnn.name, '&#60;b&#62;cnn&#60;/b&#62;')
  assert.deepEqual(
    [lone.gtrack.kind, lone.min, lone.max, lone.autoscale],
    ['relevance-other', -0.25, 0.5, false],
  )
  assert.deepEqual(
    [plain.min, plain.max, plain.autoscale, plain.graphType],
    [-0.8, 0.8, false, undefined],
  )
  assert.deepEqual(
    [both.type, both.name, both.alpha, both.tracks.map((t) => t.graphType)],
    ['merged', 'Both', 0.5, ['bar', 'bar']],
  )
  assert.deepEqual(
    [hits.color, hits.gtrack.kind, hits.gtrack.title],
    [undefined, 'annotation', 'hits'],
  )
  assert.ok(tracks.every((t) => t.description === undefined))
})

test("gtrack's hits are of the model whose relevance has their name", () => {
  const text = ['cnn', 'cnn-hits', 'other-hits']
    .map((id) => `track ${id}\nshortLabel ${id}${id === 'cnn' ? '\nlogo on' : ''}\n`)
    .join('\n')
  const tracks = repairTracks(
    [
      config('cnn', { name: 'The CNN' }),
      config('cnn-hits', { format: 'bigBed' }),
      config('other-hits', { format: 'bigBed' }),
    ],
    parseStanzas(text),
  )
  assert.deepEqual(
    tracks.map(({ gtrack }) => [gtrack.kind, gtrack.model]),
    [
      ['relevance', 'The CNN'],
      ['annotation', 'The CNN'],
      ['annotation', undefined],
    ],
  )
})

test('the end of a long label says what is not in logits', () => {
  const units = (label) =>
    ['logo on', 'itemRgb on'].map(
      (line) =>
        repairTracks([config('a')], parseStanzas(`track a\nlongLabel ${label}\n${line}\n`))[0]
          .gtrack?.unit,
    )
  // A bigWig that is no relevance is igv.js' own.
  assert.deepEqual(units('Relevance of each base to x (value)'), ['value', undefined])
  assert.deepEqual(units('Relevance of each base to x (value) y'), [undefined, undefined])
  const [hits] = repairTracks(
    [config('h', { format: 'bigBed' })],
    parseStanzas('track h\nlongLabel Motif hits of x (value)\n'),
  )
  assert.equal(hits.gtrack.unit, 'value')
})

test('the metadata say where the names of an annotation are, where they do', () => {
  const names = (line) =>
    repairTracks(
      [config('a', { url: 'https://h.org/hub/a.bb', format: 'bigBed' })],
      parseStanzas(`track a\n${line}\n`),
    )[0].gtrack.names
  assert.equal(names('metadata names=a.names.tsv'), 'https://h.org/hub/a.names.tsv')
  assert.equal(names('metadata x=1 names=a.names.tsv y=2'), 'https://h.org/hub/a.names.tsv')
  for (const line of ['', 'metadata names=Smith', 'metadata xnames=a.names.tsv']) {
    assert.equal(names(line), undefined, line)
  }
})

test('the metadata say the 99th percentile, where they do', () => {
  const p99 = (line) =>
    repairTracks([config('a')], parseStanzas(`track a\nlogo on\n${line}\n`))[0].gtrack.p99
  assert.equal(p99('metadata cell=K562 p99=0.62'), 0.62)
  for (const line of ['', 'metadata xp99=1', 'metadata p99=', 'metadata p99=x', 'metadata p99=0']) {
    assert.equal(p99(line), undefined, line)
  }
})

test('limits that are no limits are left alone', () => {
  for (const limits of ['x:1', '1', '1:1', '2:1']) {
    const [track] = repairTracks(
      [config('a', { min: 3, max: 4 })],
      parseStanzas(`track a\nviewLimits ${limits}\n`),
    )
    assert.deepEqual([track.min, track.max], [3, 4])
  }
})
