import test from 'node:test'
import assert from 'node:assert/strict'
import { escapeHTML, number, short, signed } from '../src/pure/words.js'
import { random } from './random.js'
import { briefQ, chanceOf, facts, hitOf, jasparURL, qOf } from '../src/parts/popup.js'

test('only what looks like a JASPAR matrix gets a link', () => {
  assert.equal(jasparURL('MA0139.1'), 'https://jaspar.elixir.no/matrix/MA0139.1/')
  for (const id of [
    'MA0139',
    'MA01391.1',
    'MA0139.1/../x',
    'xMA0139.1',
    'MA0139.1\n',
    'javascript:alert(1)',
    '',
    undefined,
    'MA0139.',
  ]) {
    assert.equal(jasparURL(id), null, String(id))
  }
})

test('numbers as people read them', () => {
  assert.deepEqual(
    [16.5126, 0.00164009, 6.94935e-10, 0, -2.5, 1234567, NaN, null, undefined, '7e-3'].map(short),
    ['16.5', '0.00164', '6.9e−10', '0', '−2.5', '1230000', 'n/a', 'n/a', 'n/a', '0.007'],
  )
  assert.deepEqual([1.234, -1.234, 0].map(signed), ['+1.23', '−1.23', '0'])
})

const feature = {
  chr: 'chr1',
  start: 17,
  end: 36,
  name: 'CTCF',
  strand: '-',
  motifId: 'MA0139.1',
  relSum: '-11.789',
  relZ: '16.5',
  seqP: '1.4e-07',
  relP: '6.9e-10',
  qValue: '0.0016',
  model: 'cnn:1',
  region: 'pos01',
  qWord: '0.0016',
  qPlace: '-1',
  chance: '0.05',
  bound: '1',
  family: 'CTCFL',
}
const row = {
  chrom: 'chr1',
  chromStart: 17,
  chromEnd: 36,
  name: 'CTCF',
  strand: '-',
  motifId: 'MA0139.1',
  relSum: -11.789,
  relZ: 16.5,
  seqP: 1.4e-7,
  relP: 6.9e-10,
  qValue: 0.0016,
  model: 'cnn',
  region: 'pos01',
  qWord: 0.0016,
  qPlace: -1,
  chance: 0.05,
  bound: 1,
  family: 'CTCFL',
}

test('a bigBed feature says the same as a row of the table', () => {
  assert.deepEqual(facts(hitOf(feature, 'cnn')), facts(row))
  assert.deepEqual(
    facts(row)
      .slice(0, 2)
      .map((f) => f[1]),
    ['chr1:18-36 (−)', '−11.8 logit, opposes the label'],
  )
  assert.equal(facts(row, 'value')[1][1], '−11.8 value, opposes the value')
  assert.equal(hitOf(feature).model, 'cnn:1')
  const latin1 = (text) => Buffer.from(text).toString('latin1')
  for (const name of ['NF-κB', 'café', '\u{1F9EC}']) {
    assert.equal(hitOf({ ...feature, name: latin1(name) }).name, name)
  }
  assert.equal(hitOf({ ...feature, name: 'caf\xe9' }).name, 'caf\xe9') // not UTF-8: as it is
  assert.doesNotThrow(() => facts(hitOf({ chr: 'chr1', start: 1, end: 2 })))
})

test('what q is made of, chance and family are said', () => {
  const said = Object.fromEntries(facts(row))
  assert.deepEqual(
    ['q value', 'q, word', 'q, place', 'Chance', 'Family'].map((label) => said[label]),
    [
      '≤ 0.0016 (bound: few decoys)',
      ...['0.0016', 'no null', '1 in 20 such words is expected by chance', 'CTCFL'],
    ],
  )
  assert.equal(Object.fromEntries(facts({ ...row, bound: 0 }))['q value'], '0.0016')
})

test('of a hit of an earlier version nothing is said that is not known', () => {
  const earlier = hitOf({ chr: 'c', start: 1, end: 9, relSum: '1', qValue: '0.01', name: 'CTCF' })
  const labels = facts(earlier).map(([label]) => label)
  assert.deepEqual(labels.slice(-2), ['p, relevance', 'p, sequence'])
  assert.equal(qOf(earlier), '0.01')
})

test('a narrow column has two digits of q', () => {
  const said = [0.0005971, 0.00271, 0.0119, 1, 0].map((qValue) => briefQ({ qValue, bound: 0 }))
  assert.deepEqual(said, ['6e−4', '0.0027', '0.012', '1', '0'])
  assert.equal(briefQ({ qValue: 0.0005971, bound: 1 }), '≤ 6e−4')
})

test('chance as a share of words, and its ends', () => {
  assert.deepEqual([0.001, 0.3, 0.5, 0.67, 0.94].map(chanceOf), [
    '1 in 1,000 such words is expected by chance',
    '1 in 3 such words is expected by chance',
    '1 in 2 such words is expected by chance',
    '7 in 10 such words are expected by chance',
    '9 in 10 such words are expected by chance',
  ])
  assert.deepEqual([-1, 0, 0.95, 1].map(chanceOf), [
    'no null',
    'no such word is expected by chance',
    'such words are as common by chance',
    'such words are as common by chance',
  ])
})

test('a control character, which an SVG cannot hold, is a question mark in a name', () => {
  assert.equal(escapeHTML('a\x00\x1b[2J\u202e\x08é~\x7f'), 'a??[2J\u202e?é~\x7f')
  assert.equal(escapeHTML('two\nlines\ttab'), 'two\nlines\ttab')
})

test('escaped text holds nothing that HTML would act on, and says the same', () => {
  const nasty = `<img src=x onerror='alert(1)'>&amp;"</script>`
  const safe = escapeHTML(nasty)
  assert.ok(!/[<>"']/.test(safe))
  assert.equal(
    safe.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)),
    nasty,
  )
})

test('numbers are grouped as English does it', () => {
  const dice = random(5)
  const some = Array.from(
    { length: 500 },
    () => Math.trunc((dice() - 0.5) * 10 ** dice.int(17)) + 0,
  )
  for (const n of [0, 999, 1000, -1000, 1e6, 2.5, 1234.5678, NaN, Infinity, ...some]) {
    assert.equal(number(n), n.toLocaleString('en'))
  }
})
