// The list of the panel: filtered, sorted, gone through, and fast with 100,000 hits.
import assert from 'node:assert/strict'
import { GATES, within } from '../gates.js'
import { hitsBED } from '../random.js'
import { until } from './chromium.js'
import { active, list, panel, server, test, text } from './panels.js'
import { longest, scroll } from './tasks.js'

/** Runs in the page: filters and sorts; returns when it began. */
async function filter() {
  const pause = () => new Promise((done) => setTimeout(done, 60))
  const search = document.querySelector('[type=search]')
  const at = performance.now()
  for (const word of ['c', 'ct', 'ctcf', 'ctcf chr3', '']) {
    search.value = word
    search.dispatchEvent(new Event('input'))
    await pause()
  }
  for (const button of [1, 2, 3]) {
    document.querySelectorAll('.gt-head button')[button % 3].click()
    await pause()
  }
  return at
}

const measured = () => ({
  read: window.panelReady - window.panelStart,
  elements: document.querySelectorAll('.gtrack *').length,
  memory: performance.memory?.usedJSHeapSize,
})

test('100,000 hits: few elements; no task or frame of 50 ms', async () => {
  const hits = { cnn: hitsBED(50_000, 3, 'cnn'), dnabert2: hitsBED(50_000, 4, 'dnabert2') }
  const worst = { load: Infinity, scroll: Infinity, filter: Infinity }
  // Other work on the machine only adds: the least of the rounds is the panel's own.
  const rounds = GATES ? 6 : 1
  for (let round = 0; round < rounds && Math.max(...Object.values(worst)) > 50; round++) {
    await panel({ hits }, async (page) => {
      assert.match(await text(page, '.gt-count'), /^100,000 of 100,000 hits$/)
      const load = await page.evaluate(longest)
      const scrolled = await page.evaluate(scroll)
      const began = await page.evaluate(filter)
      const filtered = await page.evaluate(longest, began)
      const took = { load, scroll: scrolled.worst, filter: filtered }
      for (const key in worst) worst[key] = Math.min(worst[key], took[key])
      const { read, elements, memory } = await page.evaluate(measured)
      const frame = `a median of ${scrolled.median.toFixed(1)} ms per frame of scrolling`
      const size = `${scrolled.rows} rows, ${(memory / 1e6).toFixed(0)} MB heap`
      console.log(`# read in ${read.toFixed(0)} ms; ${frame}; ${size}`)
      assert.ok(scrolled.rows <= 60, `${scrolled.rows} rows in the page`)
      assert.ok(elements < 600)
    })
  }
  for (const [what, took] of Object.entries(worst)) {
    within(`100,000 hits: longest task or frame, ${what} (0: none over 50)`, took, 50)
  }
})

/** The rows of both models' files. */
const bedRows = () =>
  ['/0.bed', '/1.bed'].flatMap((path) => {
    const lines = server.options.virtual[path].split('\n')
    return lines.filter((l) => l && !l.startsWith('#')).map((l) => l.split('\t'))
  })
/** Runs in the page: how each column is sorted. */
const sorting = () => {
  const heads = [...document.querySelectorAll('[role=columnheader]')]
  return heads.map((c) => c.getAttribute('aria-sort'))
}

/** Runs in the page: the families that are offered, each with its choices. */
const offered = () =>
  [...document.querySelectorAll('[aria-label=Motif] optgroup')].map((group) => [
    group.label,
    [...group.children].map((option) => option.text),
  ])

test('motifs are offered by family, and a link brings a family back', () =>
  panel(
    {},
    async (page) => {
      const hits = bedRows()
      const count = (kept) => `${hits.filter(kept).length} of 800 hits`
      assert.equal(
        await text(page, '.gt-count'),
        count((h) => h[19] === 'REST'),
      )
      assert.deepEqual(await page.evaluate(offered), [
        ['GATA1', ['GATA1: all 2 motifs', 'GATA1', 'SPI1']],
        ['REST', ['REST: all 2 motifs', 'REST', 'YY1']],
      ])
      const motif = page.getByLabel('Motif', { exact: true })
      await motif.selectOption({ label: 'GATA1: all 2 motifs' })
      assert.equal(
        await text(page, '.gt-count'),
        count((h) => h[19] === 'GATA1'),
      )
      await until(page, () => location.hash.includes('family=GATA1'))
      await motif.selectOption('SPI1')
      assert.equal(
        await text(page, '.gt-count'),
        count((h) => h[3] === 'SPI1'),
      )
      await until(page, () => /motif=SPI1/.test(location.hash) && !/family/.test(location.hash))
      assert.equal(await page.evaluate(() => window.app.state().motif), 'SPI1')
    },
    { hash: '#locus=chr1:10101-10240&family=REST' },
  ))

test('filter, sort, and what is counted', () =>
  panel({}, async (page) => {
    await page.setViewportSize({ width: 1440, height: 820 })
    const hits = bedRows()
    assert.equal(await text(page, '.gt-count'), '800 of 800 hits')
    await page.getByLabel('Filter by motif').fill('ctcf chr3')
    const wanted = hits.filter((h) => h[3] === 'CTCF' && h[0] === 'chr3')
    assert.equal(await text(page, '.gt-count'), `${wanted.length} of 800 hits`)
    assert.ok((await list(page)).every((row) => /^CTCF/.test(row[0]) && /^chr3:/.test(row[1])))
    await page.getByLabel('Filter by motif').fill('')
    await page.getByLabel('Model', { exact: true }).selectOption('dnabert2')
    await page.getByLabel('Motif', { exact: true }).selectOption('REST')
    assert.equal(
      await text(page, '.gt-count'),
      `${hits.filter((h) => h[13] === 'dnabert2:1' && h[3] === 'REST').length} of 800 hits`,
    )
    assert.match(await page.evaluate(() => location.hash), /motif=REST&model=dnabert2/)
    await page.getByRole('button', { name: 'q', exact: true }).click()
    const q = (await list(page)).map((row) => Number(row[3].replace('≤ ', '').replace('−', '-')))
    assert.deepEqual(
      q,
      [...q].sort((a, b) => a - b),
    )
    assert.deepEqual(await page.evaluate(sorting), [null, null, null, 'ascending', null])
    await page.getByRole('button', { name: 'Relevance' }).click()
    const sizes = (await list(page)).map((row) => Math.abs(Number(row[2].replace('−', '-'))))
    assert.deepEqual(
      sizes,
      [...sizes].sort((a, b) => b - a),
    )
    await page.getByLabel('Threshold').fill('0.5')
    const shown = hits.filter((h) => h[13] === 'dnabert2:1' && h[3] === 'REST')
    const over = shown.filter((h) => Math.abs(h[8]) / (h[2] - h[1]) >= 0.4)
    assert.equal(
      await text(page, '.gt-count'),
      `${over.length} of 800 hits, ${shown.length - over.length} hidden by the threshold`,
    )
    await page.getByLabel('What to list').selectOption('regions')
    assert.equal(await text(page, '.gt-count'), '400 of 400 regions')
    const [row] = await list(page)
    assert.deepEqual([row[0], row[1], row.at(-1)], ['peak0', 'chr1:10,001', '200 bp'])
  }))

test('keys: n and p anywhere but in fields, arrows, Enter, Home and End in the list', () =>
  panel({}, async (page) => {
    const first = await active(page) // what lies in the first view
    assert.match(first.text, /chr1:10,1/)
    await page.keyboard.press('n')
    assert.equal((await active(page)).index, first.index + 1)
    await until(page, () => window.app.went.length === 2) // the first: igv.js fitted into its place
    const [chrom, start, end] = await page.evaluate(() => window.app.went.at(-1))
    assert.deepEqual([chrom, end - start], ['chr1', 140])
    await page.keyboard.press('p')
    assert.equal((await active(page)).index, first.index)
    assert.match(
      await text(page, '.gt-detail'),
      /^\w+ MA\d+.*chr1:\d+-\d+ \([+−]\).*logit.*(cnn|dnabert2)/,
    )
    assert.equal(await page.evaluate(() => document.querySelector('.gt-detail').ariaLive), 'polite')
    await page.getByLabel('Filter by motif').focus()
    await page.keyboard.type('np')
    assert.equal(await page.getByLabel('Filter by motif').inputValue(), 'np')
    await page.getByLabel('Filter by motif').fill('')
    const went = await page.evaluate(() => window.app.went.length)
    await page.getByRole('grid').focus()
    await page.keyboard.press('Home')
    assert.deepEqual(await active(page).then((a) => [a.index, a.selected, a.all]), [0, 'true', 1])
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    assert.equal((await active(page)).index, 1)
    await page.keyboard.press('PageDown')
    assert.ok((await active(page)).index > 5)
    await page.keyboard.press('End')
    assert.equal((await active(page)).index, 799)
    // So far only the list has moved.
    assert.equal(await page.evaluate(() => window.app.went.length), went)
    await page.keyboard.press('Enter')
    await until(page, () => /^chr5:/.test(window.app.state().locus))
    assert.equal(
      await page.evaluate(() =>
        document.querySelector('[role=grid]').getAttribute('aria-rowcount'),
      ),
      '801',
    )
    await page.getByLabel('What to list').selectOption('regions')
    await page.evaluate(() => window.panel.go(3))
    assert.deepEqual(await page.evaluate(() => window.app.went.at(-1)), ['chr1', 10_890, 11_110])
    assert.match(await text(page, '.gt-detail'), /^peak3.*chr1:10901-11100, 200 bp/)
    assert.equal(await page.evaluate(() => window.panel.go(10_000)), false)
  }))

test('the place field: a locus, a chromosome, or a message; nothing is asked of the internet', () =>
  panel({}, async (page) => {
    const seek = async (words) => {
      await page.getByLabel('Find a place, gene, motif or region').fill(words)
      await page.keyboard.press('Enter')
    }
    await seek('chr2:20,001-20,100')
    await until(page, () => window.app.state().locus === 'chr2:20001-20100')
    await seek('chr3')
    await until(page, () => /^chr3:1-8000000$/.test(window.app.state().locus))
    await until(page, () =>
      [...document.querySelectorAll('button')].some(
        (b) => b.textContent === 'Agreement n/a' && /Zoom in to 20,000/.test(b.title),
      ),
    )
    await seek('chr4:5')
    await until(page, () => window.app.state().locus === 'chr4:1-140')
    await seek('BRCA1')
    await until(page, () =>
      /^Nothing is called “BRCA1”\. Looked in /.test(
        document.querySelector('.gt-found [role=status]').textContent,
      ),
    )
    await page.getByRole('button', { name: 'Zoom out' }).click()
    await until(page, () => {
      const [, a, b] = /:(\d+)-(\d+)/.exec(window.app.state().locus)
      return b - a >= 278 && b - a <= 280
    })
  }))
