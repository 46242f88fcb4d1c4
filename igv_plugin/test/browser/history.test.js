// Back and Forward of the browser, and a link pasted into the same tab.
import assert from 'node:assert/strict'
import { until } from './chromium.js'
import { mounted, test } from './scans.js'

const locus = (page) => page.evaluate(() => window.app.state().locus)
const said = (page, part) =>
  until(page, (p) => location.hash.includes(p), { argument: part, what: part })
const shown = (page, place) =>
  until(page, (p) => window.app.state().locus === p, { argument: place, what: place })

test('Back leads to the last place, Forward to the next; neither loads the page anew', () =>
  mounted({}, async (page) => {
    await page.evaluate(() => (window.same = true))
    await page.evaluate(() => window.app.goto('chr1', 1000, 1140))
    await said(page, 'locus=chr1:1001-1140')
    await page.evaluate(() => window.app.goto('chr1', 1020, 1160)) // no place of its own
    await said(page, 'locus=chr1:1021-1160')
    await page.evaluate(() => window.app.goto('chr2', 6500, 6640))
    await said(page, 'locus=chr2:6501-6640')
    await page.evaluate(() => window.app.setThreshold(0.5))
    await said(page, 'threshold=0.5')
    await page.evaluate(() => window.app.goto('chr3', 7000, 7140))
    await said(page, 'locus=chr3:7001-7140')
    await page.goBack()
    await shown(page, 'chr2:6501-6640')
    assert.equal(await page.evaluate(() => window.app.state().threshold), 0.5)
    await page.goBack()
    await shown(page, 'chr1:1021-1160')
    assert.equal(await page.evaluate(() => window.app.state().threshold), 0)
    await page.goForward()
    await shown(page, 'chr2:6501-6640')
    await page.goForward()
    await shown(page, 'chr3:7001-7140')
    assert.equal(await page.evaluate(() => window.same), true)
  }))

test('a link in the same tab is shown with its filter', () =>
  mounted({}, async (page) => {
    await page.evaluate(() => (window.same = true))
    const before = await locus(page)
    await page.evaluate(() => {
      location.hash = '#locus=chr2:6501-6640&threshold=0.25&reverse=1&motif=REST&difference=1'
    })
    await shown(page, 'chr2:6501-6640')
    const state = await page.evaluate(() => window.app.state())
    assert.deepEqual(
      [state.threshold, state.reverse, state.motif, state.difference],
      [0.25, true, 'REST', true],
    )
    assert.equal(await page.getByLabel('Motif', { exact: true }).inputValue(), 'REST')
    await page.goBack()
    await shown(page, before)
    assert.equal(await page.getByLabel('Motif', { exact: true }).inputValue(), '')
    assert.equal(await page.evaluate(() => window.same), true)
  }))
