import test from 'node:test'
import assert from 'node:assert/strict'
import { Table } from '../src/pure/hits.js'
import { isEmpty, nextScanned } from '../src/page/notes.js'

async function tableOf(rows) {
  const table = new Table()
  const add = table.reader()
  for (const row of rows) add(row.join('\t'))
  await table.finish()
  return table
}
const ROWS = [
  ['chr10', 500, 700, 'd'],
  ['chr2', 100, 200, 'a'],
  ['chr2', 150, 900, 'b'],
  ['chr2', 950, 990, 'c'],
]

test('the next region in genome order, after the last the first; none in view of one', async () => {
  const table = await tableOf(ROWS)
  const ask = (chrom, start, end) => {
    const row = nextScanned(table, { chrom, start, end })
    return row === null ? null : table.row(row).name
  }
  assert.equal(ask('chr2', 0, 100), 'a')
  assert.equal(ask('chr2', 0, 101), null)
  assert.equal(ask('chr2', 600, 700), null) // under a long one that began before another
  assert.equal(ask('chr2', 900, 950), 'c')
  assert.equal(ask('chr2', 990, 1000), 'd')
  assert.equal(ask('chr1', 0, 10), 'a')
  assert.equal(ask('chr5', 0, 10), 'd') // before chr10
  assert.equal(ask('chr10', 700, 800), 'a')
  assert.equal(ask('chrX', 0, 10), 'a')
})

test('it is as a plain search says, for any view', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const start = (i * 7919) % 997
    return [`chr${1 + (i % 3) * 2}`, start, start + 1 + ((i * 31) % 40), `r${i}`]
  })
  const table = await tableOf(rows)
  const sorted = rows.toSorted(
    (a, b) => Number(a[0].slice(3)) - Number(b[0].slice(3)) || a[1] - b[1],
  )
  for (let i = 0; i < 400; i++) {
    const [chrom, start] = [1 + (i % 7), (i * 613) % 1100]
    const [name, end] = [`chr${chrom}`, start + 1 + (i % 25)]
    const hit = sorted.some((r) => r[0] === name && r[1] < end && r[2] > start)
    const later = (r) => Number(r[0].slice(3)) > chrom || (r[0] === name && r[1] >= end)
    const slow = hit ? null : (sorted.find(later) ?? sorted[0])
    const row = nextScanned(table, { chrom: name, start, end })
    const found = row === null ? null : table.row(row)
    assert.deepEqual(found && [found.chrom, found.chromStart], slow && [slow[0], slow[1]])
  }
})

test('nothing is said while the regions are being read, or where there are none', async () => {
  assert.equal(nextScanned(new Table(), { chrom: 'chr1', start: 0, end: 9 }), null)
  assert.equal(nextScanned(await tableOf([]), { chrom: 'chr1', start: 0, end: 9 }), null)
})

test('a track is empty only where it has been read', () => {
  const features = [{ start: 10, end: 20 }]
  const read = { chr: 'chr1', bpStart: 0, bpEnd: 100, features }
  const ask = (more, start, end, chrom = 'chr1') =>
    isEmpty({ featureCache: read, ...more }, { chrom, start, end })
  assert.equal(ask({}, 20, 30), true)
  assert.equal(ask({}, 19, 30), false)
  assert.equal(ask({}, 0, 10), true)
  assert.equal(ask({ loading: {} }, 20, 30), false)
  assert.equal(ask({ featureCache: undefined }, 20, 30), false)
  assert.equal(ask({}, 90, 110), false)
  assert.equal(ask({}, 20, 30, 'chr2'), false)
})
