// The viewer's page (gtrack/publish/viewer/page), and with GTRACK_SCAN=DIR on a scan.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './chromium.js'
import { fileURLToPath } from 'node:url'
import { SCAN, chromium, server, shot, test, text } from './panels.js'

const PAGE = fileURLToPath(new URL('../../../gtrack/publish/viewer/page', import.meta.url))

const index = readFileSync(join(PAGE, 'index.html'), 'utf8')
const open = async (virtual, hash = '') => {
  server.options.virtual = {
    '/scan/': index,
    '/scan/index.html': index,
    '/_gtrack/page.js': readFileSync(join(PAGE, 'page.js'), 'utf8'),
    '/_gtrack/plugin.js': "export * from '/_gtrack/plugin/index.js'", // gtrack view links them
    ...virtual,
  }
  chromium.errors.length = chromium.strays.length = 0
  return chromium.open(`${server.url}/scan/index.html${hash}`)
}

test('it has no inline script and says without JavaScript what to do', () => {
  assert.doesNotMatch(index, /\son\w+=|javascript:|<script(?![^>]*\bsrc=)/i)
  assert.match(index, /<noscript>.*JavaScript.*<\/noscript>/s)
  assert.equal(index.match(/<script/g).length, 1)
})

test('what fails is said with what to do', async () => {
  const says = async (virtual, pattern) => {
    const page = await open(virtual)
    await until(page, () => document.querySelector('[role=alert]'))
    assert.match(
      await page.evaluate(() => document.querySelector('[role=alert]').innerText),
      pattern,
    )
    await page.close()
  }
  await says({}, /The server answered 404 for \/_gtrack\/view\.json[^]*Open the whole address/)
  await says({ '/_gtrack/view.json': '{"manifestURL": "none.json"}' }, /none\.json[^]*404/)
  await says(
    {
      '/_gtrack/view.json': '{"manifestURL": "m.json"}',
      '/scan/m.json': '{"schema": "<img src=x onerror=alert(1)>"}',
    },
    /schema/,
  )
  server.options.missing = new Set(['/_gtrack/igv/igv.esm.min.js'])
  await says({ '/_gtrack/view.json': '{}' }, /igv\.js is not there[^]*Install gtrack again/)
  server.options.missing = new Set()
})

test(
  'a scan: letters, list, popup of a real hit, and a link that reopens the view',
  async () => {
    const page = await open({ '/_gtrack/view.json': '{"manifestURL": "manifest.json"}' })
    await until(page, () => document.querySelector('.gt-space .gt-row'))
    await page.getByLabel('Motif', { exact: true }).selectOption({ index: 1 })
    await page.keyboard.press('Tab') // out of the field, so that n is a key
    await page.getByRole('button', { name: 'Next hit' }).click()
    await until(page, () => document.querySelector('[aria-selected=true]'))
    await page.waitForTimeout(800)
    await shot(page, 'scan')
    const card = await text(page, '.gt-detail')
    const place = await page.getByLabel('Find a place, gene, motif or region').inputValue()
    const hash = await page.evaluate(() => location.hash)
    const again = await open({ '/_gtrack/view.json': '{"manifestURL": "manifest.json"}' }, hash)
    await until(again, () => document.querySelector('.gt-space .gt-row'))
    assert.equal(await again.getByLabel('Find a place, gene, motif or region').inputValue(), place)
    assert.equal(await text(again, '.gt-detail'), card)
    assert.deepEqual([chromium.errors, chromium.strays], [[], []])
    await page.close()
    await again.close()
  },
  SCAN ? false : 'GTRACK_SCAN names no scan folder',
)
