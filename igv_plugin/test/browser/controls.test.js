// The controls of the panel, and what it does before, without and after the rest.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { until } from './chromium.js'
import { panel, shot, test, text } from './panels.js'

test('controls change the state and follow it; a link brings it back', () =>
  panel(
    {},
    async (page) => {
      const state = () => page.evaluate(() => window.app.state())
      assert.equal(await page.getByLabel('Scale', { exact: true }).inputValue(), 'p99')
      assert.equal(await page.getByLabel('Threshold').inputValue(), '0.3')
      assert.equal(await page.getByLabel('Motif', { exact: true }).inputValue(), 'YY1')
      // There is no such model.
      assert.equal(await page.getByLabel('Model', { exact: true }).inputValue(), '')
      assert.match(await text(page, '.gt-legend'), /Scale: the 99th percentile of each; .* is cut/)
      assert.equal((await state()).locus, 'chr1:10101-10240')
      await page.getByLabel('Scale', { exact: true }).selectOption('fixed')
      await page.getByLabel('Limit of the scale').fill('2.5')
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Reverse strand' }).click()
      await page.getByRole('button', { name: 'Difference' }).click()
      const { scale, reverse, difference } = await state()
      assert.deepEqual([scale, reverse, difference], [2.5, true, true])
      assert.equal(
        await page.getByRole('button', { name: 'Difference' }).getAttribute('aria-pressed'),
        'true',
      )
      await page.evaluate(() => window.app.setReverse(false))
      assert.equal(
        await page.getByRole('button', { name: 'Reverse strand' }).getAttribute('aria-pressed'),
        'false',
      )
    },
    { hash: '#locus=chr1:10101-10240&threshold=0.3&scale=p99&motif=YY1&model=absent' },
  ))

test('agreement is the cosine over the bases shown', () =>
  panel({}, async (page) => {
    const wanted = await page.evaluate(async () => {
      const { agreement } = await import('/_gtrack/plugin/pure/agreement.js')
      return agreement(
        await window.app.values('cnn', 'chr1', 10060, 10200),
        await window.app.values('dnabert2', 'chr1', 10060, 10200),
      ).cosine.toFixed(2)
    })
    const says = (what) =>
      until(
        page,
        (w) =>
          [...document.querySelectorAll('button')].some((b) => b.textContent === `Agreement ${w}`),
        { argument: what },
      )
    await says(wanted)
    const button = page.getByRole('button', { name: 'Agreement' })
    assert.match(await button.getAttribute('title'), /^Cosine .* Here: 140 bases/) // on hover
    await button.press('Enter')
    assert.equal(await text(page, '.gt-popup .gt-card p'), await button.getAttribute('title'))
    await shot(page, 'agreement')
    await page.keyboard.press('Escape')
    await page.evaluate(() => window.app.goto('chr2', 500, 700))
    await says('n/a')
  }))

test('pictures are saved through igv.js under the name of the place', () =>
  panel({}, async (page) => {
    for (const [name, begins] of [
      ['PNG', '\x89PNG'],
      ['SVG', '<svg'],
    ]) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name, exact: true }).click(),
      ])
      assert.equal(download.suggestedFilename(), `gtrack_chr1_10061-10200.${name.toLowerCase()}`)
      assert.ok(readFileSync(await download.path(), 'latin1').startsWith(begins))
    }
  }))

test('what is done before the lists are read is no error, and holds when they are', () =>
  panel({ early: 0.5 }, async (page) => {
    assert.match(await text(page, '.gt-count'), /^\d+ of 800 hits, \d+ hidden by the threshold$/)
  }))

test('where no model has a 99th percentile, what needs one is disabled and says why', () =>
  panel({ p99: null }, async (page) => {
    const slider = page.getByLabel('Threshold')
    const option = page.getByLabel('Scale', { exact: true }).locator('option[value=p99]')
    for (const control of [slider, option]) {
      assert.equal(await control.isDisabled(), true)
      assert.match(await control.getAttribute('title'), /not known here/)
    }
    assert.equal(await text(page, '.gt-count'), '800 of 800 hits')
  }))

test('without a manifest (a hub) the rest works without a list; destroy() leaves nothing', () =>
  panel({ manifest: null }, async (page) => {
    assert.equal(await page.locator('.gt-side').count(), 0)
    await page.keyboard.press('n')
    await page.getByLabel('Threshold').fill('0.5')
    await page.getByLabel('Find a place, gene, motif or region').fill('chr2:101-200')
    await page.keyboard.press('Enter')
    await until(page, () => window.app.state().locus === 'chr2:101-200')
    await shot(page, 'hub')
    await page.evaluate(() => window.panel.destroy())
    assert.equal(await page.evaluate(() => document.querySelector('#app').childElementCount), 1)
    await page.evaluate(() => window.app.emit('locus', 'chr1:1-2'))
    await page.keyboard.press('n')
  }))
