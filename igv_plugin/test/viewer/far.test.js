// A peak of one base among noise of the other sign, in a chromosome of 8 Mb: GTRACK_CASE is a JSON
// file of what tests/plugin/test_far_view.py made.
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { launch, noBrowser, until } from '../browser/chromium.js'
import { serve } from '../browser/server.js'

const { GTRACK_CASE } = process.env
const skip = noBrowser() || (!GTRACK_CASE && 'GTRACK_CASE says where the files are')
const { folder, length, peak, height } = skip ? {} : JSON.parse(readFileSync(GTRACK_CASE))
const PAGE = `<!doctype html><meta charset=utf-8><link rel=icon href="data:,">
<link rel=stylesheet href="/_gtrack/plugin/style.css"><div id=app></div>
<script type=module src="/page.js"></script>`
const SCRIPT = `import igv from '/_gtrack/igv/igv.esm.min.js'
import { mount } from '/_gtrack/plugin/index.js'
const options = { manifestURL: 'manifest.json' }
window.app = await mount(document.getElementById('app'), igv, options)
await window.app.ready
window.settled = true`
let browser
let server

before(async () => {
  if (skip) return
  const virtual = { '/': PAGE, '/page.js': SCRIPT }
  server = await serve({ '/': folder }, { virtual })
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

/** Opens a page, gives it to `use`, and closes it. */
async function viewed(hash, use) {
  const page = await browser.open(`${server.url}/${hash}`)
  try {
    await until(page, () => window.settled)
    await use(page)
    assert.deepEqual([browser.errors, browser.strays, browser.dialogs], [[], [], []])
  } finally {
    await page.close()
  }
}

/**
 * Runs in the page: of a model's picture the columns in view with ink of the color of a sign, as
 * [column, pixels], and in which of them `at` lies.
 */
function inkOf([model, sign, at]) {
  const [track] = window.app.browser.findTracks((t) => t.own?.model === model)
  const { canvas, viewportElement } = track.trackView.viewports[0]
  const { bpStart, bpPerPixel } = canvas._data
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  const wanted = sign > 0 ? [0, 114, 178] : [213, 94, 0]
  const zero = Math.round(canvas.height / 2)
  const left = Math.round((window.app.browser.referenceFrameList[0].start - bpStart) / bpPerPixel)
  const columns = []
  for (let x = left; x < left + viewportElement.clientWidth; x++) {
    let tall = 0
    for (let y = 0; y < canvas.height; y++) {
      const i = (y * canvas.width + x) * 4
      const inked = data[i + 3] === 255 && wanted.every((c, k) => c === data[i + k])
      if (inked && Math.sign(zero - y) !== -sign) tall++
    }
    if (tall) columns.push([x, tall])
  }
  const half = canvas.height / 2 - 5
  return { columns, column: (at - bpStart) / bpPerPixel, half, limit: track.limit }
}

test('from 8 Mb away a lone peak is seen with its sign and its height', { skip }, () =>
  viewed(`#locus=chr1:1-${length}`, async (page) => {
    for (const [model, sign] of [
      ['up', 1],
      ['down', -1],
    ]) {
      const seen = await page.evaluate(inkOf, [model, sign, peak])
      assert.equal(seen.limit, height)
      assert.ok(seen.columns.length >= 1 && seen.columns.length <= 3, JSON.stringify(seen.columns))
      for (const [x, tall] of seen.columns) {
        assert.ok(Math.abs(x - seen.column) <= 2, `${x} is not ${seen.column}`)
        assert.ok(tall >= seen.half - 2, `${tall} of ${seen.half} pixels`)
      }
      const noise = await page.evaluate(inkOf, [model, -sign, peak])
      assert.ok(noise.columns.length > 50, 'the noise is drawn, too')
      for (const [, tall] of noise.columns) assert.ok(tall <= 4, `noise of ${tall} pixels`)
    }
    const label = await page.evaluate(
      () =>
        window.app.browser.findTracks((t) => t.own?.model === 'up')[0].trackView.viewports[0]
          .trackLabelElement.textContent,
    )
    assert.match(label, /^up · largest and smallest of each ≈ [\d,]+ bp$/)
  }),
)

/** Runs in the page: a reader of igv.js' own reads the means of the chromosome. */
async function readMeans([url, end]) {
  const { browser } = window.app
  const { featureSource } = await browser.createTrack({ type: 'wig', format: 'bigwig', url })
  const { bpPerPixel } = browser.referenceFrameList[0]
  const query = { chr: 'chr1', start: 0, end, bpPerPixel, windowFunction: 'mean' }
  return (await featureSource.getFeatures(query)).length
}

test('8 Mb cost at most twice the bytes of means, and 110 kB of sequence', { skip }, async () => {
  server.clear()
  await viewed(`#locus=chr1:1-${length}&difference=1`, async (page) => {
    const [ours, sequence] = [server.bytes(/\/up\.bw$/), server.bytes(/\.fa$/)]
    server.clear()
    assert.ok((await page.evaluate(readMeans, [`${server.url}/up.bw`, length])) > 100)
    const means = server.bytes(/\/up\.bw$/)
    console.log(`# bytes: ${ours} for an envelope, ${means} for means, ${sequence} of sequence`)
    assert.ok(ours <= 2 * means, `${ours} bytes, ${means} for means`)
    assert.ok(sequence <= 110_000, `${sequence} bytes of sequence`)
  })
})
