// Somebody who is faster than the server (GTRACK_SCAN=DIR): what was wished for last is what is
// shown, and what the address says.
import assert from 'node:assert/strict'
import { until } from './chromium.js'
import { manifest, mounted, server, test } from './scans.js'

const state = (page) =>
  page.evaluate(() => [
    window.app.state().locus,
    new URLSearchParams(location.hash.slice(1)).get('locus'),
  ])
const goto = (page, ...place) => page.evaluate((given) => void window.app.goto(...given), place)
/** Goes there, until the address says so. */
const visit = async (page, chrom, start) => {
  await goto(page, chrom, start, start + 140)
  await until(page, (text) => location.hash.includes(text), { argument: `${chrom}:${start + 1}-` })
}
/** Each answer for data is so much later from now on. @param {number} ms */
const late = (ms) => {
  server.options.late = { paths: /^(?!\/_gtrack)/, ms }
}
const slowly = (use) => async () => {
  try {
    await mounted({}, use)
  } finally {
    delete server.options.late
  }
}

test(
  'who goes elsewhere while Back is being read is there, and so is the address',
  slowly(async (page) => {
    for (const [chrom, start] of [
      ['chr1', 10_000],
      ['chr2', 90_000],
      ['chr3', 40_000],
    ]) {
      await visit(page, chrom, start)
    }
    late(2000)
    await page.evaluate(() => history.back())
    await until(page, () => /^chr2/.test(window.app.state().locus))
    await goto(page, 'chr1', 150_000, 150_140)
    await page.waitForTimeout(3500)
    assert.deepEqual(await state(page), Array(2).fill('chr1:150001-150140'))
    await page.evaluate(() => history.back())
    await until(page, () => /^chr2/.test(window.app.state().locus))
  }),
)

test(
  'Back to another scale, which is being read, does not come after what was wished for later',
  slowly(async (page) => {
    await page.evaluate(() => window.app.setScale('auto'))
    await visit(page, 'chr1', 10_000)
    await visit(page, 'chr2', 90_000)
    await page.evaluate(() => window.app.setScale('own'))
    await until(page, () => location.hash.includes('scale=own'))
    // of a place that is not read yet, which the change of scale then waits for
    late(1500)
    await goto(page, 'chr3', 40_000, 40_140)
    await page.evaluate(() => (location.hash = '#locus=chr1:10001-10140&scale=auto'))
    await page.waitForTimeout(100)
    await goto(page, 'chr4', 20_000, 20_140)
    await page.waitForTimeout(6000)
    assert.deepEqual(await state(page), Array(2).fill('chr4:20001-20140'))
  }),
)

test(
  'who goes elsewhere while the list is being opened or closed stays there',
  slowly(async (page) => {
    late(1500)
    await goto(page, 'chr2', 90_000, 90_140)
    await page.getByRole('button', { name: 'List', exact: true }).click()
    await goto(page, 'chr3', 40_000, 40_140)
    await page.waitForTimeout(5000)
    const [shown] = await state(page)
    assert.match(shown, /^chr3:/)
  }),
)

test(
  'arrows go on while a place is being read',
  slowly(async (page) => {
    const { chrom, start } = manifest.locus
    await visit(page, chrom, start)
    late(4000)
    await page.locator('.gt-figure').focus()
    const before = Date.now()
    for (let i = 0; i < 5; i++) {
      await page.keyboard.press('Shift+ArrowRight')
      await page.waitForTimeout(350)
    }
    const [shown] = await state(page)
    assert.equal(shown, `${chrom}:${start + 1 + 5 * 140}-${start + 6 * 140}`)
    assert.ok(Date.now() - before < 4000, 'too slow a machine to see it')
  }),
)

/** Runs in the page: what is begun and not brought to its end. */
const begun = {
  'a place': () => void window.app.goto('chr2', 90_000, 90_140),
  'a zoom and a scale': () => {
    window.app.browser.zoomWithScaleFactor(4)
    void window.app.setScale('auto')
  },
  'models and a difference': () => {
    void window.app.setModels({ order: ['dnabert2', 'cnn'], hidden: ['cnn'] })
    void window.app.setDifference(true)
  },
}
for (const [what, begin] of Object.entries(begun)) {
  test(
    `destroy() while ${what} is being read: nothing fails afterwards`,
    slowly(async (page) => {
      late(800)
      await page.evaluate(begin)
      await page.waitForTimeout(200)
      await page.evaluate(() => window.app.destroy())
      await page.waitForTimeout(4000) // and `mounted` looks for errors
    }),
  )
}
