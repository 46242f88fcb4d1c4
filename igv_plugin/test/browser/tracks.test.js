// The relevance tracks: letters, scale, threshold, strand, clicks.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { within } from '../gates.js'
import {
  COMPLEMENT,
  assertLetters,
  first,
  folder,
  genome,
  look,
  manifest,
  mounted,
  ranges,
  readTable,
  second,
  server,
  shot,
  tallest,
  test,
} from './scans.js'

test('letters stand where the relevance is, in the colour of their base, soon', async () => {
  server.clear()
  await mounted({}, async (page) => {
    const { locus } = manifest
    const ms = await page.evaluate(() => window.drawn)
    within('start of a page to drawn letters', ms, 2000)
    assert.deepEqual(await page.evaluate(() => window.app.problems), [])
    for (const { name } of [first, second]) {
      assertLetters(await look(page, name), (at) => genome[locus.chrom][at].toUpperCase())
    }
    const seen = [first, second].map(async ({ name }) => await look(page, name))
    assert.ok(
      (await Promise.all(seen)).flat().some((b) => b.value < 0 && Object.keys(b.down).length),
      'a negative letter below the axis',
    )
    assert.ok(server.bytes(/\.fa$/) <= 102_400, `${server.bytes(/\.fa$/)} bytes of sequence`)
    await shot(page, 'letters')
  })
})

/** The largest |value| in view of each model. */
const seenOf = (page) =>
  Promise.all(
    [first, second].map(async ({ name }) =>
      Math.max(...(await look(page, name)).map((b) => Math.abs(b.value) || 0)),
    ),
  )
// igv.js counts the bases cut by the edges, too.
const about = (limit, largest) =>
  assert.ok(limit >= largest && limit < largest * 1.3, `${limit} for ${largest}`)

test('each model has a scale of its own: noise is small, and nothing is cut', async () => {
  const regions = await readTable(join(folder, manifest.regions.url))
  const [chrom, from] = regions.find((row) => row[3].startsWith('neg'))
  const quiet = { chrom, start: Number(from), end: Number(from) + 46 }
  await mounted({ difference: true }, async (page) => {
    const limits = async () => (await ranges(page)).map((r) => r.max)
    for (const { min, max } of await ranges(page)) assert.equal(min, -max)
    const largest = await seenOf(page)
    const p99s = [first.p99, second.p99]
    for (const [i, limit] of (await limits()).slice(0, 2).entries()) {
      about(limit, Math.max(largest[i], p99s[i]))
    }
    await page.evaluate((l) => window.app.goto(l.chrom, l.start, l.end), quiet)
    const noise = await seenOf(page)
    assert.ok(
      noise.every((x, i) => x > 0 && x < p99s[i] / 4),
      String(noise),
    )
    assert.deepEqual(await limits(), [...p99s, 1])
    await shot(page, 'noise')
  })
})

test('one symmetric scale for all, automatic, by percentile and fixed', async () => {
  await mounted({ difference: true, scale: 'auto' }, async (page) => {
    const seen = await Promise.all(
      [first, second].map(async ({ name }) =>
        (await look(page, name)).map((b) => Math.abs(b.value)),
      ),
    )
    const largest = Math.max(...seen.flat().filter((x) => !Number.isNaN(x)))
    for (const { max } of (await ranges(page)).slice(0, 2)) about(max, largest)
    assert.equal(new Set((await ranges(page)).slice(0, 2).map((r) => r.max)).size, 1)
    const [, , difference] = (await ranges(page)).map((r) => r.max)
    await page.evaluate(() => window.app.setScale('p99'))
    assert.deepEqual(
      (await ranges(page)).map((r) => r.max),
      [first.p99, second.p99, difference],
    )
    await shot(page, 'p99')
    await page.evaluate(() => window.app.setScale(0.5))
    assert.deepEqual(
      (await ranges(page)).map((r) => [r.min, r.max]),
      [
        [-0.5, 0.5],
        [-0.5, 0.5],
        [-difference, difference],
      ],
    )
    assert.equal(await page.evaluate(() => window.app.state().scale), 0.5)
    await page.evaluate(() => window.app.setScale('auto'))
    assert.ok((await ranges(page))[0].max >= largest)
    for (const bad of [0, -1, 'big', NaN, null, Infinity]) {
      await page.evaluate((x) => window.app.setScale(x), bad)
      assert.equal(await page.evaluate(() => window.app.state().scale), 'own', String(bad))
    }
  })
})

test('the threshold dims letters and hides hits; the reverse strand is complements', async () => {
  await mounted({}, async (page) => {
    const { chrom } = manifest.locus
    const read = (at) => genome[chrom][at].toUpperCase()
    await page.evaluate(() => window.app.setThreshold(0.5))
    for (const { name, p99 } of [first, second]) {
      const bases = (await look(page, name)).filter(
        (b) => Object.keys({ ...b.up, ...b.down }).length,
      )
      for (const { at, value, up, down } of bases.filter((b) => Math.abs(b.value) < 0.5 * p99)) {
        assert.deepEqual(Object.keys({ ...up, ...down }), ['dim'], `${at} ${value}`)
      }
      assertLetters(
        bases.filter((b) => Math.abs(b.value) >= 0.5 * p99),
        read,
      )
    }
    await shot(page, 'threshold')
    await page.evaluate((chrom) => window.app.goto(chrom, 0, 150_000), chrom)
    const kept = await page.evaluate(() =>
      window.app.browser
        .findTracks((t) => t.config?.gtrack?.kind === 'hits')
        .map((t) => {
          const all = t.trackView.viewports[0].cachedFeatures
          return all.map((f) => [
            Math.abs(f.relSum) / (f.end - f.start),
            t._filter(f),
            t.config.gtrack.model,
          ])
        })
        .flat(),
    )
    const p99 = { [first.model]: first.p99, [second.model]: second.p99 }
    assert.ok([true, false].every((shown) => kept.some((hit) => hit[1] === shown)))
    for (const [strength, shown, model] of kept) assert.equal(shown, strength >= 0.5 * p99[model])
    await page.evaluate(() => window.app.setThreshold(0))
    await page.evaluate((l) => window.app.goto(l.chrom, l.start + 20, l.end - 20), manifest.locus)
    await page.evaluate(() => window.app.setReverse(true))
    assertLetters(await look(page, first.name), (at) => COMPLEMENT[read(at)])
    assert.equal(
      await page.evaluate(() => window.app.browser.findTracks('type', 'sequence')[0].reversed),
      true,
    )
    await shot(page, 'reverse')
  })
})

test('a click tells value, base, model and 1-based place; no menu item does nothing', async () => {
  await mounted({}, async (page) => {
    const [best] = tallest(await look(page, first.name), 1)
    const { chrom } = manifest.locus
    const click = (at) =>
      page.evaluate(
        ([name, at]) => {
          const track = window.app.browser.findTracks((t) => t.config?.gtrack?.title === name)[0]
          const viewport = track.trackView.viewports[0]
          const state = { viewport, genomicLocation: at, referenceFrame: viewport.referenceFrame }
          return Object.fromEntries(track.popupData(state).map((d) => [d.name, d.value]))
        },
        [first.name, at],
      )
    const said = await click(best.at + 0.5)
    assert.deepEqual(Object.keys(said), ['Model', 'Position', 'Base', 'Relevance'])
    assert.deepEqual(
      [said.Model, said.Position, said.Base],
      [first.model, `${chrom}:${best.at + 1}`, genome[chrom][best.at].toUpperCase()],
    )
    assert.ok(
      Math.abs(parseFloat(said.Relevance.replace('−', '-')) - best.value) <=
        Math.abs(best.value) * 0.005,
    )
    assert.deepEqual(await click(-5), {})
    const menu = await page.evaluate((name) => {
      const { gear } = window.app.browser.findTracks((t) => t.config?.gtrack?.title === name)[0]
        .trackView
      gear.click()
      return [...gear.querySelectorAll('.igv-menu-popup div')].map((i) => i.textContent).join('|')
    }, first.name)
    assert.match(menu, /Remove track/)
    assert.doesNotMatch(menu, /Graph type|Autoscale|Windowing/) // they would do nothing here
  })
})

test('from hit to hit in 300 ms', async () => {
  await mounted({}, async (page) => {
    const hits = await readTable(join(folder, manifest.hits.models[0].bed))
    const places = hits
      .filter((_, i) => i % Math.ceil(hits.length / 25) === 0)
      .map((hit) => [hit[0], Number(hit[1]) - 60, Number(hit[2]) + 60])
    const times = await page.evaluate(async (places) => {
      const times = []
      for (const [chrom, start, end] of places) {
        const t = performance.now()
        await window.app.goto(chrom, start, end)
        times.push(performance.now() - t)
        const [track] = window.app.browser.findTracks((t) => t.isRelevance)
        const { canvas } = track.trackView.viewports[0]
        if (
          !canvas
            .getContext('2d')
            .getImageData(0, 0, canvas.width, canvas.height)
            .data.some((x) => x)
        ) {
          throw new Error('nothing is drawn')
        }
      }
      return times.sort((a, b) => a - b)
    }, places)
    within(`from hit to hit, median of ${times.length}`, times[times.length >> 1], 300)
  })
})
