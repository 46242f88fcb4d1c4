// Sites of hits, the best of them, and the best of a region.
import test from 'node:test'
import assert from 'node:assert/strict'
import { topHits } from '../src/pure/best.js'
import { bestOf, isBetter, orderBy, sitesOf } from '../src/pure/sites.js'
import { Table } from '../src/pure/hits.js'
import { random } from './random.js'

const COLUMNS = '#chrom\tchromStart\tchromEnd\tname\tscore\tstrand\trelSum\tqValue'

/** A table of hits: [chrom, start, end, relSum, qValue]. */
async function tableOf(hits) {
  const table = new Table()
  const add = table.reader('cnn')
  add(COLUMNS)
  for (const [chrom, start, end, relSum, q] of hits) {
    add([chrom, start, end, 'M', 0, '+', relSum, q].join('\t'))
  }
  await table.finish()
  return table
}

const someHits = (dice, many) =>
  Array.from({ length: dice.int(many) }, () => {
    const start = dice.int(60)
    const q = dice.of([0.01, 0.02, NaN])
    return [dice.of(['chr1', 'chr2', 'chr10']), start, start + 1 + dice.int(9), dice.int(5) - 2, q]
  })

/** Sites one hit after the other: it joins all of those that it shares a base with. */
function slowSites(table, rows) {
  const { chrom, chromStart, chromEnd } = table.data
  const meet = (a, b) =>
    chrom[a] === chrom[b] && chromStart[a] < chromEnd[b] && chromStart[b] < chromEnd[a]
  let sites = []
  for (const row of rows) {
    const met = sites.filter((site) => site.some((other) => meet(row, other)))
    sites = sites.filter((site) => !met.includes(site))
    sites.push([row, ...met.flat()].sort((a, b) => a - b))
  }
  return sites.sort((a, b) => a[0] - b[0])
}

test('hits that share a base are one site (twin: joined one after the other)', async () => {
  const dice = random(5)
  for (let round = 0; round < 300; round++) {
    const table = await tableOf(someHits(dice, 30))
    const rows = table.sorted('position').filter(() => dice.int(4))
    const { firsts, begins, ends } = sitesOf(table, rows)
    const found = [...firsts].map((_, i) => [...rows.subarray(begins[i], begins[i + 1])])
    const twin = slowSites(table, rows)
    assert.deepEqual(found, twin)
    assert.deepEqual(
      [...firsts],
      twin.map(([first]) => first),
    )
    assert.deepEqual(
      [...ends],
      twin.map((site) => Math.max(...site.map((row) => table.data.chromEnd[row]))),
    )
  }
})

test('hits that touch are two sites, and a long one holds what it covers together', async () => {
  const table = await tableOf([
    ['chr1', 0, 10, 1, 0.1],
    ['chr1', 10, 20, 1, 0.1],
    ['chr1', 30, 90, 1, 0.1],
    ['chr1', 35, 40, 1, 0.1],
    ['chr1', 80, 95, 1, 0.1],
    ['chr2', 85, 92, 1, 0.1],
  ])
  const { firsts, ends } = sitesOf(table, table.sorted('position'))
  assert.deepEqual(
    [[...firsts], [...ends]],
    [
      [0, 1, 2, 5],
      [10, 20, 95, 92],
    ],
  )
})

test('the best hit: lowest q, then largest relevance, then first (twin: sort)', async () => {
  const dice = random(6)
  for (let round = 0; round < 200; round++) {
    const table = await tableOf(someHits(dice, 12))
    const rows = [...table.sorted('position')]
    const key = (row) => {
      const { qValue, relSum } = table.row(row)
      return [Number.isNaN(qValue) ? 9 : qValue, -Math.abs(relSum), row]
    }
    const [twin = -1] = rows.toSorted((a, b) => {
      const [one, other] = [key(a), key(b)]
      const at = one.findIndex((x, i) => x !== other[i])
      return at < 0 ? 0 : one[at] - other[at]
    })
    assert.equal(bestOf(table, rows), twin)
    assert.ok(rows.every((row) => row === twin || isBetter(table, twin, row)))
  }
})

test('the best hit over a place (twin: all hits looked at)', async () => {
  const dice = random(7)
  for (let round = 0; round < 100; round++) {
    const table = await tableOf(someHits(dice, 30))
    const find = topHits(table)
    for (let ask = 0; ask < 20; ask++) {
      const chrom = dice.of(['chr1', 'chr2', 'chr10', 'chrX'])
      const start = dice.int(70)
      const end = start + 1 + dice.int(20)
      const over = table.sorted('position').filter(table.overlaps(chrom, start, end))
      assert.equal(find(chrom, start, end), bestOf(table, over))
    }
  }
})

test('an order is turned round, but what is no number stays last', () => {
  assert.deepEqual([...orderBy([2, NaN, 1, 3], false)], [2, 0, 3, 1])
  assert.deepEqual([...orderBy([2, NaN, 1, 3], true)], [3, 0, 2, 1])
  assert.deepEqual([...orderBy([1, 1, 1], true)], [0, 1, 2])
})
