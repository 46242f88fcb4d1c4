// What is found while somebody types, beside a slow twin; and loose places.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Names, pieces, slipsBetween } from '../src/pure/names.js'
import { knownBy, readPlace } from '../src/pure/places.js'
import { within } from './gates.js'
import { random } from './random.js'

const at = () => Promise.resolve()

/** The same by looking at every name. */
function slowly(names, asked, most) {
  const wanted = asked.toLowerCase()
  const lines = names.map((name, row) => ({ small: name.toLowerCase(), row }))
  const hits = wanted ? lines.filter(({ small }) => small.includes(wanted)) : []
  const away = ({ small }) => (small.startsWith(wanted) ? 0 : 1)
  hits.sort((a, b) => away(a) - away(b) || a.small.length - b.small.length || a.row - b.row)
  return {
    exact: hits.some(({ small }) => small === wanted),
    starts: hits.some(({ small }) => small.startsWith(wanted)),
    rows: hits.slice(0, most).map(({ row }) => row),
    all: hits.length,
  }
}

const word = (next, letters, longest) =>
  Array.from({ length: Math.floor(next() * (longest + 1)) }, () => {
    return letters[Math.floor(next() * letters.length)]
  }).join('')

test('an index finds what a look at every name finds', async () => {
  const next = random(5)
  for (let round = 0; round < 300; round++) {
    const names = Array.from({ length: Math.floor(next() * 40) }, () => word(next, 'aAbB-1 ', 6))
    const index = await Names.of(names, at)
    assert.equal(index.count, names.length)
    for (let i = 0; i < 8; i++) {
      const asked = word(next, 'abB-1', 3)
      const most = 1 + Math.floor(next() * 6)
      assert.deepEqual(index.find(asked, most), slowly(names, asked, most), JSON.stringify(names))
    }
  }
})

test('an index of none finds nothing', async () => {
  const index = await Names.of([], at)
  assert.deepEqual(index.find('a', 3), { exact: false, starts: false, rows: [], all: 0 })
  assert.deepEqual(index.near('abc', 3), [])
})

/** Edit distance, letter by letter, without memory. */
function distance(a, b) {
  if (!a || !b) return a.length + b.length
  const [restA, restB] = [a.slice(1), b.slice(1)]
  if (a[0] === b[0]) return distance(restA, restB)
  return 1 + Math.min(distance(restA, b), distance(a, restB), distance(restA, restB))
}

test('slips are counted as a slow twin counts them', () => {
  const next = random(7)
  for (let round = 0; round < 400; round++) {
    const [a, b] = [word(next, 'abc', 6), word(next, 'abc', 6)]
    for (const most of [0, 1, 2]) {
      assert.equal(slipsBetween(a, b, most), Math.min(distance(a, b), most + 1), `${a} ${b}`)
    }
  }
})

test('near names are all that are a slip or two away', async () => {
  const next = random(9)
  for (let round = 0; round < 200; round++) {
    const names = Array.from({ length: 25 }, () => word(next, 'abc', 8))
    const index = await Names.of(names, at)
    const asked = word(next, 'abc', 8)
    const most = [-1, -1, 1, 1, 1, 1][asked.length] ?? 2
    const away = names.map((name, row) => ({ slips: slipsBetween(asked, name, 3), name, row }))
    const meant = away.filter(({ slips }) => slips <= most)
    meant.sort((a, b) => a.slips - b.slips || a.name.length - b.name.length || a.row - b.row)
    assert.deepEqual(
      index.near(asked, 30),
      meant.map(({ row }) => row),
    )
  }
})

test('near names come with the nearest first, and none is too far', async () => {
  const names = ['SAMD11', 'SAMD1', 'SAM', 'NOC2L', 'SOX2']
  const index = await Names.of(names, at)
  assert.deepEqual(
    index.near('samd1l', 5).map((row) => names[row]),
    ['SAMD1', 'SAMD11'],
  )
  assert.deepEqual(index.near('xyz', 5), [])
  assert.deepEqual(index.near('s', 5), []) // a letter is near to all
})

test('what was asked for is marked in a name as it is written', () => {
  assert.deepEqual(pieces('SAMD11', 'md1'), ['SA', 'MD1', '1'])
  assert.deepEqual(pieces('SAMD11', 'q'), ['SAMD11'])
  assert.deepEqual(pieces('SAMD11', ''), ['SAMD11'])
  assert.deepEqual(pieces('İa', 'a'), ['İa']) // its small letters are more than it has
})

const GENOME = [
  { name: 'chr1', length: 1_000_000 },
  { name: 'chrX', length: 5000 },
  { name: 'chrM', length: 16569 },
  { name: 'HLA:A*01', length: 300 },
  { name: 'my contig', length: 400 },
]
const known = knownBy(GENOME)
const place = (chrom, start, end) => ({ place: { chrom, start, end } })

test('places are read as people write them', () => {
  const same = place('chr1', 140208, 140348)
  const ways = [
    ...['chr1:140209-140348', 'chr1 140209 140348', 'chr1\t140209\t140348', '1:140209-140348'],
    ...['chr1:140,209-140,348', 'CHR1:140209..140348', ' chr1:140209 – 140348 ', '1 140209-140348'],
    ...['chr1:140209+140', 'chr1:140348-140209', 'chr1:140209-140348(+)', 'chr1:140209:140348'],
    ...["chr1:140'209-140'348", 'chr1 140209 140348 -', 'chr1:140209 to 140348'],
  ]
  for (const text of ways) assert.deepEqual(readPlace(text, known), same, text)
  assert.deepEqual(readPlace('chr1:1,000', known), place('chr1', 999, 1000))
  assert.deepEqual(readPlace('x:2k', known), place('chrX', 1999, 2000))
  assert.deepEqual(readPlace('chr1:0.1-0.2M', known), place('chr1', 99_999, 200_000))
  assert.deepEqual(readPlace('chr1:100kb-0.2Mb', known), place('chr1', 99_999, 200_000))
  assert.deepEqual(readPlace('HLA:A*01:5-9', known), place('HLA:A*01', 4, 9))
  assert.deepEqual(readPlace('my contig 5 9', known), place('my contig', 4, 9))
  assert.deepEqual(readPlace('MT:1-10', known), place('chrM', 0, 10))
  assert.deepEqual(readPlace('chrX:4990-9000', known), place('chrX', 4989, 5000))
})

test('a chromosome alone is all of it', () => {
  const whole = { place: { chrom: 'chrX', start: 0, end: 5000, whole: true } }
  for (const text of ['chrX', 'x', 'CHRX', ' X ']) assert.deepEqual(readPlace(text, known), whole)
  assert.equal(readPlace('HLA:A*01', known).place.whole, true)
})

test('a place that is none says why, and what is no place is left to others', () => {
  assert.match(readPlace('chrX:6000', known).wrong, /chrX has 5,000 bases only/)
  assert.match(readPlace('chr1:0-10', known).wrong, /begin with 1/)
  for (const text of ['', 'chr7:1-10', 'SAMD11', 'pos16', 'chr1:', 'chr1:a-b', '5-9', 'NKX2-5']) {
    assert.equal(readPlace(text, known), null, text)
  }
})

test('60,000 names are searched within a key', async () => {
  const next = random(11)
  const names = Array.from(
    { length: 60_000 },
    (_, i) => `${word(next, 'ABCDEFGHKLMNPRSTZ', 6)}${i}`,
  )
  const began = performance.now()
  const index = await Names.of(names)
  within('index of 60,000 names', performance.now() - began, 500)
  for (const asked of ['a', 'ab', '1', '59999', 'samd11', 'zzzzzz', 'ABCDE1234X']) {
    const start = performance.now()
    const { all } = index.find(asked, 6)
    if (!all) index.near(asked, 4)
    within(`search of 60,000 names for ${asked}`, performance.now() - start, 50)
  }
})
