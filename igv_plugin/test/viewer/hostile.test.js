// Names that are markup, in all that gtrack shows: they are text, and run nothing.
// GTRACK_CASE is a JSON file of what tests/plugin/test_hostile.py made: {url, hub, files, chroms, regions, targets, motifs}.
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { launch, noBrowser, until } from '../browser/chromium.js'

const { GTRACK_CASE } = process.env
const skip = noBrowser() || (!GTRACK_CASE && 'GTRACK_CASE says where the pages are')
const CASE = skip ? {} : JSON.parse(readFileSync(GTRACK_CASE))
let browser

before(async () => {
  if (!skip) browser = await launch({ width: 1500, height: 3000 })
})
after(() => browser?.close())

/** Opens a page for `use`. In the end nothing has run that is not gtrack's, nor was kept from it by the CSP alone. */
async function opened(url, use) {
  const page = await browser.context.newPage()
  const seen = []
  page.on('pageerror', (error) => seen.push(`error ${error.stack}`))
  page.on('dialog', (dialog) => {
    seen.push(`dialog ${dialog.message()}`)
    dialog.dismiss()
  })
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content.Security|Refused/i.test(message.text()))
      seen.push(`console ${message.text()}`)
  })
  page.on('request', (request) => {
    if (
      !/^(blob|data):/.test(request.url()) &&
      (new URL(request.url()).origin !== new URL(url).origin || /\/x$/.test(request.url()))
    )
      seen.push(`request ${request.url()}`)
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

// ---- run in the page
/** Elements and attributes that no page of gtrack's has, in all shadow roots. */
function strangers() {
  const all = (root) =>
    [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])])
  const own = (e) => e.matches('script[type=module][src="/_gtrack/page.js"]')
  return all(document)
    .filter(
      (e) =>
        !own(e) &&
        (e.matches('img, script, iframe, object, embed, base, x-evil, svg[onload]') ||
          [...e.attributes].some(
            ({ name, value }) =>
              /^on/i.test(name) ||
              (/^(href|src|action|xlink:href)$/i.test(name) && /^\s*javascript:/i.test(value)),
          )),
    )
    .map((e) => e.outerHTML.slice(0, 200))
}
/** The text of the page, shadow roots included. */
function words() {
  const of = (root) =>
    [...root.childNodes]
      .map((n) =>
        n.nodeType === 3
          ? n.data
          : n.nodeType === 1 && !n.matches('style, script')
            ? of(n.shadowRoot ?? n) + (n.shadowRoot ? of(n) : '')
            : '',
      )
      .join(' ')
  return of(document)
}

/** Where igv.js has its tracks: {label, x, y, gear: {x, y}}, with the middle of each as a point of the page. */
function tracks() {
  const { shadowRoot } = [...document.querySelectorAll('.gtrack *')].find((e) => e.shadowRoot)
  const gears = [...shadowRoot.querySelectorAll('.igv-gear-menu-column > div')]
  const middle = (e) => {
    const { x, y, width, height } = e.getBoundingClientRect()
    return { x: x + width / 2, y: y + height / 2, height }
  }
  return [...shadowRoot.querySelectorAll('.igv-track-label')].map((label) => {
    const box = label.closest('.igv-viewport').getBoundingClientRect()
    const gear = gears.find((g) => Math.abs(g.getBoundingClientRect().y - box.y) < 2)
    return {
      label: label.textContent,
      at: middle(label),
      x: box.x + box.width / 2,
      y: box.y,
      height: box.height,
      gear: gear?.firstElementChild && middle(gear.firstElementChild),
    }
  })
}

const listed = (page) =>
  until(page, () => /^\d+ of \d+ /.test(document.querySelector('.gt-count')?.textContent ?? ''))
const drawn = (page) =>
  until(page, () => /Agreement\s*−?[\d]/.test(document.querySelector('.gt-top').textContent))
const popup = (page) =>
  until(page, () => document.querySelector('.gt-popup')?.textContent, { timeout: 1500 }).catch(
    () => '',
  ) // igv.js waits for a second click

/** Presses Escape until no popup is there: on a busy machine, that of an earlier click comes late. */
async function closed(page) {
  do await page.keyboard.press('Escape')
  while (await page.evaluate(() => document.querySelector('.gt-popup')))
}

/**
 * Clicks on what lies in the middle of each track, as `use` says of its label. The popup of a label in `wanted` says each part given
 * there; its track is clicked on until it does, for at most two minutes.
 */
async function popups(page, wanted, use = () => true) {
  for (const { label, x, y, height } of (await page.evaluate(tracks)).filter((track) =>
    use(track.label),
  )) {
    const parts = wanted[label] ?? []
    const end = Date.now() + 120_000
    let said = ''
    do {
      for (const down of height > 70 ? [height / 2, 13] : [13, height / 2]) {
        // a long label may lie above
        await page.mouse.click(x, y + down)
        said = await popup(page)
        if (said) break
      }
      assert.deepEqual(await page.evaluate(strangers), [], label)
      await closed(page)
    } while (!parts.every((part) => said.includes(part)) && Date.now() < end)
    for (const part of parts) shows(said, part, label)
    delete wanted[label]
  }
  assert.deepEqual(wanted, {}, 'tracks that are not there')
}

/** The first row of the list that is called so, its strand aside. */
async function row(page, name) {
  const at = await until(
    page,
    (name) =>
      1 +
      [...document.querySelectorAll('.gt-space .gt-row')].findIndex((r) =>
        [name, `${name} +`, `${name} −`].includes(r.firstElementChild.textContent),
      ),
    { argument: name },
  )
  return page.locator('.gt-space .gt-row').nth(at - 1)
}
const shows = (text, part, what = 'text') =>
  assert.ok(
    text?.includes(part),
    `${what}: ${JSON.stringify(part)} is not in ${JSON.stringify(text)}`,
  )

test('the viewer: regions, hits, annotations, in the list and in popups', { skip }, () =>
  opened(CASE.url, async (page) => {
    await listed(page)
    await page.getByLabel('What to list').selectOption('regions')
    const search = page.getByRole('searchbox')
    const place = page.locator('form input')
    for (const name of CASE.regions) {
      await search.fill(name)
      await row(page, name)
    }
    await search.fill(CASE.regions[0])
    await (await row(page, CASE.regions[0])).click()
    await until(
      page,
      (chrom) => document.querySelector('form input').value.startsWith(`${chrom}:`),
      { argument: CASE.chroms[0] },
    )
    const at = [`${CASE.chroms[0]}:`]
    const use = (label) => !/^many.*hits$/s.test(label)
    const many = CASE.targets.map((target) => `many: ${target}`)
    const shown = (label) => label.replace('\x1b', '?') // no SVG could hold it
    await popups(
      page,
      {
        cnn: at,
        dnabert2: at,
        'cnn − dnabert2 (logits)': at,
        genes: CASE.regions.slice(0, 2),
        more: ['%3C%69%6D%67'],
        sites: ['<img'], // igv.js does not decode a GFF3's
        ...Object.fromEntries(many.map((label) => [shown(label), [...at, `Model${label}`]])),
      },
      use,
    )

    await page.getByLabel('What to list').selectOption('hits')
    await search.fill('')
    const list = page.getByLabel('Model', { exact: true })
    await list.selectOption('cnn')
    for (const [id, name] of CASE.motifs) {
      await page.getByLabel('Motif', { exact: true }).selectOption(name)
      await (await row(page, name)).click()
      shows(
        await until(page, () => document.querySelector('.gt-detail h3')?.textContent),
        `${name} ${id}`,
      )
      await drawn(page)
      const model = await page.evaluate(
        () => document.querySelector('.gt-space [aria-selected=true]').lastElementChild.textContent,
      )
      const label = `${model}-hits`
      const part = `${name} ${id}`.replace(/^[^ -~]+/, '') // igv.js reads a bigBed's text as Latin-1
      await popups(page, { [label]: [part] }, (one) => one === label)
    }

    await page.getByLabel('Motif', { exact: true }).selectOption('')
    for (const label of many) {
      await list.selectOption(label)
      assert.equal(await list.inputValue(), label)
      await until(
        page,
        (label) => new URLSearchParams(location.hash.slice(1)).get('model') === label,
        { argument: label },
      )
    }

    const there = (start) =>
      until(
        page,
        (start) => new URLSearchParams(location.hash.slice(1)).get('locus')?.startsWith(start),
        { argument: start, what: start },
      )
    for (const text of CASE.chroms) {
      // a whole chromosome by its name, and a place on it
      for (const [typed, shown] of [
        [text, `${text}:1-`],
        [`${text}:20-60`, `${text}:20-60`],
      ]) {
        await place.fill(typed)
        await place.press('Enter')
        await there(shown)
      }
    }
    const unknown = '<img src=x onerror=window.__xss=1>:9'
    await place.fill(unknown)
    await place.press('Enter')
    shows(await until(page, () => document.querySelector('[role=alert]')?.textContent), unknown)
  }),
)

test('the viewer: menus, labels and overlays of igv.js; pictures', { skip }, () =>
  opened(
    `${CASE.url}#locus=${encodeURIComponent(CASE.chroms[0])}:4100-4240&motif=${encodeURIComponent(CASE.regions[0])}&model=%3Cx-evil%3E`,
    async (page) => {
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
    },
  ),
)

test('the hub in the viewer', { skip }, () =>
  opened(CASE.hub, async (page) => {
    await until(page, (chrom) => document.querySelector('form input')?.value.includes(':'))
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
