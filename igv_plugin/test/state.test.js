import test from 'node:test'
import assert from 'node:assert/strict'
import { formatLocus, parseLocus, readState, writeState } from '../src/pure/state.js'
import { random } from './random.js'

test('a locus is 1-based for people and 0-based half-open inside', () => {
  assert.deepEqual(parseLocus('chr1:10,061-10,200'), { chrom: 'chr1', start: 10060, end: 10200 })
  assert.deepEqual(parseLocus(' chr1:5 '), { chrom: 'chr1', start: 4, end: 5 })
  assert.deepEqual(parseLocus('HLA-A*01:01:01:01:3-9'), {
    chrom: 'HLA-A*01:01:01:01',
    start: 2,
    end: 9,
  })
  for (const text of [
    '',
    'chr1',
    'BRCA1',
    'chr1:0-5',
    'chr1:9-5',
    'chr1:a-b',
    ':1-5',
    'chr1:1-99999999999',
    'chr1:,-,',
    null,
    undefined,
    {},
  ]) {
    assert.equal(parseLocus(text), null, String(text))
  }
  assert.equal(formatLocus({ chrom: 'chr1', start: 10060.4, end: 10199.2 }), 'chr1:10061-10200')
})

test('what makes no sense is dropped, what is of others is kept', () => {
  assert.deepEqual(
    readState('#locus=BRCA1&threshold=2&scale=-1&reverse=maybe&motif=&other=x%20y'),
    { other: 'x y' },
  )
  assert.deepEqual(readState('#threshold=Infinity&scale=1e999'), {})
  assert.deepEqual(readState(''), {})
  assert.deepEqual(readState(undefined), {})
  assert.deepEqual(readState('#toString=1&__proto__=2').toString, '1')
  assert.equal({}.polluted, undefined)
})

test('a link is legible', () => {
  assert.equal(
    writeState({
      locus: 'chr1:10061-10200',
      threshold: 0.25,
      scale: 'p99',
      reverse: false,
      motif: '',
      model: undefined,
    }),
    '#locus=chr1:10061-10200&threshold=0.25&scale=p99&reverse=0',
  )
  assert.equal(writeState({}), '')
  assert.equal(writeState({ palette: { A: 'red' } }), '')
})

test('law: what is written is read back, hostile names too', () => {
  const dice = random(1)
  const names = [
    'CTCF',
    '<img src=x onerror=alert(1)>',
    'a&b=c#d',
    '100%',
    'é→"\'',
    'line\nbreak',
    '+ +',
  ]
  for (let round = 0; round < 500; round++) {
    const all = {
      locus: `${dice.of(['chr1', 'HLA:1', 'a b&c'])}:${1 + dice.int(1000)}-${1001 + dice.int(1e6)}`,
      threshold: dice.of([0, 1, dice(), 1e-7 * dice.int(2) + 0.5]),
      scale: dice.of(['own', 'auto', 'p99', 2, 0.125, 1e-9, dice() + 1e-3]),
      reverse: dice() < 0.5,
      difference: dice() < 0.5,
      motif: dice.of(names),
      model: dice.of(names),
      first: dice.of(names),
      second: dice.of(names),
      family: dice.of(names),
      order: [dice.of(names), ...['a,b', 'c\\', '\\,'].filter(() => dice() < 0.5)],
      hidden: [dice.of(names)],
      other: dice.of(names),
    }
    const state = Object.fromEntries(Object.entries(all).filter(() => dice() < 0.7))
    assert.deepEqual(readState(writeState(state)), state)
    assert.equal(writeState(readState(writeState(state))), writeState(state))
  }
})
