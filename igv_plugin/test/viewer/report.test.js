// The figures of `gtrack report` as they are drawn: GTRACK_REPORT is the page, which
// tests/plugin/test_report_page.py made with many genes of long names and a signal of both signs.
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { launch, noBrowser } from '../browser/chromium.js'

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
