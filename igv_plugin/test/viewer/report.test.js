// The figures of `gtrack report` as they are drawn: GTRACK_REPORT is the page, which
// tests/plugin/test_report_page.py made with many genes of long names and a signal of both signs.
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { launch, noBrowser } from '../browser/chromium.js'
import { shared, strangers } from '../browser/inks.js'

const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const { GTRACK_REPORT, GTRACK_SHOTS } = process.env
const skip = noBrowser() || (!GTRACK_REPORT && 'GTRACK_REPORT names no page')
let browser
let page

before(async () => {
  if (skip) return
  browser = await launch({ width: 1100, height: 900 })
  page = await browser.open(pathToFileURL(GTRACK_REPORT).href)
})
after(() => browser?.close())

/** Runs in the page: words that lie on a shape of data, on other words, or beyond their figure. */
function misplaced() {
  const boxOf = (e) => e.getBoundingClientRect()
  const meet = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5
  const found = []
  let seen = 0
  for (const figure of document.querySelectorAll('svg.plot')) {
    const edge = boxOf(figure)
    const texts = [...figure.querySelectorAll('text:not(.bases)')]
    const shapes = figure.querySelectorAll('use, .supports, .opposes, .feature')
    const data = [...shapes].map(boxOf)
    const boxes = texts.map(boxOf)
    seen += texts.length
    texts.forEach((text, i) => {
      const box = boxes[i]
      const said = text.textContent
      if (data.some((each) => meet(box, each))) found.push(`on data: ${said}`)
      if (boxes.some((each, j) => j > i && meet(box, each))) found.push(`on words: ${said}`)
      if (box.left < edge.left - 0.5 || box.right > edge.right + 0.5) found.push(`beyond: ${said}`)
    })
  }
  return { seen, found }
}

for (const media of ['screen', 'print']) {
  test(`no words on data, on words or beyond the figure: ${media}`, { skip }, async () => {
    await page.emulateMedia({ media })
    const { seen, found } = await page.evaluate(misplaced)
    assert.ok(seen > 100, `${seen} words`)
    assert.deepEqual(found, [])
    const shot = { path: join(GTRACK_SHOTS ?? '', `report-${media}.png`), fullPage: true }
    if (GTRACK_SHOTS) await page.screenshot(shot)
  })
}

const { GTRACK_SHORT_REPORT } = process.env // of few features
const noShort = skip || (!GTRACK_SHORT_REPORT && 'GTRACK_SHORT_REPORT names no page')

test('a saved figure opened alone has the same letters, and leads nowhere', { skip }, async () => {
  await page.emulateMedia({ media: 'screen', colorScheme: 'light' })
  await page.setViewportSize({ width: 1040, height: 900 }) // a figure is as wide as its file
  const folder = mkdtempSync(join(tmpdir(), 'gtrack-report-'))
  const links = page.getByRole('link', { name: /^Download SVG of figure \d+$/ })
  assert.equal(await links.count(), await page.locator('svg.plot').count())
  for (const at of [0, 3]) {
    const [download] = await Promise.all([page.waitForEvent('download'), links.nth(at).click()])
    assert.match(download.suggestedFilename(), /^gtrack_\w+_\d+-\d+\.svg$/)
    const path = join(folder, download.suggestedFilename())
    await download.saveAs(path)
    const text = readFileSync(path, 'utf8')
    assert.deepEqual(await page.evaluate(strangers, text), [])
    const figure = page.locator('svg.plot').nth(at)
    await figure.evaluate((e) => {
      e.style = 'position: fixed; inset: 0 auto auto 0; z-index: 9; margin: 0; background: #fff'
      e.style.width = '1000px' // on whole pixels
    })
    const { width, height } = await figure.boundingBox()
    assert.equal(width, 1000)
    const inPage = await figure.screenshot()
    await figure.evaluate((e) => e.removeAttribute('style'))
    const alone = await browser.open(pathToFileURL(path).href)
    await alone.setViewportSize({ width: 1000, height: Math.ceil(height) })
    const file = await alone.screenshot()
    const { least, fewest } = await shared(browser, inPage, file)
    await alone.close()
    assert.ok(fewest > 10, `${fewest} pixels`)
    assert.ok(least > 0.9, `${least} in common`)
  }
  rmSync(folder, { recursive: true })
})

test('an element copied out of the page has its letters and looks', { skip }, async () => {
  const copied = await page.evaluate(() => document.querySelector('svg.plot').outerHTML)
  assert.deepEqual(await page.evaluate(strangers, copied), [])
})

for (const format of ['A4', 'Letter']) {
  test(`four places on a printed page of ${format}`, { skip: noShort }, async () => {
    const short = await browser.open(pathToFileURL(GTRACK_SHORT_REPORT).href)
    const count = await short.evaluate(() => {
      const around = document.querySelectorAll('section:not(#loci), header, #loci > :not(article)')
      for (const each of around) each.remove()
      return document.querySelectorAll('.locus:not(.tall)').length
    })
    assert.equal(count, 12)
    const pdf = (await short.pdf({ format })).toString('latin1')
    const pages = pdf.match(/\/Type\s*\/Page\b/g).length
    assert.equal(pages, 3)
    await short.close()
  })
}

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing, ${colorScheme}`, { skip }, async () => {
    await page.emulateMedia({ media: 'screen', colorScheme })
    await page.evaluate(AXE)
    const found = await page.evaluate(async () => {
      const { violations } = await window.axe.run(document)
      return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)].slice(0, 4))
    })
    assert.deepEqual(found, [])
    const shot = { path: join(GTRACK_SHOTS ?? '', `report-${colorScheme}.png`) }
    if (GTRACK_SHOTS) await page.screenshot(shot)
  })
}
