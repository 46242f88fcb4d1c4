// The track of the difference of two models.
import assert from 'node:assert/strict'
import { first, manifest, mounted, second, shot, test } from './scans.js'

/** Runs in the page: what the track of the difference shows, and what stock readers read. */
async function readBoth(urls) {
  const { browser } = window.app
  const { chr, start, end, bpPerPixel } = browser.referenceFrameList[0]
  const far = bpPerPixel > 2
  const query = {
    chr,
    start: Math.floor(start),
    end: Math.ceil(end),
    bpPerPixel: far ? bpPerPixel : undefined,
    windowFunction: far ? 'mean' : 'none',
  }
  const read = async (url) => {
    const track = await browser.createTrack({ type: 'wig', format: 'bigwig', url }) // not ours
    return track.featureSource.getFeatures(query)
  }
  const [one, two] = await Promise.all(urls.map(read))
  const [track] = browser.findTracks((t) => t.isDifference)
  const shown = track.trackView.viewports[0].cachedFeatures
    .filter((f) => f.start >= start && f.end <= end)
    .map((f) => ({ start: f.start, end: f.end, value: f.value }))
  return { one, two, shown, far }
}
const labelOf = () =>
  window.app.browser.findTracks((t) => t.isDifference)[0].trackView.viewports[0].trackLabelElement
    .textContent

const valueAt = (list, at) => list.find((f) => f.start <= at && at < f.end)?.value
function mean(list, { start, end }) {
  const parts = list
    .map((f) => [Math.min(f.end, end) - Math.max(f.start, start), f.value])
    .filter(([n]) => n > 1e-6)
  return parts.reduce((sum, [n, v]) => sum + n * v, 0) / parts.reduce((sum, [n]) => sum + n, 0)
}
const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`)

test('the difference is A - B: letters, bars, and in units of each p99', async () => {
  await mounted({}, async (page) => {
    const get = () => page.evaluate(readBoth, [`/${first.url}`, `/${second.url}`])
    const near = await get()
    assert.ok(near.shown.length > 50)
    for (const f of near.shown) {
      close(f.value, valueAt(near.one, f.start) - valueAt(near.two, f.start))
    }
    await page.evaluate(() => window.app.setScale('p99'))
    const units = await get()
    for (const f of units.shown) {
      const [a, b] = [valueAt(units.one, f.start), valueAt(units.two, f.start)]
      close(f.value, a / first.p99 - b / second.p99)
    }
    assert.match(await page.evaluate(labelOf), /p99/)
    await page.evaluate(() => window.app.setScale('auto'))
    await page.evaluate((l) => window.app.goto(l.chrom, 0, 150_000), manifest.locus)
    const wide = await get()
    assert.ok(wide.far && wide.shown.length > 5)
    for (const f of wide.shown) close(f.value, mean(wide.one, f) - mean(wide.two, f))
    await shot(page, 'wide')
    await page.evaluate(() => window.app.setDifference(false))
    assert.equal(await page.evaluate(() => window.app.state().difference), false)
    await page.evaluate(() => window.app.setDifference(true))
    const order = await page.evaluate(() =>
      window.app.browser.tracks.filter((t) => t.config?.gtrack).map((t) => t.config.gtrack.kind),
    )
    assert.deepEqual(order.slice(0, 4), ['relevance', 'relevance', 'difference', 'hits'])
  })
})
