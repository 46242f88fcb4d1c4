import test from 'node:test'
import assert from 'node:assert/strict'
import { chosen, laneOf, namesOf, orderOf, pairOf, seriesOf } from '../src/data/lanes.js'
import { moved, paired } from '../src/pure/pairs.js'
import { random } from './random.js'

const relevance = (model) => ({ url: `${model}.bw`, gtrack: { kind: 'relevance', model } })
const hits = (model) => ({ url: `${model}.bb`, gtrack: { kind: 'hits', model } })
const beside = (model, kind) => ({ url: `${model}.${kind}.bw` })
const given = (name) => ({ url: name, gtrack: name.endsWith('.bw') ? undefined : GIVEN })
const GIVEN = { kind: 'annotation' }
/** As a manifest lists the files of some models, and as a session has them. */
function scanOf(models, annotations) {
  const configs = [
    ...models.map(relevance),
    ...models.map((model) => beside(model, 'score')),
    ...models.map(hits),
    ...annotations.map(given),
  ]
  const manifest = {
    tracks: [
      ...models.map((model) => ({ url: `${model}.score.bw`, kind: 'score', model })),
      ...annotations.map((url) => {
        return { url, kind: 'annotation', format: url.endsWith('.bw') ? 'bigWig' : 'BED' }
      }),
    ],
  }
  return { configs, manifest }
}
/** The files from top to bottom, as igv.js sorts tracks. */
const laidOut = (configs, manifest, names) =>
  configs
    .map((config, i) => ({ ...config, order: orderOf(laneOf(config, manifest), names) + i }))
    .sort((a, b) => a.order - b.order)

const files = (tracks) => tracks.map(({ url, gtrack }) => url ?? gtrack.kind)
const difference = (...models) => ({ gtrack: { kind: 'difference', models } })

test('hits under their model, the difference under both, then signals, then the rest', () => {
  const { configs, manifest } = scanOf(['a', 'b', 'c'], ['genes.bed', 'atac.bw', 'peaks.bed'])
  const all = laidOut([...configs, difference('b', 'a')], manifest, ['a', 'b', 'c'])
  const [a, b, c] = ['a', 'b', 'c'].map((m) => [`${m}.bw`, `${m}.bb`, `${m}.score.bw`])
  const rest = ['atac.bw', 'genes.bed', 'peaks.bed']
  assert.deepEqual(files(all), [...a, ...b, 'difference', ...c, ...rest])
  const other = laidOut([...configs, difference('b', 'a')], manifest, ['c', 'a', 'b'])
  assert.deepEqual(files(other), [...c, ...a, ...b, 'difference', ...rest])
  assert.ok(
    other.every(({ order }) => order < 0),
    'what others add comes last',
  )
})

test('law: any order of the models is a layout of the same tracks, each model in one piece', () => {
  const dice = random(15)
  for (let round = 0; round < 200; round++) {
    const models = Array.from({ length: 1 + dice.int(7) }, (_, i) => `m${i}`)
    const { configs, manifest } = scanOf(models, ['x.bed', 'y.bw', 'z.bw'])
    const wanted = models.filter(() => dice() < 0.5).sort(() => dice() - 0.5)
    const names = namesOf(configs, [...wanted, 'no such model'])
    assert.deepEqual([...names].sort(), models)
    assert.deepEqual(names.slice(0, wanted.length), wanted)
    const twin = names.flatMap((m) => [`${m}.bw`, `${m}.bb`, `${m}.score.bw`])
    const laid = laidOut(configs, manifest, names)
    assert.deepEqual(files(laid), [...twin, 'y.bw', 'z.bw', 'x.bed'])
    const tracks = laid.map(({ order, ...config }) => ({ order, config }))
    const series = seriesOf(tracks.filter(({ config }) => config.gtrack?.kind === 'relevance'))
    assert.deepEqual(
      series.map((s) => s.model),
      models,
      'the scan has an order of its own',
    )
  }
})

test('of hubs, which say less, a model and its hits go first, then bars, then the rest', () => {
  const overlay = { type: 'merged' }
  const ofA = { url: 'a-hits', gtrack: { ...GIVEN, model: 'a' } }
  const genes = { url: 'genes', gtrack: GIVEN }
  const tracks = [relevance('a'), relevance('b'), { ...overlay, url: 'o' }, genes, ofA]
  assert.deepEqual(files(laidOut(tracks, null, ['a', 'b'])), [
    'a.bw',
    'a-hits',
    'b.bw',
    'o',
    'genes',
  ])
})

test('what is chosen holds what is there, and nothing where it is as in the scan', () => {
  const { configs } = scanOf(['a', 'b', 'c'], [])
  const nothing = { order: undefined, hidden: undefined }
  for (const wanted of [{}, { order: [], hidden: [] }, { order: ['a'], hidden: ['no'] }]) {
    assert.deepEqual(chosen(configs, wanted), nothing)
  }
  assert.deepEqual(chosen(configs, { order: ['c', 'c', 'no'], hidden: ['a', 'c', 'a'] }), {
    order: ['c', 'a', 'b'],
    hidden: ['c', 'a'],
  })
  assert.deepEqual(pairOf(configs, { second: 'c' }), { first: 'a', second: 'c' })
  assert.deepEqual(pairOf(configs.slice(0, 1), {}), { first: undefined, second: undefined })
})

test('a name moves as far as there are places; law: there and back is where it was', () => {
  assert.deepEqual(moved(['a', 'b', 'c'], 'c', -1), ['a', 'c', 'b'])
  assert.deepEqual(moved(['a', 'b', 'c'], 'a', -1), ['a', 'b', 'c'])
  assert.deepEqual(moved(['a', 'b', 'c'], 'c', 5), ['a', 'b', 'c'])
  assert.deepEqual(moved(['a', 'b'], 'no', 1), ['a', 'b'])
  const dice = random(3)
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  for (let round = 0; round < 100; round++) {
    const [at, by] = [dice.int(6), dice.int(6)]
    const far = Math.min(by, names.length - 1 - at)
    assert.deepEqual(moved(moved(names, names[at], by), names[at], -far), names)
  }
})

test('a pair is of two: who is the other already changes places', () => {
  const pair = { first: 'a', second: 'b' }
  assert.deepEqual(paired(pair, 'first', 'c'), { first: 'c', second: 'b' })
  assert.deepEqual(paired(pair, 'second', 'c'), { first: 'a', second: 'c' })
  assert.deepEqual(paired(pair, 'first', 'b'), { first: 'b', second: 'a' })
  assert.deepEqual(paired(pair, 'second', 'a'), { first: 'b', second: 'a' })
})
