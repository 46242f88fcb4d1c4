// The panel in Debian's Chromium, on a page of its own (harness.js).
import { after, before, test as nodeTest } from 'node:test'
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { launch, noBrowser, until } from './chromium.js'
import { serve } from './server.js'
import { hitsBED, LOGOS } from '../random.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))
export const SCAN = process.env.GTRACK_SCAN // a finished scan with hits
const SHOTS = process.env.GTRACK_SHOTS // a folder for pictures to look at
export const EVIL =
  '<img src=x onerror="window.__xss=1">\'"</script><script>window.__xss=1</script>'
const html = `<!doctype html><html lang=en><meta charset=utf-8><title>panel</title>
<link rel=icon href="data:,"><link rel=stylesheet href="/_gtrack/plugin/style.css">
<body style="margin:0"><header class=gt-spoken><h1>gtrack</h1></header>
<main id=app style="height:100vh"></main>
<script type=module src="/test/harness.js"></script></html>`
const sizes = [1, 2, 3, 4, 5].map((c) => `chr${c}\t8000000\n`).join('')
const regions = Array.from(
  { length: 400 },
  (_, i) => `chr${1 + Math.floor(i / 80)}\t${10_000 + i * 300}\t${10_200 + i * 300}\tpeak${i}\n`,
).join('')

const skip = noBrowser()
/** A test that is skipped where there is no browser, or for a reason of its own. */
export const test = (name, body, why = false) => nodeTest(name, { skip: skip || why }, body)

export let server
export let chromium
before(async () => {
  if (skip) return
  server = await serve({ '/test/': HERE, ...(SCAN && { '/scan/': SCAN }) }, { virtual: {} })
  chromium = await launch({ width: 1440, height: 820 })
})
after(async () => {
  await chromium?.close()
  await server?.close()
})

/**
 * The files of a page that shows `setting`: hits ({model: BED}), manifest, files ({path: text}) and
 * what else harness.js knows.
 */
function filesOf({ hits, manifest, files = {}, ...more }) {
  const models = Object.keys(hits)
  const beds = models.map((model, i) => ({ model, bed: `/${i}.bed`, hits: 1 }))
  const whole = { hits: { logos: '/logos.json', models: beds }, regions: { url: '/regions.bed' } }
  const setting = {
    manifest: manifest === undefined ? whole : manifest,
    models,
    sizes: '/sizes',
    locus: 'chr1:10061-10200',
    waves: models.map((_, i) => 0.6 * i),
    ...more,
  }
  return {
    '/index.html': html,
    '/sizes': sizes,
    '/regions.bed': regions,
    '/logos.json': JSON.stringify(LOGOS),
    ...Object.fromEntries(models.map((name, i) => [`/${i}.bed`, hits[name]])),
    ...files,
    '/case.json': JSON.stringify(setting),
  }
}

/** Runs in the page before all else: what the browser calls long tasks, as [start, duration]. */
function watchTasks() {
  window.tasks = []
  const note = (list) => {
    for (const e of list.getEntries()) window.tasks.push([e.startTime, e.duration])
  }
  new PerformanceObserver(note).observe({ type: 'longtask', buffered: true })
}

const someHits = () => ({ cnn: hitsBED(400, 1, 'cnn'), dnabert2: hitsBED(400, 2, 'dnabert2') })

/**
 * Opens the harness with what `setting` says, each hit a row of its own unless `sites`, and gives
 * the page to `use`; in the end no script has failed and nothing has left the machine.
 */
export async function panel(setting, use, { hash = '', errors = 0, sites = false } = {}) {
  server.options.virtual = filesOf({ hits: someHits(), ...setting })
  chromium.errors.length = chromium.strays.length = chromium.dialogs.length = 0
  const page = await chromium.context.newPage()
  page.on('pageerror', (error) => chromium.errors.push(error.stack))
  await page.addInitScript(watchTasks)
  const listed = (none) =>
    none || document.querySelector('.gt-space .gt-row, .gt-count')?.textContent
  try {
    await page.goto(`${server.url}/index.html${hash}`)
    await until(page, () => window.panelReady !== undefined)
    await until(page, listed, { argument: setting.manifest === null })
    const kind = page.getByLabel('What to list')
    if (!sites && setting.manifest !== null && (await kind.inputValue()) === 'sites') {
      await kind.selectOption('hits')
    }
    await use(page)
    assert.equal(chromium.errors.length, errors, chromium.errors.join('\n'))
    const hacked = await page.evaluate(() => window.__xss)
    assert.deepEqual([chromium.strays, chromium.dialogs, hacked], [[], [], undefined])
  } finally {
    await page.close()
  }
}

export const shot = async (page, name) =>
  SHOTS && page.screenshot({ path: join(SHOTS, `panel-${name}.png`) })

export const text = (page, selector) =>
  page.evaluate((s) => document.querySelector(s).textContent, selector)

/** Waits until what was changed is drawn: rows are made in a few frames. */
export const frame = (page) =>
  page.evaluate(async () => {
    for (let i = 0; i < 6; i += 1) await new Promise(requestAnimationFrame)
  })

/** The texts of the rows in the page. */
export async function list(page) {
  await frame(page)
  return page.evaluate(() =>
    [...document.querySelectorAll('.gt-space .gt-row')]
      .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
      .map((row) => [...row.children].map((cell) => cell.textContent)),
  )
}

/** The current row; null where there is none. */
export async function active(page) {
  await frame(page)
  return page.evaluate(() => {
    const id = document.querySelector('.gt-grid').getAttribute('aria-activedescendant')
    const row = document.getElementById(id)
    if (!row) return null
    return {
      index: Number(row.ariaRowIndex) - 2,
      selected: row.ariaSelected,
      text: row.textContent,
      all: document.querySelectorAll('[aria-selected="true"]').length,
    }
  })
}
