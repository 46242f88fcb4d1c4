// Hits by site: one stop each, the models side by side; where the current one lies in the figure.
import assert from 'node:assert/strict'
import { until } from './chromium.js'
import { active, frame, list, panel, server, test, text } from './panels.js'

/** The hits of both models' files, by the names of their columns, in genome order. */
const hits = () =>
  ['cnn', 'dnabert2'].flatMap((model, i) => {
    const lines = server.options.virtual[`/${i}.bed`].split('\n').filter(Boolean)
    return lines
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.split('\t'))
      .map((h) => ({
        ...{ model, chrom: h[0], start: Number(h[1]), end: Number(h[2]), name: h[3] },
        ...{ relSum: Number(h[8]), q: Number(h[12]), family: h[19] },
      }))
  })

/** Hits that share a base, put together one after the other. */
function sitesOf(all) {
  let sites = []
  for (const hit of all) {
    const meets = (o) => o.chrom === hit.chrom && o.start < hit.end && hit.start < o.end
    const met = sites.filter((site) => site.some(meets))
    sites = [...sites.filter((site) => !met.includes(site)), [hit, ...met.flat()]]
  }
  const key = ([first, ...more]) => [
    first.chrom,
    Math.min(first.start, ...more.map((h) => h.start)),
  ]
  return sites.sort((a, b) => key(a)[0].localeCompare(key(b)[0]) || key(a)[1] - key(b)[1])
}
const best = (site) =>
  site.toSorted((a, b) => a.q - b.q || Math.abs(b.relSum) - Math.abs(a.relSum))[0]
const near = (one, other) => assert.ok(Math.abs(one - other) <= 0.006 * Math.abs(other))
const numberOf = (cell) => Number(cell.replace('−', '-'))

test('hits of both models that lie over each other are one row, and one stop', () =>
  panel(
    {},
    async (page) => {
      const sites = sitesOf(hits())
      assert.ok(sites.some((site) => new Set(site.map((h) => h.model)).size === 2))
      assert.equal(await text(page, '.gt-count'), `800 of 800 hits at ${sites.length} sites`)
      await page.getByRole('grid').focus()
      await page.keyboard.press('Home')
      for (const [i, cells] of (await list(page)).slice(0, 12).entries()) {
        const site = sites[i]
        const { family, name } = best(site)
        assert.equal(cells[0], family === name ? name : `${family}: ${name}`)
        assert.match(cells[1], new RegExp(`^${site[0].chrom}:`))
        for (const [m, model] of ['cnn', 'dnabert2'].entries()) {
          const own = best(site.filter((hit) => hit.model === model))
          if (!own) assert.equal(cells[2 + m], '–')
          else near(numberOf(cells[2 + m]), own.relSum)
        }
      }
      const seen = new Set()
      await page.keyboard.press('Enter')
      for (let stop = 0; stop < 8; stop++) {
        const { index } = await active(page)
        assert.equal(index, stop)
        seen.add(await page.evaluate(() => String(window.app.went.at(-1))))
        await page.keyboard.press('n')
        await until(
          page,
          (i) => document.querySelector(`[aria-rowindex="${i}"][aria-selected="true"]`),
          {
            argument: stop + 3,
          },
        )
      }
      assert.ok(seen.size > 3) // neighbours may be one place of the figure
      const many = sites.findIndex((site) => site.length > 1)
      await page.evaluate((at) => window.panel.go(at), many)
      await frame(page)
      const rows = page.locator('.gt-detail .gt-table tbody tr')
      assert.equal(await rows.count(), sites[many].length)
      await page.getByLabel('Model', { exact: true }).selectOption('cnn')
      const only = sitesOf(hits().filter((hit) => hit.model === 'cnn'))
      assert.equal(await text(page, '.gt-count'), `400 of 800 hits at ${only.length} sites`)
    },
    { sites: true },
  ))

test('a hit after a region has letters; a zoom of the reader stays', () =>
  panel(
    {},
    async (page) => {
      const widths = () =>
        page.evaluate(() => {
          const [start, end] = window.app.state().locus.split(':')[1].split('-').map(Number)
          return [end - start + 1, window.app.span()]
        })
      const choose = async (kind, row) => {
        await page.getByLabel('What to list').selectOption(kind)
        await page.evaluate((at) => window.panel.go(at), row)
        await frame(page)
      }
      await choose('regions', 0)
      const [region, letters] = await widths()
      assert.ok(region > letters, `${region} ${letters}`)
      await choose('sites', 1)
      assert.equal((await widths())[0], letters)
      await page.evaluate(() => window.app.goto('chr1', 10_100, 10_101, 400))
      await choose('sites', 2)
      assert.equal((await widths())[0], 400)
    },
    { sites: true },
  ))

/** Runs in the page: the strips in the figure, as bases from 0. */
function strips() {
  const root = [...document.querySelectorAll('.gtrack *')].find((e) => e.shadowRoot).shadowRoot
  const { start, bpPerPixel } = window.app.browser.referenceFrameList[0]
  const base = (px) => Math.round(start + px * bpPerPixel)
  const found = [...root.querySelectorAll('.gt-mark')].map((mark) => {
    const [left, width] = [parseFloat(mark.style.left), parseFloat(mark.style.width)]
    return [mark.classList[1], [base(left), base(left + width)]]
  })
  return Object.fromEntries(found)
}

test('the current site and that under the pointer are marked in the figure, wherever it goes', () =>
  panel(
    {},
    async (page) => {
      const sites = sitesOf(hits())
      const spanOf = (site) => [
        Math.min(...site.map((h) => h.start)),
        Math.max(...site.map((h) => h.end)),
      ]
      await page.evaluate(() => window.panel.go(2))
      await until(page, strips)
      await frame(page)
      assert.deepEqual((await page.evaluate(strips))['gt-current'], spanOf(sites[2]))
      await page.evaluate(() => window.app.goto('chr1', 10_000, 10_400))
      await until(page, () => /^chr1:100[01]/.test(window.app.state().locus))
      await frame(page)
      assert.deepEqual((await page.evaluate(strips))['gt-current'], spanOf(sites[2]))
      await page.locator('.gt-space [aria-rowindex="2"]').hover()
      await frame(page)
      assert.deepEqual((await page.evaluate(strips))['gt-hovered'], spanOf(sites[0]))
      await page.mouse.move(5, 5)
      await frame(page)
      assert.equal((await page.evaluate(strips))['gt-hovered'], undefined)
      await page.evaluate(() => window.app.goto('chr2', 10_000, 10_400))
      await until(page, () => /^chr2/.test(window.app.state().locus))
      assert.deepEqual(await page.evaluate(strips), {})
    },
    { sites: true },
  ))
