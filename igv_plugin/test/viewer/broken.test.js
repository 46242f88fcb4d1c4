// Folders and servers that are broken: the page says what and what to do, and shows the rest.
// GTRACK_CASE is a JSON file of what tests/plugin/test_hostile.py made: [{url, says, rest: whether
// there is more to see}].
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { launch, noBrowser, until } from '../browser/chromium.js'

const { GTRACK_CASE } = process.env
const skip = noBrowser() || (!GTRACK_CASE && 'GTRACK_CASE says where the pages are')
let browser

before(async () => {
  if (!skip) browser = await launch()
})
after(() => browser?.close())

for (const { url, says, rest } of skip ? [] : JSON.parse(readFileSync(GTRACK_CASE))) {
  test(says, async () => {
    const page = await browser.open(url)
    const told = await until(
      page,
      (says) =>
        [...document.querySelectorAll('[role=alert]')]
          .map((e) => e.textContent)
          .find((text) => text.includes(says)),
      { argument: says },
    )
    assert.match(told, /Copy the whole|Open the|gtrack view/) // what to do
    if (rest) {
      await until(page, () =>
        /^[1-9]\d* of \d+ hits/.test(document.querySelector('.gt-count')?.textContent ?? ''),
      )
      const drawn = await until(page, () =>
        [...document.querySelectorAll('.gtrack *')].flatMap((e) =>
          [...(e.shadowRoot?.querySelectorAll('.igv-track-label') ?? [])].map(
            (label) => label.textContent,
          ),
        ),
      )
      for (const label of ['genes', 'sites']) assert.ok(drawn.includes(label), `${label}: ${drawn}`)
      assert.equal(drawn.includes('cnn'), !/relevance\.bw/.test(says))
      assert.ok(drawn.includes('dnabert2'))
    }
    assert.deepEqual(
      [browser.errors, browser.dialogs, browser.strays, await page.evaluate(() => window.__xss)],
      [[], [], [], undefined],
    )
    await page.close()
  })
}
