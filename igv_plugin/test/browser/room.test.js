// The room of the figure: names above the data, and the list that makes way.
import assert from 'node:assert/strict'
import { boxes, covering } from './boxes.js'
import { eventually, until } from './chromium.js'
import { frame, list, panel, shot, test } from './panels.js'

const LONG = 'MA0139.1-CTCF-human-encode-accessible-regions-of-K562-fold-04'
const HIT = {
  chr: 'chr1',
  start: 10_060,
  end: 10_080,
  name: 'CTCF',
  strand: '+',
  score: 9,
}

/** Runs in the page: what is read of the labels in a saved picture, and whether any is clipped. */
function saved() {
  const svg = new DOMParser().parseFromString(window.app.browser.toSVG(), 'image/svg+xml')
  const texts = [...svg.querySelectorAll('text')].filter((t) => !t.closest('[clip-path]'))
  return texts.map((t) => t.textContent)
}

for (const width of [1440, 1024, 390]) {
  test(`no name of a track lies over any data, ${width} px wide`, () =>
    panel({ features: [HIT] }, async (page) => {
      await page.setViewportSize({ width, height: 820 })
      await until(page, (w) => document.querySelector('.gt-side').hidden === w < 1200, {
        argument: width,
      })
      await page.evaluate(async (name) => {
        const { browser } = window.app
        await browser.loadTrack({
          type: 'annotation',
          name: 'late',
          features: [],
          height: 25,
        })
        const named = (t) => ['m1', 'hits'].includes(t.name)
        for (const track of browser.findTracks(named)) {
          track.name = name // as the menu of igv.js does
          track.trackView.setTrackLabelName(name)
        }
      }, LONG)
      await frame(page)
      const found = await page.evaluate(boxes)
      assert.equal(found.length, 5)
      assert.deepEqual(covering(found), [])
      for (const { label } of found) {
        assert.ok(label.right <= found[0].data.right + 1 && label.left >= 0, label.title)
        const [head, tail = ''] = label.text.split('…')
        assert.ok(label.title.startsWith(head) && label.title.endsWith(tail))
      }
      const long = found.filter(({ label }) => label.title === LONG)
      assert.deepEqual(
        long.map(({ label }) => label.text === LONG),
        width > 400 ? [true, true] : [false, false],
      )
      const texts = await page.evaluate(saved)
      for (const { label } of found) assert.ok(texts.includes(label.text), label.text)
      await shot(page, `names-${width}`)
    }))
}

const view = (page) =>
  page.evaluate(() => {
    const { start, end, bpPerPixel } = window.app.browser.referenceFrameList[0]
    return { middle: (start + end) / 2, bpPerPixel }
  })

test('the list opens and closes; letters stay as wide, and the middle stays', () =>
  panel({}, async (page) => {
    const button = page.getByRole('button', { name: 'List', exact: true })
    const pane = page.getByRole('complementary', { name: 'Navigator' })
    const open = async () => [await pane.isVisible(), await button.getAttribute('aria-expanded')]
    assert.deepEqual(await open(), [true, 'true'])
    const before = await view(page)
    const width = () => page.evaluate(() => document.querySelector('.gt-figure').clientWidth)
    const narrow = await width()
    await button.click()
    assert.deepEqual(await open(), [false, 'false'])
    await until(page, (n) => document.querySelector('.gt-figure').clientWidth > n + 300, {
      argument: narrow,
    })
    await eventually(async () => {
      const after = await view(page)
      assert.ok(Math.abs(after.bpPerPixel / before.bpPerPixel - 1) < 0.02)
      assert.ok(Math.abs(after.middle - before.middle) <= 2)
    })
    await button.click()
    assert.equal(await width(), narrow)
    await page.setViewportSize({ width: 1024, height: 768 }) // it was chosen: it stays
    assert.deepEqual(await open(), [true, 'true'])
  }))

test('the list begins closed where the window is narrow, and follows it until it is pressed', () =>
  panel({}, async (page) => {
    const pane = page.getByRole('complementary', { name: 'Navigator' })
    const begin = () => page.evaluate(() => window.app.browser.referenceFrameList[0].start)
    const before = await begin()
    await page.setViewportSize({ width: 1024, height: 768 })
    await until(page, () => document.querySelector('.gt-side').hidden)
    await eventually(async () => assert.ok(Math.abs((await begin()) - before) < 1))
    await page.evaluate(() => window.panel.go(300)) // keys n and p go on
    await page.getByRole('button', { name: 'List', exact: true }).click()
    await until(page, () => {
      const row = document.querySelector('[aria-selected=true]')?.getBoundingClientRect()
      const grid = document.querySelector('.gt-grid').getBoundingClientRect()
      return row && row.top > grid.top && row.bottom <= grid.bottom
    })
    assert.ok(await pane.isVisible())
  }))

/** Runs in the page: what is too small for a finger; igv.js' own parts aside. */
function small() {
  const all = document.querySelectorAll('.gtrack :is(button, a, input, select)')
  const seen = [...all].filter((e) => e.checkVisibility())
  const size = (e) => e.getBoundingClientRect()
  return seen
    .filter((e) => size(e).height < 24 || size(e).width < 24)
    .map((e) => [e.outerHTML.slice(0, 90), size(e).width, size(e).height])
}

test('a phone: nothing goes out at the side, all can be touched, the list lies in sight', () =>
  panel({ problems: [{ title: 'A problem', cure: 'A cure.' }] }, async (page) => {
    await page.setViewportSize({ width: 390, height: 844 })
    await until(page, () => document.querySelector('.gt-side').hidden)
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth)
    assert.equal(await wide(), 390)
    await page.setViewportSize({ width: 320, height: 568 }) // or 1280 px at 400 %
    await eventually(async () => assert.equal(await wide(), 320))
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('button', { name: 'List', exact: true }).click()
    await page.evaluate(() => window.panel.go(5))
    assert.equal(await wide(), 390)
    assert.deepEqual(await page.evaluate(small), [])
    const rows = page.getByRole('grid').getByRole('row', { selected: true })
    await until(page, () => {
      const { top, bottom } = document.querySelector('[aria-selected=true]').getBoundingClientRect()
      return top > 0 && bottom <= innerHeight
    })
    assert.ok(await rows.isVisible())
    await shot(page, 'phone')
    await page.getByRole('combobox', { name: 'Find a place' }).fill('peak')
    await until(page, () => document.querySelectorAll('.gt-found [role=option]').length === 6)
    assert.equal(await wide(), 390)
    const edges = await page.evaluate(() => {
      const { left, right } = document.querySelector('.gt-found').getBoundingClientRect()
      return [left, right]
    })
    assert.ok(edges[0] >= 0 && edges[1] <= 390, String(edges))
    assert.deepEqual(await page.evaluate(small), [])
    await shot(page, 'phone-find')
  }))

test('a list that gets short after it was scrolled shows its rows', () =>
  panel({}, async (page) => {
    await page.setViewportSize({ width: 1440, height: 820 })
    await page.evaluate(() => window.panel.go(799))
    await page.getByLabel('Filter by motif').fill('peak77')
    const rows = await list(page)
    assert.ok(rows.length > 1 && rows.length < 10)
    await until(page, () => {
      const row = document.querySelector('[aria-rowindex="2"]')?.getBoundingClientRect()
      const grid = document.querySelector('.gt-grid').getBoundingClientRect()
      return row && row.top > grid.top && row.bottom < grid.bottom
    })
  }))
