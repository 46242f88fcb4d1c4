// What stays in sight while six models are scrolled, and pictures meanwhile.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { until } from './chromium.js'
import { shot, test } from './scans.js'
import { mountedSix, NAMES } from './six.js'

/** Runs in the page: where ruler, sequence and the first model are in the figure. */
function inSight() {
  const figure = document.querySelector('.gt-figure')
  const top = Math.max(0, figure.getBoundingClientRect().top)
  const { browser } = window.app
  const of = (type) => {
    const [viewport] = browser.trackViews.find((view) => view.track.type === type).viewports
    const { x, y, bottom, height } = viewport.viewportElement.getBoundingClientRect()
    const over = figure.shadowRoot.elementFromPoint(x + 40, y + height / 2)
    const isOver = viewport.viewportElement.contains(over)
    return { top: y - top, bottom: bottom - top, isOver }
  }
  const [wig] = browser.findTracks((track) => track.isRelevance)
  const first = wig.trackView.viewports[0].viewportElement.getBoundingClientRect()
  return { ruler: of('ruler'), sequence: of('sequence'), first: first.bottom - top }
}

/** The text of the picture that is saved, with positions to a tenth of a pixel. */
async function picture(page) {
  const download = page.waitForEvent('download')
  await page.evaluate(() => document.querySelector('[title="Download SVG"]').click())
  const text = await readFile(await (await download).path(), 'utf8')
  return text.replace(/\d+\.\d+/g, (number) => Number(number).toFixed(1))
}

test('ruler and sequence stay in sight at both widths; pictures are of the whole', async () => {
  for (const [width, height] of [
    [1280, 800],
    [800, 600],
  ]) {
    await mountedSix({}, async (page) => {
      await page.setViewportSize({ width, height })
      await page.evaluate(() => {
        document.body.style.margin = 0
        document.getElementById('app').style.height = '100vh' // as on the page of gtrack view
      })
      await until(page, () => {
        const root = document.querySelector('.gt-figure').shadowRoot
        return root.querySelectorAll('.igv-column > .gt-still').length === 2
      })
      const flat = await page.evaluate(`import('/_gtrack/plugin/igv/arranging.js').then(
        ({ lyingFlat }) => lyingFlat(window.app.browser, ${inSight}))`)
      assert.ok(flat.sequence.top >= flat.ruler.bottom, 'each below the other')
      assert.ok(flat.first - flat.sequence.bottom >= 110, 'a track is so high')
      const whole = await picture(page)
      await page.evaluate(() => {
        document.querySelector('.gt-figure').scrollTop = 500
        window.scrollTo(0, document.querySelector('.gt-figure').offsetTop + 500)
      })
      const { ruler, sequence, first: gone } = await page.evaluate(inSight)
      assert.ok(gone < 0, `the first model was scrolled away: ${gone}`)
      assert.ok(Math.abs(ruler.top) < 1.5, `ruler at ${ruler.top}`)
      assert.ok(Math.abs(sequence.top - ruler.bottom) < 1.5, `sequence at ${sequence.top}`)
      assert.ok(ruler.isOver && sequence.isOver, 'nothing covers them')
      await shot(page, `six-scrolled-${width}`)
      const again = await picture(page)
      for (const name of NAMES.slice(0, 3)) assert.ok(again.includes(`>${name}<`), name)
      assert.equal(again, whole, 'the same picture, however far it is scrolled')
      await page.evaluate(() => window.app.setModels({ hidden: ['b'] }))
      assert.equal((await picture(page)).includes('>b<'), false)
    })
  }
})
