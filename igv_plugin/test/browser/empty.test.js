// What is empty says why, and what would fill it.
import assert from 'node:assert/strict'
import { until } from './chromium.js'
import { panel, shot, test, text } from './panels.js'

const files = [{ model: 'cnn', bed: '/0.bed', hits: 0, candidates: 7, best_q: 0.36 }]
const regions = { url: '/regions.bed' }
const why = (page) => page.evaluate(() => document.querySelector('.gt-empty').textContent)

test('no hits: the regions are listed, and how near the best came', () =>
  panel(
    {
      hits: { cnn: '# none\n' },
      manifest: { regions, hits: { q: 0.05, models: files } },
    },
    async (page) => {
      assert.equal(await text(page, '.gt-count'), '400 of 400 regions')
      assert.equal(await why(page), '0 hits at q < 0.05; best q 0.36.')
      await page.getByLabel('What to list').selectOption('hits')
      assert.equal(await text(page, '.gt-count'), '0 of 0 hits')
      assert.equal(await why(page), '0 hits at q < 0.05; best q 0.36.')
      await shot(page, 'no-hits')
    },
  ))

test('no motifs, no regions', () =>
  panel(
    { manifest: { regions: { url: '/none.bed' } }, files: { '/none.bed': '' } },
    async (page) => {
      assert.match(await why(page), /no regions/)
      await page.getByLabel('What to list').selectOption('hits')
      assert.match(await why(page), /^No motifs were given: gtrack hits DIR --motifs FILE/)
      assert.equal(await page.locator('.gt-empty button').count(), 0)
      assert.deepEqual(await notes(page), [])
    },
  ))

test('no row matches: a button clears the filter, and the search has the focus', () =>
  panel({}, async (page) => {
    assert.equal(await page.locator('.gt-empty').isVisible(), false)
    await page.getByLabel('Model', { exact: true }).selectOption('cnn')
    await page.getByLabel('Filter by motif').fill('no-such <b>')
    assert.match(await why(page), /^No row matches “no-such <b>”, cnn\. Clear the filter$/)
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    assert.equal(await text(page, '.gt-count'), '800 of 800 hits')
    assert.equal(await page.locator('.gt-empty').isVisible(), false)
    assert.equal(await page.evaluate(() => window.app.state().model), '')
    const label = await page.evaluate(() => document.activeElement.getAttribute('aria-label'))
    assert.match(label, /^Filter/)
  }))

test('all hidden by the threshold: a button sets it to 0', () =>
  panel({ p99: 1e9 }, async (page) => {
    await page.evaluate(() => window.app.setThreshold(1))
    assert.match(await why(page), /^The threshold hides all 800 hits\./)
    await shot(page, 'all-hidden')
    await page.getByRole('button', { name: 'Set the threshold to 0' }).click()
    assert.equal(await text(page, '.gt-count'), '800 of 800 hits')
  }))

/** What the figure says on its tracks. */
const notes = (page) =>
  page.evaluate(() => {
    const { shadowRoot } = document.querySelector('.gt-figure')
    return [...shadowRoot.querySelectorAll('.gt-note')].map((n) => n.textContent).filter(Boolean)
  })
const says = (page, wanted) =>
  until(
    page,
    (text) => {
      const { shadowRoot } = document.querySelector('.gt-figure')
      const all = [...shadowRoot.querySelectorAll('.gt-note')].map((n) => n.textContent)
      return all.filter(Boolean).join('|') === text
    },
    { argument: wanted },
  )

test('where nothing was scanned the figure says so and leads to the next region', () =>
  panel({}, async (page) => {
    assert.deepEqual(await notes(page), [])
    await page.evaluate(() => window.app.goto('chr2', 500, 700))
    await says(page, 'Nothing was scanned here. Next scanned: peak80, chr2:34,001 →')
    await shot(page, 'unscanned')
    await page.getByRole('button', { name: /^Next scanned/ }).click()
    await until(page, () => /^chr2:34001-/.test(window.app.state().locus))
    await says(page, 'cnn: no values here|dnabert2: no values here') // the waves are on chr1
    await page.evaluate(() => window.app.goto('chr1', 10_050, 10_200))
    await says(page, '')
    await page.evaluate(() => window.app.goto('chr5', 7_000_000, 7_000_200)) // after the last
    await says(page, 'Nothing was scanned here. Next scanned: peak0, chr1:10,001 →')
  }))
