// Annotations that overlap lie in rows: which of them are seen.
import assert from 'node:assert/strict'
import { eventually, until } from './chromium.js'
import { chromium, manifest, mounted, server, shot, test } from './scans.js'

// Each begins before the last has ended, as genes do.
const GENES = [
  [1000, 5000, 'one'],
  [4000, 9000, 'two'],
  [4500, 14_000, 'three'],
  [4600, 20_000, 'four'],
  [4700, 30_000, 'five'],
]
const { chrom } = manifest?.locus ?? {}
const bed = GENES.map((gene) => `${[chrom, ...gene, 0, '+'].join('\t')}\n`).join('')

/** Runs in the page: which rows of a track have ink in sight, by igv.js' own measures. */
function seenRows(name) {
  const { browser = window.browser } = window.app ?? {}
  const [track] = browser.findTracks((t) => t.name === name)
  const [viewport] = track.trackView.viewports
  const { canvas, contentTop, viewportElement } = viewport
  const box = viewportElement.getBoundingClientRect()
  const { top, left } = canvas.getBoundingClientRect()
  const scale = canvas.width / canvas.clientWidth
  const ink = (y) => {
    const context = canvas.getContext('2d')
    const { data } = context.getImageData((box.left - left) * scale, y * scale, 400, 1)
    return data.some((x, i) => i % 4 === 0 && x < 128 && data[i + 3] > 200) // on white
  }
  const { margin, expandedRowHeight, featureHeight } = track
  const rows = [0, 1, 2, 3, 4].filter((row) => {
    // The whole of a feature and of its name, from the top of the canvas.
    const at = margin + row * expandedRowHeight - (canvas._data?.pixelTop ?? 0)
    const lasts = [at, at + featureHeight + 12].map((y) => top + y)
    return lasts[0] >= box.top && lasts[1] <= box.bottom && ink(at + featureHeight / 2)
  })
  return { rows, contentTop, high: browser.columnContainer.clientHeight }
}

const goto = (page, start, end) =>
  page.evaluate((place) => window.app.goto(...place), [chrom, start, end])
/** Waits for what is seen, and tells how high the figure is. */
const sees = (page, wanted) =>
  eventually(async () => {
    const { rows, high } = await page.evaluate(seenRows, 'stacked')
    assert.deepEqual(rows, wanted)
    return high
  })

const stacked = () => {
  const track = { name: 'stacked', kind: 'annotation', format: 'BED', url: 'stacked.bed' }
  server.options.virtual['/stacked.bed'] = bed
  server.options.virtual['/stacked.json'] = JSON.stringify({ ...manifest, tracks: [track] })
}

test('the gene in the second row is seen, with its name, beside that of the first', async () => {
  stacked()
  await mounted({ manifestURL: 'stacked.json' }, async (page) => {
    await goto(page, 4000, 4400)
    await sees(page, [0, 1])
    await goto(page, 6000, 6400)
    await sees(page, [1])
    await shot(page, 'second-row')
  })
})

test('a place whose only genes are further down shows them, and nothing moves', async () => {
  stacked()
  await mounted({ manifestURL: 'stacked.json' }, async (page) => {
    await goto(page, 2000, 2400)
    const high = await sees(page, [0])
    await goto(page, 10_000, 10_400)
    await sees(page, [2, 3])
    await goto(page, 15_000, 15_400)
    await sees(page, [3]) // which is seen already
    await goto(page, 25_000, 25_400)
    await sees(page, [4])
    await shot(page, 'fifth-row')
    await goto(page, 2000, 2400)
    assert.equal(await sees(page, [0]), high)
    await goto(page, 40_000, 40_400) // none
    await sees(page, [])
  })
})

test('igv.js without the plugin shows two rows of the session', async () => {
  const { sessionFromManifest } = await import('../../src/data/manifest.js')
  stacked()
  const { tracks, locus, ...session } = sessionFromManifest({
    ...JSON.parse(server.options.virtual['/stacked.json']),
    locus: { chrom, start: 4000, end: 4400 },
  })
  const absolute = (text) => text.replaceAll('"url":"', '"url":"/')
  const own = { tracks: JSON.parse(absolute(JSON.stringify(tracks))), locus }
  const { fasta } = manifest.genome
  const reference = { id: 'x', fastaURL: `/${fasta}`, indexURL: `/${fasta}.fai` }
  server.options.virtual['/session.json'] = JSON.stringify({ ...own, reference, roi: [] })
  assert.ok(session.nucleotideColors)
  const page = await chromium.open(`${server.url}/stock/`)
  try {
    await until(page, () => window.drawn)
    await sees(page, [0, 1])
  } finally {
    await page.close()
  }
})
