// The track of the difference of two models.
import assert from 'node:assert/strict'
import { until } from './chromium.js'
import { first, manifest, mounted, second, shot, test } from './scans.js'

/**
 * Runs in the page: what the track of the difference shows, and what stock readers read, which give
 * the largest or the smallest values of a summary.
 */
async function readBoth(urls) {
  const { browser } = window.app
  const { chr, start, end, bpPerPixel } = browser.referenceFrameList[0]
  const [track] = browser.findTracks((t) => t.isDifference)
  const features = track.trackView.viewports[0].cachedFeatures
  const far = features.width >= 64
  const place = { chr, start: Math.floor(start), end: Math.ceil(end) }
  const query = { ...place, bpPerPixel: far ? bpPerPixel : undefined }
  const read = async (url) => {
    const track = await browser.createTrack({ type: 'wig', format: 'bigwig', url }) // not ours
    const source = track.featureSource
    const functions = far ? ['max', 'min'] : ['none']
    return Promise.all(functions.map((f) => source.getFeatures({ ...query, windowFunction: f })))
  }
  const [one, two] = await Promise.all(urls.map(read))
  const inside = features.filter((f) => f.start >= start && f.end <= end)
  return { one, two, shown: inside.map((f) => ({ ...f })), width: features.width }
}
const labelOf = () =>
  window.app.browser.findTracks((t) => t.isDifference)[0].trackView.viewports[0].trackLabelElement
    .textContent

const valueAt = (list, at) => list.find((f) => f.start <= at && at < f.end)?.value
/** The largest value, by `pick`, of what reaches into a bin. */
const of = (list, { start, end }, pick) =>
  pick(...list.filter((f) => f.end > start && f.start < end).map((f) => f.value))
const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`)

test('A - B in units of each p99: letters, bars, and bounds far away', async () => {
  await mounted({}, async (page) => {
    assert.equal(await page.evaluate(() => window.app.state().difference), false)
    await page.evaluate(() => window.app.setDifference(true))
    const get = () => page.evaluate(readBoth, [`/${first.url}`, `/${second.url}`])
    const near = await get()
    assert.ok(near.shown.length > 50)
    for (const f of near.shown) {
      const [a, b] = [valueAt(near.one[0], f.start), valueAt(near.two[0], f.start)]
      close(f.value, a / first.p99 - b / second.p99)
    }
    assert.match(await page.evaluate(labelOf), /each in units of its p99/)
    await page.evaluate(
      (l) => window.app.goto(l.chrom, l.start - 2000, l.end + 2000),
      manifest.locus,
    )
    const middle = await get()
    assert.ok(middle.width > 2 && middle.width < 64 && middle.shown.length > 5)
    for (const f of middle.shown) {
      const bases = middle.one[0].filter((base) => base.end > f.start && base.start < f.end)
      const all = bases.map(({ start, value }) => {
        return value / first.p99 - valueAt(middle.two[0], start) / second.p99
      })
      close(f.high, Math.max(...all))
      close(f.low, Math.min(...all))
      assert.equal(f.most, undefined)
    }
    await page.evaluate((l) => window.app.goto(l.chrom, 0, 150_000), manifest.locus)
    const wide = await get()
    assert.ok(wide.width > 64 && wide.shown.length > 5)
    for (const f of wide.shown) {
      const [high, low] = [of(wide.one[0], f, Math.max), of(wide.one[1], f, Math.min)]
      const [other, least] = [of(wide.two[0], f, Math.max), of(wide.two[1], f, Math.min)]
      assert.ok(f.high <= f.most.high && f.low >= f.most.low)
      assert.ok(f.most.high <= high / first.p99 - least / second.p99 + 1e-6)
      assert.ok(f.most.low >= low / first.p99 - other / second.p99 - 1e-6)
    }
    assert.match(
      await page.evaluate(labelOf),
      /largest and smallest of each ≈ \d+ bp · pale: at most/,
    )
    await shot(page, 'wide')
  })
})

test('it comes and goes, under both of its models and their hits', async () => {
  await mounted({ difference: true }, async (page) => {
    await page.evaluate(() => window.app.setDifference(false))
    assert.equal(await page.evaluate(() => window.app.state().difference), false)
    await page.evaluate(() => window.app.setDifference(true))
    const order = await page.evaluate(() =>
      window.app.browser.tracks.filter((t) => t.config?.gtrack).map((t) => t.config.gtrack.kind),
    )
    const [each, both] = [['relevance', 'hits'], ['difference']]
    assert.deepEqual(order.slice(0, 5), [...each, ...each, ...both])
  })
})

test('the pair can be chosen, by name and by the address', async () => {
  const models = () => window.app.browser.findTracks((t) => t.isDifference)[0]?.own.models
  const [a, b] = [first.model, second.model]
  await mounted(
    {},
    async (page) => {
      assert.deepEqual(await page.evaluate(models), [b, a])
      await page.evaluate(([a, b]) => window.app.setDifference(true, a, b), [a, b])
      assert.deepEqual(await page.evaluate(models), [a, b])
      const { first: one, second: two } = await page.evaluate(() => window.app.state())
      assert.deepEqual([one, two], [a, b])
      await page.evaluate((a) => window.app.setDifference(true, a, 'no such model'), a)
      assert.deepEqual(await page.evaluate(models), [a, b])
    },
    { hash: `#difference=1&first=${b}&second=${a}` },
  )
})

/** The scan with its first model once more, under another name. */
const three = () => {
  const { locus, genome, regions, models, tracks, schema } = manifest
  const more = { ...first, name: 'third', model: 'third' }
  const relevance = [first, second, more]
  return {
    ...{ schema, locus, genome, regions },
    models: [...models, { ...models[0], name: 'third' }],
    tracks: [...relevance, ...tracks.filter((t) => t.kind === 'hits')],
  }
}

test('of three models the pair is picked in the card of all', async () => {
  await mounted({ manifest: manifest && three() }, async (page) => {
    await page.getByRole('button', { name: 'Models' }).click()
    const pick = (model, which) => page.getByLabel(`${model} is the ${which} of the difference`)
    assert.ok(await pick(first.model, 'first').isChecked())
    assert.ok(await pick(second.model, 'second').isChecked())
    await pick('third', 'second').check()
    assert.equal(await page.evaluate(() => window.app.state().difference), false, 'not asked for')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Difference' }).click()
    await until(page, () => window.app.browser.findTracks((t) => t.isDifference).length)
    await page.evaluate(() => window.app.setDifference(true)) // waits for what is on its way
    const { values, models } = await page.evaluate(() => {
      const [track] = window.app.browser.findTracks((t) => t.isDifference)
      const features = track.trackView.viewports[0].cachedFeatures
      return { values: features.map((f) => f.value), models: track.own.models }
    })
    assert.deepEqual(models, [first.model, 'third'])
    assert.ok(values.length > 50 && values.every((x) => x === 0), 'a model less itself')
    await shot(page, 'three')
  })
})
