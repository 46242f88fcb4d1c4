import test from 'node:test'
import assert from 'node:assert/strict'
import { familiesOf } from '../src/pure/families.js'
import { around, MAX_ROWS, order, sortNames, Table } from '../src/pure/hits.js'
import { readLines } from '../src/data/lines.js'
import { FAMILIES, hitsBED, random, withoutFamilies } from './random.js'
import { within } from './gates.js'

async function tableOf(...files) {
  const table = new Table()
  for (const [text, model] of files) {
    const add = table.reader(model)
    for (const line of text.split('\n')) add(line)
  }
  await table.finish()
  return table
}
const rowsOf = (table, list = table.sorted('position')) => Array.from(list, (i) => table.row(i))

test('a hits BED is read by the names of its columns; the manifest names its model', async () => {
  const names =
    'chrom chromStart chromEnd name score strand relSum qValue motifId model region'.split(' ')
  const cells = 'chr1 5 25 CTCF 9 - -1.5 0.01 MA0139.1 cnn:1 peak'.split(' ')
  const text = `# note\n#${names.join('\t')}\n${cells.join('\t')}\n`
  const [row] = rowsOf(await tableOf([text, 'cnn']))
  for (const key of ['relZ', 'qWord', 'qPlace', 'chance', 'bound']) {
    assert.equal(row[key], NaN) // there is no such column here
  }
  assert.deepEqual(
    { ...row, relZ: 0, seqP: 0, relP: 0, qWord: 0, qPlace: 0, chance: 0, bound: 0 },
    {
      chrom: 'chr1',
      chromStart: 5,
      chromEnd: 25,
      name: 'CTCF',
      strand: '-',
      motifId: 'MA0139.1',
      region: 'peak',
      relSum: -1.5,
      relZ: 0,
      seqP: 0,
      relP: 0,
      qValue: 0.01,
      qWord: 0,
      qPlace: 0,
      chance: 0,
      bound: 0,
      family: '.',
      model: 'cnn',
    },
  )
})

test('what came to be known of hits later is read, too', async () => {
  const [row] = rowsOf(await tableOf([hitsBED(1, 3, 'cnn'), 'cnn']))
  const { qWord, qPlace, chance, bound, family } = row
  assert.deepEqual([qWord, qPlace, chance, bound], [0.01, -1, 0.05, 1])
  assert.ok(FAMILIES[row.name] === family)
})

test('families hold their motifs; of an earlier file each motif is its own', async () => {
  const table = await tableOf([hitsBED(500, 4), 'cnn'])
  assert.deepEqual(familiesOf(table), [
    ['CTCF', ['CTCF']],
    ['GATA1', ['GATA1', 'SPI1']],
    ['NRF1', ['NRF1']],
    ['REST', ['REST', 'YY1']],
  ])
  const all = table.filter(table.sorted('position'), { family: 'REST' })
  const names = rowsOf(table, all.rows).map((row) => row.name)
  assert.deepEqual([...new Set(names)].sort(), ['REST', 'YY1'])
  assert.equal(table.filter(table.sorted('position'), { family: 'YY1' }).rows.length, 0)
  const earlier = await tableOf([withoutFamilies(hitsBED(500, 4)), 'cnn'])
  assert.deepEqual(
    familiesOf(earlier),
    sortNames(Object.keys(FAMILIES)).map((name) => [name, [name]]),
  )
  assert.deepEqual(familiesOf(new Table()), [])
})

test('regions are BED3 to BED6 without a header', async () => {
  const [three, six] = rowsOf(await tableOf(['chr1\t0\t200\nchr1\t300\t500\tpos01\t0\t-\n']))
  assert.deepEqual([three.name, three.strand, three.region], ['.', '.', '.'])
  assert.deepEqual([six.name, six.strand, six.chromStart, six.chromEnd], ['pos01', '-', 300, 500])
})

test('a line that is no place is refused by its number', () => {
  for (const bad of [
    'chr1\t5',
    'chr1\t5\tx',
    'chr1\t9\t9',
    'chr1\t-1\t4',
    'chr1\t1.5\t4',
    'chr1',
    '\t\t',
  ]) {
    const add = new Table().reader('cnn')
    add('# a comment')
    add('chr1\t1\t2')
    assert.throws(
      () => add(bad),
      /line 3 does not begin with chromosome, start and end/,
      JSON.stringify(bad),
    )
  }
})

test('there is an end to how many rows are kept', () => {
  const table = new Table()
  const add = table.reader('cnn')
  table.count = MAX_ROWS
  assert.throws(() => add('chr1\t1\t2'), /more than 1,000,000 rows/)
})

test('order() is a stable sort by value with NaN last (twin: Array.sort)', () => {
  const dice = random(1)
  const odd = [0, -0, NaN, Infinity, -Infinity, 1e-45, -1e-45, 3.4e38, -3.4e38, 1e-300]
  for (let round = 0; round < 200; round++) {
    const keys = Float64Array.from({ length: dice.int(40) }, () =>
      dice.of([dice.of(odd), dice.int(3), (dice() - 0.5) * 10 ** dice.int(9)]),
    )
    const value = (i) => (Number.isNaN(keys[i]) ? Infinity : Math.fround(keys[i]))
    const nan = (i) => Number(Number.isNaN(keys[i]))
    const compare = (a, b) => Number(value(a) > value(b)) - Number(value(a) < value(b))
    const twin = [...keys.keys()].sort((a, b) => nan(a) - nan(b) || compare(a, b) || a - b)
    assert.deepEqual([...order(keys, keys.length)], twin)
    const whole = Array.from({ length: dice.int(40) }, () =>
      dice.of([0, 7, 2 ** 32 - 1, dice.int(2 ** 32)]),
    )
    assert.deepEqual(
      [...order(whole, whole.length, Number)],
      [...whole.keys()].sort((a, b) => whole[a] - whole[b] || a - b),
    )
  }
})

test('rows of files come in genome order, chr2 before chr10 (twin: Array.sort)', async () => {
  const dice = random(2)
  const text = (model) =>
    Array.from({ length: 300 }, (_, i) =>
      [`chr${dice.of([1, 2, 10, 'X', 'X_alt'])}`, dice.int(50), 60 + i, `${model}${i}`].join('\t'),
    ).join('\n')
  const files = [
    [text('a'), 'a'],
    [text('b'), 'b'],
  ]
  const names = files.flatMap(([t]) => t.split('\n').map((l) => l.split('\t')))
  const chroms = sortNames(new Set(names.map((n) => n[0])))
  assert.deepEqual(chroms, ['chr1', 'chr2', 'chr10', 'chrX', 'chrX_alt'])
  const twin = names
    .map((n, i) => [chroms.indexOf(n[0]), Number(n[1]), i, n[3]])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])
  assert.deepEqual(
    rowsOf(await tableOf(...files)).map((r) => r.name),
    twin.map((t) => t[3]),
  )
})

test('sorting by q and by |relevance| breaks ties by position', async () => {
  const table = await tableOf([hitsBED(2000, 3), 'cnn'])
  for (const [by, key] of [
    ['q', (r) => Math.fround(r.qValue)],
    ['relevance', (r) => -Math.fround(Math.abs(r.relSum))],
  ]) {
    const twin = rowsOf(table)
      .map((row, i) => [key(row), i])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1])
      .map(([, i]) => i)
    assert.deepEqual([...table.sorted(by)], twin)
  }
})

test('filtering by text, model, motif and threshold (twin: Array.filter)', async () => {
  const table = await tableOf(
    [hitsBED(500, 4, 'cnn'), 'cnn'],
    [hitsBED(500, 5, 'dnabert2'), 'dnabert2'],
  )
  const rows = rowsOf(table)
  const dice = random(6)
  const list = table.sorted('position')
  for (let round = 0; round < 300; round++) {
    const ask = {
      text: dice.of([
        '',
        'ctcf',
        'CTCF chr2',
        'peak12',
        'ma0139',
        'chr1 peak1 nrf',
        'nothing',
        '  ',
      ]),
      model: dice.of(['', 'cnn', 'dnabert2', 'none']),
      motif: dice.of(['', 'REST', 'absent']),
      family: dice.of(['', '', 'REST', 'GATA1', 'absent']),
      limits: dice.of([{}, { cnn: 0.3 }, { cnn: 0.2, dnabert2: 0.6 }]),
    }
    const words = ask.text.toLowerCase().split(' ').filter(Boolean)
    const asked = rows.filter(
      (r) =>
        words.every((w) =>
          [r.name, r.motifId, r.family, r.region, r.chrom].some((s) => s.toLowerCase().includes(w)),
        ) &&
        (!ask.model || r.model === ask.model) &&
        (!ask.motif || r.name === ask.motif) &&
        (!ask.family || r.family === ask.family),
    )
    const shown = asked.filter(
      (r) => !(Math.abs(r.relSum) / (r.chromEnd - r.chromStart) < (ask.limits[r.model] ?? 0)),
    )
    const found = table.filter(list, ask)
    assert.deepEqual(rowsOf(table, found.rows), shown, JSON.stringify(ask))
    assert.equal(found.hidden, asked.length - shown.length)
  }
})

test('what overlaps a place is found (twin: Array.filter)', async () => {
  const table = await tableOf([hitsBED(300, 9), 'cnn'])
  const rows = rowsOf(table)
  const dice = random(10)
  for (let round = 0; round < 200; round++) {
    const chr = dice.of(['chr1', 'chr3', 'none'])
    const start = 9_900 + dice.int(4000)
    const end = start + 1 + dice.int(300)
    const twin = rows.filter((r) => r.chrom === chr && r.chromStart < end && r.chromEnd > start)
    assert.deepEqual(
      rowsOf(table, table.sorted('position').filter(table.overlaps(chr, start, end))),
      twin,
    )
  }
})

test('a view lies in its chromosome, is as wide as asked and holds the interval', () => {
  const dice = random(7)
  for (let round = 0; round < 1000; round++) {
    const length = 1 + dice.int(2000)
    const start = dice.int(length)
    const end = start + 1 + dice.int(length - start)
    const width = dice.int(2500)
    const view = around(start, end, width, length)
    assert.ok(0 <= view.start && view.start <= start && end <= view.end && view.end <= length)
    assert.equal(view.end - view.start, Math.min(length, Math.max(width, end - start)))
  }
  assert.deepEqual(around(1000, 1020, 140), { start: 940, end: 1080 })
})

test('100,000 hits are read, sorted and filtered at once', async () => {
  const text = hitsBED(100_000, 8)
  const table = new Table()
  const url = `data:text/plain;base64,${Buffer.from(text).toString('base64')}`
  const begun = performance.now()
  await readLines(url, table.reader('cnn'), (read) => read())
  const read = performance.now() - begun
  await table.finish()
  const took = {}
  for (const [what, run] of [
    ['sort', () => table.sorted('q')],
    [
      'filter',
      () => table.filter(table.sorted('position'), { text: 'ctcf peak1', limits: { cnn: 0.1 } }),
    ],
  ]) {
    took[what] = Math.min(
      ...[1, 2, 3].map(() => {
        const from = performance.now()
        run()
        return performance.now() - from
      }),
    )
  }
  assert.equal(table.count, 100_000)
  within('100,000 hits: read', read, 10_000)
  for (const [what, time] of Object.entries(took)) within(`100,000 hits: ${what}`, time, 100)
})
