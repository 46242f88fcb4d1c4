// Whether to believe the maps, as the panel says it.
import assert from 'node:assert/strict'
import { until } from './chromium.js'
import { EVIL, panel, shot, test, text } from './panels.js'

const entry = (model, verdict, more) => ({
  ...{ model, verdict, sentence: 'Not supported: do not read this map.', cannot_see: ['a base'] },
  axes: [{ name: 'A', asks: 'the model sees something', verdict, sentence: 'It does not.' }],
  ...more,
})
const manifestOf = (models) => ({
  ...{
    hits: { models: [{ model: 'cnn', bed: '/0.bed', hits: 1 }] },
    regions: { url: '/regions.bed' },
  },
  trust: { url: 'trust.json', models },
})
const badges = (page) =>
  page.evaluate(() => Array.from(document.querySelectorAll('.gt-trust'), (b) => b.textContent))

test('a badge for each model; its sentences and what is not seen are a click away', async () => {
  const models = [entry('cnn', 'not supported'), entry('dnabert2', 'supported')]
  await panel({ manifest: manifestOf(models) }, async (page) => {
    assert.deepEqual(await badges(page), ['✗ cnn: not supported', '✓ dnabert2: supported'])
    await page.locator('.gt-trust').first().click()
    await until(page, () => document.querySelector('.gt-popup'))
    const said = await text(page, '.gt-popup')
    for (const part of [
      'do not read this map',
      'the model sees something',
      'It does not',
      'a base',
    ]) {
      assert.ok(said.includes(part), part)
    }
    await shot(page, 'trust')
  })
})

test('names and words of a manifest are text', async () => {
  const axes = [{ name: EVIL, asks: EVIL, verdict: EVIL, sentence: EVIL }]
  const evil = entry(EVIL, EVIL, { target: EVIL, sentence: EVIL, axes, cannot_see: [EVIL] })
  await panel({ manifest: manifestOf([evil]) }, async (page) => {
    assert.deepEqual(await badges(page), [`? ${EVIL}: ${EVIL}: not asked`])
    await page.locator('.gt-trust').click()
    await until(page, () => document.querySelector('.gt-popup'))
    assert.equal((await text(page, '.gt-popup')).split(EVIL).length - 1, 8)
  })
})

test('where nobody asked there is no badge', async () => {
  await panel({}, async (page) => assert.deepEqual(await badges(page), []))
})
