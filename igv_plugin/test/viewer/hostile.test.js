// Names that are markup, in all that gtrack shows: they are text, and run nothing.
// GTRACK_CASE is a JSON file of what tests/plugin/test_hostile.py made: {url, hub, files, chroms,
// regions, targets, motifs}.
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { launch, noBrowser, until } from '../browser/chromium.js'
import { drawn, listed, popups, row, shows, strangers, tracks, words } from './looking.js'

const { GTRACK_CASE } = process.env
const skip = noBrowser() || (!GTRACK_CASE && 'GTRACK_CASE says where the pages are')
const CASE = skip ? {} : JSON.parse(readFileSync(GTRACK_CASE))
let browser

before(async () => {
  if (!skip) browser = await launch({ width: 1500, height: 3000 })
})
after(() => browser?.close())

/**
 * Opens a page for `use`. In the end nothing has run that is not gtrack's, nor was kept from it by
 * the CSP alone.
 */
async function opened(url, use) {
  const page = await browser.context.newPage()
  const seen = []
  page.on('pageerror', (error) => seen.push(`error ${error.stack}`))
  page.on('dialog', (dialog) => {
    seen.push(`dialog ${dialog.message()}`)
    dialog.dismiss()
  })
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content.Security|Refused/i.test(message.text())) {
      seen.push(`console ${message.text()}`)
    }
  })
  page.on('request', (request) => {
    if (
      !/^(blob|data):/.test(request.url()) &&
      (new URL(request.url()).origin !== new URL(url).origin || /\/x$/.test(request.url()))
    ) {
      seen.push(`request ${request.url()}`)
    }
  })
  try {
    await page.goto(url)
    await use(page)
    assert.deepEqual(await page.evaluate(strangers), [])
    assert.deepEqual(
      [seen, browser.strays, await page.evaluate(() => window.__xss)],
      [[], [], undefined],
    )
  } finally {
    await page.close()
  }
}

/** What the address says of `key` is this, or, of a place, begins with it. */
const linked = (page, key, text) => {
  const told = ([k, t]) => {
    const said = new URLSearchParams(location.hash.slice(1)).get(k)
    return k === 'locus' ? said?.startsWith(t) : said === t
  }
  return until(page, told, { argument: [key, text], what: `${key}=${text}` })
}
const many = (CASE?.targets ?? []).map((target) => `many: ${target}`)
const modelList = (page) => page.getByLabel('Model', { exact: true })

async function showRegions(page) {
  await page.getByLabel('What to list').selectOption('regions')
  const search = page.getByRole('searchbox')
  for (const name of [...CASE.regions, CASE.regions[0]]) {
    await search.fill(name)
    await row(page, name)
  }
  await (await row(page, CASE.regions[0])).click()
  await linked(page, 'locus', `${CASE.chroms[0]}:`)
  const at = [`${CASE.chroms[0]}:`]
  const shown = (label) => label.replace('\x1b', '?') // no SVG could hold it
  const wanted = {
    cnn: at,
    dnabert2: at,
    'cnn − dnabert2 · each in units of its p99': at,
    genes: CASE.regions.slice(0, 2),
    more: ['%3C%69%6D%67'],
    sites: ['<img'], // igv.js does not decode a GFF3's
    ...Object.fromEntries(many.map((label) => [shown(label), [...at, `Model${label}`]])),
  }
  await page.getByRole('button', { name: 'Difference' }).click()
  await drawn(page)
  await popups(page, wanted, (label) => !/^many.*hits$/s.test(label))
  await search.fill('')
}

async function showHits(page) {
  await page.getByLabel('What to list').selectOption('hits')
  await modelList(page).selectOption('cnn')
  const motifs = page.getByLabel('Motif', { exact: true })
  for (const [id, name] of CASE.motifs) {
    await motifs.selectOption(name)
    await (await row(page, name)).click()
    const title = () => document.querySelector('.gt-detail h2')?.textContent
    shows(await until(page, title), `${name} ${id}`)
    await drawn(page)
    const label = await page.evaluate(() => {
      const current = document.querySelector('.gt-space [aria-selected=true]')
      return `${current.lastElementChild.textContent}-hits`
    })
    const part = `${name} ${id}`.replace(/^[^ -~]+/, '') // igv.js reads a bigBed's text as Latin-1
    await popups(page, { [label]: [part] }, (one) => one === label)
  }
  await motifs.selectOption('')
}

async function showPlaces(page) {
  const place = page.locator('form input')
  for (const chrom of CASE.chroms) {
    for (const [typed, shown] of [
      [chrom, `${chrom}:1-`], // a whole chromosome by its name
      [`${chrom}:20-60`, `${chrom}:20-60`],
    ]) {
      await place.fill(typed)
      await place.press('Enter')
      await linked(page, 'locus', shown)
    }
  }
  const unknown = '<img src=x onerror=window.__xss=1>:9'
  await place.fill(unknown)
  await place.press('Enter')
  shows(
    await until(page, () => document.querySelector('.gt-found [role=status]')?.textContent),
    unknown.slice(0, -2),
  )
}

test('the viewer: regions, hits, annotations, in the list and in popups', { skip }, () =>
  opened(CASE.url, async (page) => {
    await listed(page)
    await showRegions(page)
    await showHits(page)
    for (const label of many) {
      await modelList(page).selectOption(label)
      assert.equal(await modelList(page).inputValue(), label)
      await linked(page, 'model', label)
    }
    await showPlaces(page)
  }),
)

const hash = () => {
  const [chrom, motif] = [CASE.chroms[0], CASE.regions[0]].map(encodeURIComponent)
  return `locus=${chrom}:4100-4240&motif=${motif}&model=%3Cx-evil%3E`
}

test('the viewer: menus, labels and overlays of igv.js; pictures', { skip }, () =>
  opened(`${CASE.url}#${hash()}`, async (page) => {
    await listed(page)
    const menus = []
    for (const { label, at, x, y, gear } of await page.evaluate(tracks)) {
      await page.mouse.click(gear.x, gear.y)
      menus.push(await page.evaluate(words))
      await page.keyboard.press('Escape')
      await page.mouse.click(x, y + 14, { button: 'right' })
      await page.mouse.click(at.x, at.y)
      assert.deepEqual(await page.evaluate(strangers), [], label)
      await page.mouse.click(5, 2900)
    }
    shows(menus[0], 'Set track name')
    await page.evaluate(() => {
      const { shadowRoot } = [...document.querySelectorAll('.gtrack *')].find((e) => e.shadowRoot)
      for (const region of shadowRoot.querySelectorAll('.igv-roi-region *')) region.click()
    })
    for (const kind of ['SVG', 'PNG']) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: kind }).click(),
      ])
      if (kind === 'PNG') continue
      assert.match(download.suggestedFilename(), /^[\w.-]+\.svg$/)
      const text = readFileSync(await download.path(), 'utf8')
      const found = await page.evaluate((text) => {
        const parsed = new DOMParser().parseFromString(text, 'image/svg+xml')
        return [
          parsed.querySelector('parsererror')?.textContent,
          [...parsed.querySelectorAll('*')].filter(
            (e) =>
              /^(script|img|x-evil|foreignObject)$/i.test(e.localName) ||
              [...e.attributes].some((a) => /^on/i.test(a.name)),
          ).length,
        ]
      }, text)
      assert.deepEqual(found, [undefined, 0])
    }
  }),
)

test('the hub in the viewer', { skip }, () =>
  opened(CASE.hub, async (page) => {
    await until(page, () => document.querySelector('form input')?.value.includes(':'))
    const place = page.locator('form input')
    await place.fill(`${CASE.chroms[0]}:4100-4240`)
    await place.press('Enter')
    await drawn(page)
    const at = [`${CASE.chroms[0]}:`]
    const name = [CASE.regions[0]]
    // in a bigBed names are decoded
    await popups(
      page,
      { cnn: at, dnabert2: at, genes: name, more: name },
      (label) => !/^many.*hits$/s.test(label),
    )
    for (const { gear, at } of await page.evaluate(tracks)) {
      await page.mouse.click(gear.x, gear.y)
      await page.mouse.click(at.x, at.y)
      await page.mouse.click(5, 2900)
    }
  }),
)

for (const file of CASE.files ?? []) {
  test(file.replace(/.*\//, ''), { skip }, async () => {
    await opened(pathToFileURL(file).href, async (page) => {
      // no server, and no CSP but its own
      shows(await page.evaluate(words), file.endsWith('report.html') ? CASE.motifs[0][1] : 'gtrack')
    })
  })
}
