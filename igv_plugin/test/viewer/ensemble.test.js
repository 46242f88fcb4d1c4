// An ensemble as the viewer shows it: the mean of its members with a band, and scores beside.
// GTRACK_CASE is a JSON file of what tests/plugin/test_ensemble_view.py made: {scan, broken,
// models, place, score, mean, sd}, two folders of scans and values by base of the place.
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { launch, noBrowser, until } from '../browser/chromium.js'
import { PAGES } from '../browser/scans.js'
import { serve } from '../browser/server.js'

const { GTRACK_CASE } = process.env
const skip = noBrowser() || (!GTRACK_CASE && 'GTRACK_CASE says where the scans are')
const { scan, broken, models, place, score, mean, sd } = skip
  ? {}
  : JSON.parse(readFileSync(GTRACK_CASE))
const scores = (models ?? []).map((name) => `${name} score (logit)`)
let browser
let server

before(async () => {
  if (skip) return
  server = await serve({ '/scan/': scan, '/broken/': broken }, { virtual: PAGES })
  browser = await launch({ width: 1500, height: 1900 })
})
after(async () => {
  await browser?.close()
  await server?.close()
})

// ---- run in the page
/** The names of igv.js' tracks, once there are `least`. */
function labels(least) {
  const { shadowRoot } = [...document.querySelectorAll('.gtrack *')].find((e) => e.shadowRoot) ?? {}
  const all = [...(shadowRoot?.querySelectorAll('.igv-track-label') ?? [])]
  return all.length >= least && all.map((e) => e.textContent)
}
/** What the track of the ensemble has read at a place, once it has. */
function seen({ chrom, start, end }) {
  const [track] = window.app.browser.findTracks((t) => t.config?.gtrack?.model === 'all')
  const features = track.trackView.viewports[0].cachedFeatures
  const [frame] = window.app.browser.referenceFrameList
  if (frame.chr !== chrom || !features?.some((f) => f.start <= start) || features.width) return null
  const inside = (f) => f.start < end && f.end > start
  return { band: features.band.filter(inside), values: features.filter(inside), limit: track.limit }
}
/** How many pixels of a track there are of the band's ink, above its zero line and below. */
function inked() {
  const [track] = window.app.browser.findTracks((t) => t.config?.gtrack?.model === 'all')
  const { canvas } = track.trackView.viewports[0]
  const { width, height } = canvas
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
  const found = { above: 0, below: 0 }
  for (let i = 0; i < data.length; i += 4) {
    const grey = data[i + 3] > 0 && data[i] === data[i + 1] && data[i] === data[i + 2]
    if (!grey || data[i] !== 85) continue // #555555, translucent
    const y = Math.floor(i / 4 / width)
    if (y < height / 2 - 2) found.above++
    else if (y > height / 2 + 2) found.below++
  }
  return found
}
const mounted = async (options) => {
  const page = await browser.open(`${server.url}/?${encodeURIComponent(JSON.stringify(options))}`)
  await until(page, () => window.settled)
  return page
}
const open = async (folder) => {
  const page = await mounted({ manifestURL: `/${folder}/manifest.json` })
  await page.evaluate((p) => window.app.goto(p.chrom, p.start, p.end), place)
  return page
}

test('the mean is a model with a band of one standard deviation', { skip }, async () => {
  const page = await open('scan')
  const { band, values, limit } = await until(page, seen, { argument: place })
  const at = (list, base) => list.find((f) => f.start <= base && base < f.end)
  const close = (a, b) => assert.ok(Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b)), `${a} ${b}`)
  let most = 0
  for (let i = 0; i < mean.length; i++) {
    const base = place.start + i
    close(at(values, base).value, mean[i])
    close(at(band, base).low, mean[i] - sd[i])
    close(at(band, base).high, mean[i] + sd[i])
    most = Math.max(most, Math.abs(mean[i]) + sd[i])
  }
  assert.ok(limit >= most * (1 - 1e-6), 'the band is not cut')
  const ink = await page.evaluate(inked)
  assert.ok(ink.above > 20 && ink.below > 20, JSON.stringify(ink))
  const shown = await until(page, labels, { argument: 12 })
  assert.ok(shown.includes('all · mean, band: ± 1 sd of members'), String(shown))
  assert.ok(!shown.some((label) => /^all sd/.test(label)), 'no track of its own')
  assert.ok(shown.includes('all sign agreement'))
  assert.deepEqual(
    shown.filter((label) => / score /.test(label)),
    scores,
  )
  assert.deepEqual(await page.evaluate(() => window.app.problems), [])
  await page.close()
})

test('a score is no relevance: not in scales, thresholds or the difference', { skip }, async () => {
  const page = await open('scan')
  await until(page, seen, { argument: place })
  await page.evaluate(() => window.app.setScale('auto'))
  const limits = () =>
    window.app.browser.findTracks((t) => t.isRelevance).map((t) => [t.config.gtrack.model, t.limit])
  const found = await page.evaluate(limits)
  assert.deepEqual(
    found.map(([model]) => model),
    models,
  )
  for (const [, limit] of found) assert.ok(limit < score / 2, `${limit} beside ${score}`)
  const first = page.locator('.gt-top select, .gtrack select').filter({ hasText: 'all' }).first()
  const options = await first.locator('option').allTextContents()
  assert.ok(!options.some((text) => /score|agreement| sd/.test(text)), String(options))
  await page.evaluate(() => window.app.setDifference(true, 'all', 'a'))
  const { difference, first: one, second } = await page.evaluate(() => window.app.state())
  assert.deepEqual([difference, one, second], [true, 'all', 'a'])
  await page.evaluate(() => window.app.setDifference(true, 'all', 'a score (logit)'))
  const kept = await page.evaluate(() => window.app.state())
  assert.notEqual(kept.second, 'a score (logit)')
  await page.evaluate(() => window.app.setThreshold(1))
  const dim = await page.evaluate(() =>
    window.app.browser.findTracks((t) => !t.isRelevance && t.type === 'wig').map((t) => t.color),
  )
  assert.deepEqual(new Set(dim), new Set(['rgb(204,121,167)', 'rgb(90,90,90)']))
  await page.close()
})

test('far away there are the largest and smallest means, and no band', { skip }, async () => {
  const page = await open('scan')
  await page.evaluate((p) => window.app.goto(p.chrom, 0, 9000), place)
  const far = await until(page, () => {
    const [track] = window.app.browser.findTracks((t) => t.config?.gtrack?.model === 'all')
    const features = track.trackView.viewports[0].cachedFeatures
    return features?.width && { band: features.band.length, bins: features.length }
  })
  assert.equal(far.band, 0)
  assert.ok(far.bins > 0)
  const shown = await until(page, labels, { argument: 12 })
  assert.ok(
    shown.some((label) => /^all · largest and smallest/.test(label)),
    String(shown),
  )
  await page.close()
})

test('without its deviation the mean is there, and the file is named', { skip }, async () => {
  const page = await open('broken')
  const { band, values } = await until(page, seen, { argument: place })
  assert.equal(band.length, 0)
  assert.equal(values.length > 0, true)
  const problems = await page.evaluate(() => window.app.problems)
  assert.ok(
    problems.some(({ title }) => /all\.sd\.bw/.test(title)),
    JSON.stringify(problems),
  )
  const shown = await until(page, labels, { argument: 11 })
  assert.ok(shown.includes('all'), String(shown))
  await page.close()
})

test('the hub has letters of the ensemble, and bars beside', { skip }, async () => {
  const page = await mounted({ hubURL: '/scan/hub/hub.txt' })
  const shown = await until(page, labels, { argument: 12 })
  for (const name of ['all', 'all-sd', 'all-agreement', 'a-score', 'all-score']) {
    assert.ok(shown.includes(name), `${name} in ${shown}`)
  }
  const lettered = await page.evaluate(() =>
    window.app.browser.findTracks((t) => t.isRelevance).map((t) => t.config.gtrack.model),
  )
  assert.deepEqual(lettered, models)
  await page.close()
})

test('nothing left this machine, and nothing failed', { skip }, () => {
  assert.deepEqual([browser.strays, browser.dialogs], [[], []])
})
