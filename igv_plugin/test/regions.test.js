// What is known of regions: genes, names in order, relevance, scores.
import test from 'node:test'
import assert from 'node:assert/strict'
import { scoreReader } from '../src/data/scores.js'
import { groupsOf, largestIn } from '../src/pure/largest.js'
import { keyOf, placesOf } from '../src/pure/natural.js'
import { geneFinder, holdsGenes, howNear } from '../src/pure/nearest.js'
import { random } from './random.js'

/** All genes looked at. */
function slowNearest(genes, start, end) {
  const far = genes
    .filter(({ name }) => name !== '.')
    .map((gene) => ({
      gene,
      distance: Math.max(0, gene.start - end + 1, start - gene.end + 1),
    }))
  const least = Math.min(...far.map(({ distance }) => distance))
  const names = far.filter(({ distance }) => distance === least).map(({ gene }) => gene.name)
  return { least, names: [...new Set(names)].sort() }
}

test('the nearest genes, by name where they are as near (twin: all looked at)', () => {
  const dice = random(11)
  for (let round = 0; round < 300; round++) {
    const genes = Array.from({ length: dice.int(25) }, () => {
      const start = dice.int(100)
      const strand = dice.of(['+', '-', '.'])
      return { name: dice.of([...'ABCDEF.']), start, end: start + 1 + dice.int(40), strand }
    })
    const find = geneFinder(genes)
    for (let ask = 0; ask < 20; ask++) {
      const start = dice.int(140)
      const end = start + 1 + dice.int(30)
      const near = find(start, end)
      const { least, names } = slowNearest(genes, start, end)
      assert.deepEqual(
        near.map(({ name }) => name),
        names,
      )
      for (const { distance, side } of near) {
        assert.equal(distance, least)
        assert.equal(side === 'inside', least === 0)
      }
    }
  }
})

test('the side of a region is told as the gene reads', () => {
  const gene = { name: 'TBP', start: 100, end: 200 }
  const side = (strand, start, end) => geneFinder([{ ...gene, strand }])(start, end)[0]
  assert.deepEqual(side('-', 210, 220), { name: 'TBP', distance: 11, side: 'upstream' })
  assert.equal(side('+', 210, 220).side, 'downstream')
  assert.equal(side('+', 10, 100).side, 'upstream')
  assert.equal(side('+', 10, 100).distance, 1) // they touch
  assert.equal(side('.', 10, 20).side, 'left')
  assert.equal(side('.', 300, 301).side, 'right')
  assert.deepEqual(side('+', 199, 300), { name: 'TBP', distance: 0, side: 'inside' })
  assert.equal(howNear(side('-', 1210, 1220), String), '1011 bp upstream of it')
  assert.equal(howNear(side('-', 150, 160), String), 'overlaps it')
  assert.deepEqual(geneFinder([])(0, 1), [])
})

test('annotations of genes are known by their format or their name', () => {
  const held = [
    ...[
      { name: 'x', format: 'GTF' },
      { name: 'x', format: 'GFF3' },
    ],
    ...[
      { name: 'knownGene', format: 'BED' },
      { name: 'RefSeq', format: 'bigBed' },
    ],
  ]
  assert.ok(held.every(holdsGenes))
  assert.ok(!holdsGenes({ name: 'peaks', format: 'BED' }))
})

test('names sort as they read, stably (twin: sort)', async () => {
  const dice = random(12)
  const names = Array.from(
    { length: 3000 },
    () => `${dice.of(['pos', 'Neg', 'x'])}${dice.int(900)}`,
  )
  const places = await placesOf(names)
  const twin = [...names.keys()].sort((a, b) => {
    const [one, other] = [keyOf(names[a]), keyOf(names[b])]
    return one === other ? a - b : one < other ? -1 : 1 // eslint-disable-line no-nested-ternary
  })
  assert.deepEqual(
    twin.map((name) => places[name]),
    [...names.keys()],
  )
  assert.ok(keyOf('pos2') < keyOf('pos10') && keyOf('POS2') === keyOf('pos2'))
  assert.deepEqual([...(await placesOf([]))], [])
})

test('the largest value of a place, with its sign (twin: all looked at)', () => {
  const dice = random(13)
  for (let round = 0; round < 300; round++) {
    let at = 0
    const values = Array.from({ length: dice.int(20) }, () => {
      const start = at + dice.int(3)
      at = start + 1 + dice.int(4)
      return { start, end: at, value: dice.int(9) - 4 }
    })
    const start = dice.int(50)
    const end = start + 1 + dice.int(20)
    const over = values.filter((v) => v.start < end && v.end > start).map((v) => v.value)
    const found = largestIn(values, start, end)
    if (!over.length) assert.ok(Number.isNaN(found))
    else assert.equal(Math.abs(found), Math.max(...over.map(Math.abs)))
    assert.ok(!over.length || over.includes(found))
  }
})

test('places are read in groups of a chromosome, none of them lost', () => {
  const dice = random(14)
  for (let round = 0; round < 100; round++) {
    const places = ['chr1', 'chr2'].flatMap((chrom) => {
      const starts = Array.from({ length: dice.int(40) }, () => dice.int(9_000_000))
      return starts
        .sort((a, b) => a - b)
        .map((start) => ({ chrom, start, end: start + 1 + dice.int(30_000) }))
    })
    const groups = groupsOf(places)
    assert.deepEqual(groups.flat(), places)
    for (const group of groups) {
      const bases = group.reduce((sum, { start, end }) => sum + end - start, 0)
      assert.equal(new Set(group.map(({ chrom }) => chrom)).size, 1)
      assert.ok(group.length === 1 || bases <= 20_000)
    }
  }
})

const HEAD = 'region\tchrom\tstart\tend\tmodel\tscore\tprobability'

test('scores are read by the names of their columns, for each model and target', () => {
  const scores = []
  const read = scoreReader(2, scores)
  for (const line of [HEAD, '1\tchr1\t0\t9\tcnn\t-2.5\t0.25', '0\tchr1\t5\t9\tcnn\tNA\tNA', '']) {
    read(line)
  }
  assert.deepEqual(
    scores.map(({ model }) => model),
    ['cnn'],
  )
  assert.deepEqual([...scores[0].score], [NaN, -2.5])
  assert.deepEqual([...scores[0].probability], [NaN, 0.25])
  const two = []
  const more = scoreReader(1, two)
  more(HEAD.replace('model', 'model\ttarget'))
  more('0\tchr1\t0\t9\tcnn\tA\t1\t0.5')
  more('0\tchr1\t0\t9\tcnn\tB\t2\t0.5')
  assert.deepEqual(
    two.map(({ model }) => model),
    ['cnn: A', 'cnn: B'],
  )
})

test('a table of others, and a region that there is none of, are refused', () => {
  assert.throws(() => scoreReader(1, [])('chrom\tstart'), /names no region, model, score/)
  const read = scoreReader(1, [])
  read(HEAD)
  assert.throws(() => read('1\tchr1\t0\t9\tcnn\t1\t1'), /no region 1/)
})
