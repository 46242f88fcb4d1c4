// Six models in one view: which track stands where, and the card by which models are ordered,
// hidden and paired, by mouse and by keys.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { until } from './chromium.js'
import { first, manifest, mounted, second, shot, test } from './scans.js'
import { mountedSix, NAMES } from './six.js'

const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** From top to bottom: [what, model or name] of each track in sight. */
const laidOut = (page) =>
  page.evaluate(() => {
    const { trackViews } = window.app.browser
    const seen = trackViews.filter(({ viewports: [each] }) => each.viewportElement.clientHeight)
    const top = ({ viewports: [each] }) => each.viewportElement.getBoundingClientRect().top
    return seen
      .filter(({ track }) => !['ideogram', 'ruler', 'sequence'].includes(track.type))
      .sort((a, b) => top(a) - top(b))
      .map(({ track: { config, name } }) => {
        const { kind, model, models } = config.gtrack ?? {}
        return [kind ?? 'signal', model ?? models?.join(' − ') ?? name].join(' ')
      })
  })
const group = (model) => [`relevance ${model}`, `hits ${model}`]
const state = (page) => page.evaluate(() => window.app.state())
const card = (page) => page.getByRole('dialog', { name: 'Models' })
const open = async (page) => {
  await page.getByRole('button', { name: 'Models', exact: true }).click()
  await card(page).waitFor()
}
/** Waits for the models in sight, each with its hits. */
const shows = (page, models) =>
  until(
    page,
    (wanted) => {
      const seen = window.app.browser.trackViews.filter(
        ({ track, viewports: [each] }) => track.isRelevance && each.viewportElement.clientHeight,
      )
      const names = seen.map(({ track }) => track.config.gtrack.model)
      return JSON.stringify(names.filter(Boolean)) === JSON.stringify(wanted)
    },
    { argument: models, what: `the models ${models}` },
  )

test('hits stand under their model, signals between models and genes', () =>
  mountedSix({}, async (page) => {
    const seen = await laidOut(page)
    assert.deepEqual(seen.slice(0, 12), NAMES.flatMap(group))
    assert.match(seen[12], /^signal atac · signal/)
    assert.ok(seen.length > 13 && seen.slice(13).every((each) => each.startsWith('annotation')))
    await shot(page, 'six')
  }))

test('a signal has a scale of its own, of which the axis tells the largest', () =>
  mountedSix({ scale: 'auto' }, async (page) => {
    await page.evaluate(
      ({ chrom, start, end }) => window.app.goto(chrom, start, end),
      manifest.locus,
    )
    const { range, group, values, said } = await page.evaluate(() => {
      const [track] = window.app.browser.findTracks((t) => t.name?.startsWith('atac'))
      const [viewport] = track.trackView.viewports
      const texts = []
      const { fillText } = CanvasRenderingContext2D.prototype
      CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
        texts.push(Number(text))
        return fillText.call(this, text, ...at)
      }
      track.trackView.paintAxis()
      CanvasRenderingContext2D.prototype.fillText = fillText
      const { start, end } = viewport.referenceFrame
      const seen = viewport.cachedFeatures.filter((f) => f.end > start && f.start < end)
      const values = seen.map((f) => f.value)
      return { range: track.dataRange, group: track.autoscaleGroup, values, said: texts }
    })
    assert.equal(group, undefined)
    assert.equal(range.max, Math.max(...values))
    const near = said.some((x) => Math.abs(x - range.max) <= 0.06 * Math.abs(range.max))
    assert.ok(near, `${said} has not ${range.max}`)
  }))

test('by the card models are hidden, moved and paired', () =>
  mountedSix({}, async (page) => {
    await open(page)
    await page.getByLabel('Show b', { exact: true }).uncheck()
    await shows(page, ['a', 'c', ...NAMES.slice(3)])
    assert.deepEqual((await state(page)).hidden, ['b'])
    await page.getByLabel('Move f\\g up').focus()
    for (let i = 0; i < 4; i++) await page.keyboard.press('Enter')
    const order = ['f\\g', 'a', 'b', 'c', 'd, e', NAMES[5]]
    await until(page, (o) => String(window.app.state().order) === o, { argument: String(order) })
    await shows(
      page,
      order.filter((name) => name !== 'b'),
    )
    const focused = () => document.activeElement.getAttribute('aria-label') ?? ''
    assert.equal(await page.evaluate(focused), 'Move f\\g up', 'the focus went with the row')
    await page.getByLabel('b is the second of the difference').check()
    await card(page).getByRole('button', { name: 'Difference' }).click()
    const pair = 'difference a − b' // of one that is out of sight
    await until(page, () => window.app.browser.findTracks((t) => t.isDifference).length)
    await page.evaluate(() => window.app.setDifference(true)) // waits for what is on its way
    const seen = await laidOut(page)
    assert.deepEqual(
      seen.slice(0, 6),
      [...group('f\\g'), ...group('a'), pair, ...group('c')].slice(0, 6),
    )
    await shot(page, 'six-card')
  }))

test('a link holds which models are shown and where; Back shows it again', () => {
  const order = ['f\\g', 'a', 'b', 'c', 'd, e', NAMES[5]]
  const shown = order.filter((name) => name !== 'b')
  return mountedSix(
    {},
    async (page) => {
      await shows(page, shown)
      const { hidden, ...said } = await state(page)
      assert.deepEqual([said.order, hidden], [order, ['b']])
      await page.evaluate(() => window.app.goto('chr2', 6500, 6640))
      await until(page, () => location.hash.includes('chr2'))
      await open(page)
      await card(page).getByRole('button', { name: 'As in the scan' }).click()
      await shows(page, NAMES)
      await until(page, () => !/order=|hidden=/.test(location.hash))
      await page.goBack()
      await shows(page, shown)
      assert.deepEqual((await state(page)).order, order)
      assert.ok(await page.getByLabel('Show a', { exact: true }).isChecked())
      assert.equal(await page.getByLabel('Show b', { exact: true }).isChecked(), false, 'follows')
    },
    { hash: '#order=f%5C%5Cg,a,b,c,d%5C,%20e&hidden=b' },
  )
})

test('a row is dragged to where it is let go; so is a track by its own handle', () =>
  mountedSix({}, async (page) => {
    await open(page)
    const row = (name) =>
      card(page)
        .getByRole('row')
        .filter({ has: page.getByLabel(`Show ${name}`) })
    await row('c').dragTo(row('a'), { targetPosition: { x: 90, y: 3 } })
    await shows(page, ['c', 'a', 'b', ...NAMES.slice(3)])
    await page.keyboard.press('Escape')
    await page.evaluate(() => {
      const { browser } = window.app
      const view = (model) =>
        browser.trackViews.find(
          ({ track }) => track.isRelevance && track.config.gtrack.model === model,
        )
      browser.startTrackDrag(view('b'))
      browser.updateTrackDrag(view('a'))
      browser.endTrackDrag()
    })
    await shows(page, ['c', 'b', 'a', ...NAMES.slice(3)])
    await page.evaluate(() => window.app.setModels({})) // waits for what is on its way
    const seen = await laidOut(page)
    assert.deepEqual(seen.slice(0, 6), [...group('c'), ...group('b'), ...group('a')])
  }))

test('a hidden model is not read; the view moves past it in one step; then it is shown', () =>
  mountedSix({ hidden: ['a', 'b'] }, async (page) => {
    await shows(page, NAMES.slice(2))
    await page.evaluate(() => {
      window.before = window.app.browser.trackViews.map((view) => view.viewports[0])
    })
    const { chrom, start, end } = manifest.locus
    await page.evaluate((l) => window.app.goto(...l), [chrom, start + 5000, end + 5000])
    const kept = await page.evaluate(() =>
      window.app.browser.trackViews.every((view, i) => view.viewports[0] === window.before[i]),
    )
    assert.ok(kept, 'the page of tracks was not made anew')
    /** Of each model whether it was read here. */
    const read = () =>
      page.evaluate(() => {
        const { trackViews, referenceFrameList } = window.app.browser
        const [{ start, end }] = referenceFrameList
        const models = trackViews.filter(({ track }) => track.isRelevance)
        return models.map(({ viewports: [{ featureCache: cache }] }) =>
          Boolean(cache && cache.bpStart <= start && cache.bpEnd >= end),
        )
      })
    const hidden = NAMES.map((name) => name !== 'a' && name !== 'b')
    assert.deepEqual(await read(), hidden)
    await page.evaluate(() => window.app.setModels({ hidden: [] }))
    await shows(page, NAMES)
    assert.deepEqual(await read(), Array(6).fill(true))
  }))

test('of two models there is no card', () =>
  mounted({}, async (page) => {
    assert.equal(await page.getByRole('button', { name: 'Models', exact: true }).count(), 0)
    await page.evaluate((name) => window.app.setModels({ order: [name] }), second.model)
    assert.deepEqual((await laidOut(page)).slice(0, 4), [
      ...group(second.model),
      ...group(first.model),
    ])
  }))

test('axe finds nothing in the card, light and dark, wide and narrow', () =>
  mountedSix({ hidden: ['b'] }, async (page) => {
    await page.evaluate(AXE)
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 })
      for (const theme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: theme })
        await open(page)
        const found = await page.evaluate(async () => {
          const { violations } = await window.axe.run(document.querySelector('.gt-popup'))
          return violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.html}`))
        })
        assert.deepEqual(found, [], `${width} px, ${theme}`)
        const { left, right } = await page.evaluate(() =>
          document.querySelector('.gt-popup').getBoundingClientRect().toJSON(),
        )
        assert.ok(left >= 0 && right <= width, `${left} to ${right} of ${width} px`)
        await shot(page, `six-card-${width}-${theme}`)
        await page.keyboard.press('Escape')
      }
    }
  }))
