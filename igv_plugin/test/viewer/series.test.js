// What is explained, as the viewer shows it: models, and targets of models; folders of an earlier
// gtrack.
// GTRACK_CASE is a JSON file of what tests/plugin/test_series.py made: a list of {name, url, hub,
// models, hits, unit}, hits by model.
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { launch, noBrowser, until } from '../browser/chromium.js'

const { GTRACK_CASE } = process.env
const skip = noBrowser() || (!GTRACK_CASE && 'GTRACK_CASE says where the pages are')
const CASES = skip ? [] : JSON.parse(readFileSync(GTRACK_CASE))
let browser

before(async () => {
  if (!skip) browser = await launch({ width: 1500, height: 1600 })
})
after(() => browser?.close())

/** The names of igv.js' tracks, once there are `least`. */
function labels(least) {
  const { shadowRoot } = [...document.querySelectorAll('.gtrack *')].find((e) => e.shadowRoot) ?? {}
  const found = [...(shadowRoot?.querySelectorAll('.igv-track-label') ?? [])].map(
    (e) => e.textContent,
  )
  return found.length >= least && found
}
/** Whether a track is called so. */
function labelled(name) {
  const { shadowRoot } = [...document.querySelectorAll('.gtrack *')].find((e) => e.shadowRoot) ?? {}
  const found = [...(shadowRoot?.querySelectorAll('.igv-track-label') ?? [])]
  return found.some((e) => e.textContent === name)
}
/** Whether the tracks of these names stand in this order. */
function ordered(names) {
  const { shadowRoot } = [...document.querySelectorAll('.gtrack *')].find((e) => e.shadowRoot) ?? {}
  const found = [...(shadowRoot?.querySelectorAll('.igv-track-label') ?? [])]
  const shown = found.map((e) => e.textContent).filter((label) => names.includes(label))
  return String(shown) === String(names)
}
const count = () =>
  /^[\d,]+ of [\d,]+ hits/.exec(document.querySelector('.gt-count')?.textContent ?? '')?.[0]
const counted = (page, shown) =>
  until(
    page,
    (want) =>
      Number(document.querySelector('.gt-count').textContent.split(' ')[0].replace(',', '')) ===
      want,
    { argument: shown, what: `${shown} hits` },
  )
/** Whether there are rows and all are of this model. */
function allOf(model) {
  const cells = [...document.querySelectorAll('.gt-space .gt-row')].map(
    (r) => r.lastElementChild.textContent,
  )
  return cells.length > 0 && cells.every((cell) => cell === model)
}

for (const { name, url, hub, models, hits, unit } of CASES) {
  test(`${name}: the scan`, async () => {
    const page = await browser.open(url)
    const [first, second] = models
    const all = Object.values(hits).reduce((a, b) => a + b, 0)
    await until(page, count)
    assert.equal(await page.locator('.gt-top > span').textContent(), `gtrack ${models.join(' · ')}`)
    const shown = await until(page, labels, { argument: models.length + 1 })
    assert.deepEqual(
      shown.filter((label) => models.includes(label)),
      models,
    )
    await page.getByRole('button', { name: 'Difference' }).click()
    const difference = `${first} − ${second} · each in units of its p99`
    await until(page, labelled, { argument: difference })
    assert.equal(shown.filter((label) => /[ -]hits$/.test(label)).length, models.length)
    await counted(page, all)
    await page.getByLabel('What to list').selectOption('hits')
    for (const model of models) {
      await page.getByRole('combobox', { name: 'Model' }).selectOption(model)
      await counted(page, hits[model])
      if (hits[model]) await until(page, allOf, { argument: model, what: `rows of ${model}` })
    }
    await page.getByRole('combobox', { name: 'Model' }).selectOption(first)
    await until(
      page,
      (model) => new URLSearchParams(location.hash.slice(1)).get('model') === model,
      { argument: first },
    ) // a link keeps it
    const again = await browser.open(page.url())
    await until(again, count)
    assert.equal(await again.getByRole('combobox', { name: 'Model' }).inputValue(), first)
    await again.close()
    await page.locator('.gt-space .gt-row').first().click()
    await until(
      page,
      (words) =>
        words.every((word) => document.querySelector('.gt-detail')?.textContent.includes(word)),
      { argument: [first, ` ${unit}, `] },
    )
    await page.getByRole('combobox', { name: 'Model' }).selectOption('')
    await page.getByRole('slider').fill('0.99')
    await until(page, () =>
      /hidden by the threshold/.test(document.querySelector('.gt-count').textContent),
    )
    const values = await page.evaluate(() => document.querySelector('.gt-legend').textContent)
    assert.ok(values.includes(`relevance (${unit})`), values)
    await page.close()
  })

  test(`${name}: the hub`, async () => {
    const page = await browser.open(hub)
    await until(page, ordered, { argument: models }) // as they come, before all are there
    await page.getByRole('button', { name: 'Difference' }).click()
    const difference = `${models[0]} − ${models[1]} · each in units of its p99`
    await until(page, labelled, { argument: difference })
    assert.ok((await page.locator('.gt-legend').textContent()).includes(`relevance (${unit})`))
    await page.close()
  })
}

test('nothing left this machine, and nothing failed', { skip }, () => {
  assert.deepEqual([browser.strays, browser.errors, browser.dialogs], [[], [], []])
})
