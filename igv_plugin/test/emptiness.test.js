import test from 'node:test'
import assert from 'node:assert/strict'
import { noHits, whyEmpty } from '../src/pure/emptiness.js'

const counts = (more) => ({
  kind: 'hits',
  shown: 0,
  all: 9,
  hidden: 0,
  ...more,
})
const file = (model, hits, best) => ({
  model,
  hits,
  best_q: best,
  candidates: 5,
})
const hits = {
  q: 0.05,
  models: [file('cnn', 9, 0.001), file('bert', 0, 0.36)],
}
const none = { q: 0.05, models: [file('cnn', 0, 0.36), file('bert', 0, 0.41)] }

test('a list with rows says nothing, but that of regions why there are no hits', () => {
  assert.equal(whyEmpty(counts({ shown: 1 }), {}, hits, true), null)
  assert.equal(whyEmpty(counts({ shown: 1, kind: 'regions' }), {}, hits, true), null)
  const why = whyEmpty(counts({ shown: 1, kind: 'regions' }), {}, none, false)
  assert.deepEqual(why, { text: '0 hits at q < 0.05; best q 0.36 (cnn).' })
})

test('no hits: how near the best came, as far as the manifest knows', () => {
  assert.equal(
    whyEmpty(counts({ all: 0 }), {}, none, false).text,
    '0 hits at q < 0.05; best q 0.36 (cnn).',
  )
  assert.equal(
    noHits({ q: 0.05, models: [file('cnn', 0, 0.0000123)] }),
    '0 hits at q < 0.05; best q 1.2e−5.',
  )
  const bare = { model: 'cnn', hits: 0 }
  assert.equal(
    noHits({ q: 0.1, models: [{ ...bare, candidates: 0 }] }),
    '0 hits at q < 0.1: no place matches a motif.',
  )
  assert.equal(noHits({ q: 0.1, models: [bare] }), '0 hits at q < 0.1.') // of an older version
  assert.equal(noHits({ models: [bare] }), '0 hits.')
  assert.equal(noHits(hits), 'The hits could not be read.') // the manifest counts some
  assert.match(noHits(undefined), /^No motifs were given: gtrack hits DIR --motifs FILE/)
  assert.match(noHits({ q: 0.1, models: [] }), /^No motifs were given/)
})

test('what hides the rows is named, with its cure', () => {
  const ask = (more, only) => whyEmpty(counts(more), only, hits, true)
  assert.deepEqual(ask({ hidden: 1234 }, {}), {
    text: 'The threshold hides all 1,234 hits.',
    cure: 'threshold',
  })
  assert.equal(
    ask({ hidden: 3 }, { motif: 'REST' }).text,
    'The threshold hides all 3 hits of REST.',
  )
  assert.deepEqual(ask({}, { text: ' fox ' }), {
    text: 'No row matches “fox”.',
    cure: 'filter',
  })
  const both = ask({}, { text: 'chr9', motif: 'REST', model: 'cnn' })
  assert.equal(both.text, 'No row matches “chr9”, REST, cnn.')
  const model = ask({}, { model: 'bert' })
  assert.deepEqual(model, {
    text: 'bert: 0 hits at q < 0.05; best q 0.36.',
    cure: 'filter',
  })
  const regions = ask({ kind: 'regions' }, { text: 'x', model: 'cnn' })
  assert.deepEqual(regions, { text: 'No row matches “x”.', cure: 'filter' })
  assert.match(ask({ kind: 'regions', all: 0 }, {}).text, /no regions/)
})
