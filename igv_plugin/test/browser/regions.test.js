// The table of regions on a real scan, its cards, and what is said under the pointer.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { until } from './chromium.js'
import { first, folder, genome, manifest, mounted, readTable, second, shot, test } from './scans.js'

const models = () => [first.model, second.model]
const numberOf = (cell) => Number(cell.replace('−', '-').replaceAll(',', '').replace(' bp', ''))

/** The rows in the page, by the titles of their columns. */
const rows = (page) =>
  page.evaluate(() => {
    const heads = [...document.querySelectorAll('[role=columnheader]')].map((e) => e.textContent)
    return [...document.querySelectorAll('.gt-space .gt-row')]
      .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
      .map((row) => [...row.children].map((cell, i) => [heads[i], cell.textContent]))
      .map((cells) => Object.fromEntries(cells))
  })

/** Lists the regions, and waits until all that is in sight is known. */
async function regions(page) {
  await page.getByLabel('What to list').selectOption('regions')
  await settled(page)
}
const settled = async (page) => {
  await until(page, () => {
    const cells = [...document.querySelectorAll('.gt-space .gt-row > div')]
    const heads = [...document.querySelectorAll('[role=columnheader]')].map((e) => e.textContent)
    const known = cells.length && !cells.some((cell) => cell.textContent === '…')
    const sorted = /^\d/.test(document.querySelector('.gt-count').textContent)
    return sorted && known && heads.some((head) => head.startsWith('Score'))
  })
  await page.evaluate(async () => {
    for (let i = 0; i < 6; i += 1) await new Promise(requestAnimationFrame) // some come later
  })
}

/** What files say of the regions, by name. */
async function known(page) {
  const [head, ...lines] = await readTable(join(folder, manifest.regions.table))
  const cells = lines.map((line) => Object.fromEntries(line.map((cell, i) => [head[i], cell])))
  const genes = (await readTable(join(folder, 'annotations', 'genes.bed'))).map((g) => ({
    ...{ chrom: g[0], start: Number(g[1]), end: Number(g[2]), name: g[3] },
  }))
  const all = {}
  for (const { name, chrom, start, end, model, score, probability } of cells) {
    const far = genes
      .filter((gene) => gene.chrom === chrom)
      .map((g) => ({ ...g, far: Math.max(0, g.start - end + 1, start - g.end + 1) }))
    const [near] = far.sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    all[name] ??= { chrom, start: Number(start), end: Number(end), near, models: {} }
    all[name].models[model] = { score: Number(score), probability: Number(probability) }
  }
  for (const region of Object.values(all)) {
    for (const model of models()) region.models[model].largest = await largest(page, model, region)
  }
  return all
}

/** The value of the largest size in a region, all of them looked at. */
const largest = (page, model, { chrom, start, end }) =>
  page.evaluate(
    async ([model, ...place]) => {
      const [track] = window.app.browser.findTracks(
        (t) => t.isRelevance && t.config.gtrack.model === model,
      )
      const values = [...(await track.values(...place))].filter((x) => !Number.isNaN(x))
      return values.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
    },
    [model, chrom, start, end],
  )
const about = (cell, value, what) =>
  assert.ok(Math.abs(numberOf(cell) - value) <= 0.006 * Math.abs(value) + 1e-9, `${what}: ${cell}`)

test('a region has its scores, largest relevance and nearest gene', () =>
  mounted({}, async (page) => {
    await regions(page)
    const all = await known(page)
    const seen = await rows(page)
    assert.ok(seen.length > 10)
    for (const row of seen) {
      const { near, models: said } = all[row.Region]
      for (const [model, { score, probability, largest: most }] of Object.entries(said)) {
        about(row[`Score ${model}`], score, row.Region)
        about(row[`Probability ${model}`], probability, row.Region)
        about(row[`Largest ${model}`], most, row.Region)
      }
      assert.equal(row['Nearest gene'], near.name)
      assert.equal(numberOf(row.Distance), near.far)
    }
    await shot(page, 'regions')
  }))

test('each column sorts, by mouse and by keys, and turns round', () =>
  mounted({}, async (page) => {
    await regions(page)
    const all = await known(page)
    const [model] = models()
    const way = () =>
      page.evaluate(() => {
        const head = document.querySelector('[aria-sort]')
        return [head.textContent, head.getAttribute('aria-sort')]
      })
    const cases = [
      [`Score ${model}`, ({ models: m }) => m[model].score, 'descending'],
      [`Largest ${model}`, ({ models: m }) => Math.abs(m[model].largest), 'descending'],
      ['Distance', ({ near }) => near.far, 'ascending'],
      ['Length', ({ start, end }) => end - start, 'descending'],
    ]
    for (const [title, key, sorted] of cases) {
      await page.getByRole('button', { name: title, exact: true }).focus()
      for (const press of ['Enter', ' ']) {
        await page.keyboard.press(press)
        const turned = sorted === 'descending' ? 'ascending' : 'descending'
        await until(page, (s) => document.querySelector(`[aria-sort=${s}]`), {
          argument: press === ' ' ? turned : sorted,
        })
        await settled(page)
        const found = await way()
        assert.equal(found[0], title)
        const keys = (await rows(page)).map((row) => key(all[row.Region]))
        const twin = Object.values(all)
          .map(key)
          .sort((a, b) => (found[1] === 'ascending' ? a - b : b - a))
        assert.deepEqual(keys, twin.slice(0, keys.length), `${title} ${found[1]}`)
      }
    }
    for (const title of ['Region', 'Top motif', 'Nearest gene']) {
      await page.getByRole('button', { name: title, exact: true }).click()
      await until(page, (t) => document.querySelector('[aria-sort]').textContent === t, {
        argument: title,
      })
      await settled(page)
      const names = (await rows(page)).map((row) => row[title]).filter((name) => name !== '–')
      const { compare } = new Intl.Collator('en', { numeric: true })
      assert.deepEqual(names, names.toSorted(compare))
    }
  }))

/** Runs in the page: where a base is in a track of a kind, as a point of the page. */
function spot([kind, at]) {
  const { trackViews, referenceFrameList } = window.app.browser
  const { track, viewports } = trackViews.find(({ track: t }) => t.config?.gtrack?.kind === kind)
  const { left, top, height } = viewports[0].viewportElement.getBoundingClientRect()
  const { start, bpPerPixel } = referenceFrameList[0]
  const y = kind === 'hits' ? 13 : height / 2
  return { x: left + (at + 0.5 - start) / bpPerPixel, y: top + y, name: track.name }
}

test('under the pointer: position, base and the value of each track; the row is lit', () =>
  mounted({}, async (page) => {
    const { chrom, start, end } = manifest.locus
    const at = Math.floor((start + end) / 2)
    const { x, y } = await page.evaluate(spot, ['relevance', at])
    await until(page, () => document.querySelector('.gt-hover'))
    await page.mouse.move(x, y)
    const said = await until(
      page,
      () => document.querySelector('.gt-hover:not([hidden])')?.innerText,
    )
    const place = `${chrom}:${(at + 1).toLocaleString('en')}`
    assert.ok(said.startsWith(`${place} ${genome[chrom][at].toUpperCase()}`), said)
    for (const model of models()) {
      const value = await largest(page, model, { chrom, start: at, end: at + 1 })
      const shown = new RegExp(`${model}\\s+([+−\\d.e]+) logits`).exec(said)
      about(shown[1], value, model)
    }
    await shot(page, 'hover')
    await page.mouse.move(2, 2)
    await until(page, () => document.querySelector('.gt-hover').hidden)
  }))

test('a click on a hit makes its row current; one on a region shows its card', () =>
  mounted({}, async (page) => {
    const hits = await readTable(join(folder, manifest.hits.models[0].bed))
    const { chrom, start, end } = manifest.locus
    const [hit] = hits.filter((h) => h[0] === chrom && h[1] >= start && h[2] <= end)
    await page.getByRole('grid').focus()
    await page.keyboard.press('End')
    const middle = Math.floor((Number(hit[1]) + Number(hit[2])) / 2)
    const on = await page.evaluate(spot, ['hits', middle])
    await page.mouse.move(on.x, on.y)
    await page.mouse.click(on.x, on.y)
    const place = `${chrom}:${(Number(hit[1]) + 1).toLocaleString('en')}`
    await until(
      page,
      (p) => document.querySelector('.gt-space [aria-selected=true]')?.textContent.includes(p),
      { argument: place },
    )
    await until(page, () => document.querySelector('.gt-popup'))
    await page.keyboard.press('Escape')
    const { x, y } = await page.evaluate(spot, ['relevance', middle])
    await page.mouse.click(x, y)
    const card = await until(page, () => {
      const text = document.querySelector('.gt-popup')?.innerText ?? ''
      return (
        /Nearest gene/.test(text) && /Passport|Probability/.test(text) && !/…/.test(text) && text
      )
    })
    assert.match(card, /Top motif/)
    await shot(page, 'region-card')
  }))
