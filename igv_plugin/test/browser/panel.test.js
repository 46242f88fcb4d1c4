// The panel in Debian's Chromium: on a page of its own (harness.js), and with GTRACK_SCAN=DIR also the viewer's page on a scan.
import test, { after, before, describe } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { launch, noBrowser, until } from './chromium.js'
import { serve } from './server.js'
import { hitsBED, LOGOS } from '../random.js'
import { GATES, within } from '../gates.js'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const PAGE = join(HERE, '../../../gtrack/publish/viewer/page')
const SHOTS = process.env.GTRACK_SHOTS
const SCAN = process.env.GTRACK_SCAN // a folder for pictures to look at; a finished scan with hits
const EVIL = '<img src=x onerror="window.__xss=1">\'"</script><script>window.__xss=1</script>'
const html =
  '<!doctype html><html lang=en><meta charset=utf-8><title>panel</title><link rel=icon href="data:,"><link rel=stylesheet href="/_gtrack/plugin/style.css">' +
  '<body style="margin:0"><main id=app style="height:100vh"></main><script type=module src="/test/harness.js"></script></html>'
const sizes = [1, 2, 3, 4, 5].map((c) => `chr${c}\t8000000\n`).join('')
const regions = Array.from(
  { length: 400 },
  (_, i) => `chr${1 + Math.floor(i / 80)}\t${10_000 + i * 300}\t${10_200 + i * 300}\tpeak${i}\n`,
).join('')
const header = hitsBED(0, 1).split('\n').slice(0, 2).join('\n')
const line = (fields) =>
  Object.values({
    chrom: 'chr1',
    start: 10_100,
    end: 10_120,
    name: 'CTCF',
    score: 9,
    strand: '-',
    motifId: 'MA0139.1',
    source: 's',
    relSum: 4,
    relZ: 3,
    seqP: 1e-5,
    relP: 1e-9,
    q: 0.01,
    model: 'cnn:1',
    region: 'peak0',
    ...fields,
  }).join('\t')

describe('panel in Chromium', { skip: noBrowser() }, () => {
  let server
  let chromium
  before(async () => {
    server = await serve({ '/test/': HERE, ...(SCAN && { '/scan/': SCAN }) }, { virtual: {} })
    chromium = await launch({ width: 1440, height: 820 })
  })
  after(async () => {
    await chromium?.close()
    await server?.close()
  })

  /** Opens the harness with what `setting` says and gives the page to `use`; in the end no script has failed and nothing has left the machine. */
  async function panel(setting, use, { hash = '', errors = 0 } = {}) {
    const {
      hits = { cnn: hitsBED(400, 1, 'cnn'), dnabert2: hitsBED(400, 2, 'dnabert2') },
      manifest,
      files = {},
      ...more
    } = setting
    const models = Object.keys(hits)
    server.options.virtual = {
      '/index.html': html,
      '/sizes': sizes,
      '/regions.bed': regions,
      '/logos.json': JSON.stringify(LOGOS),
      ...Object.fromEntries(models.map((name, i) => [`/${i}.bed`, hits[name]])),
      ...files,
      '/case.json': JSON.stringify({
        manifest:
          manifest === undefined
            ? {
                hits: {
                  logos: '/logos.json',
                  models: models.map((model, i) => ({ model, bed: `/${i}.bed`, hits: 1 })),
                },
                regions: { url: '/regions.bed' },
              }
            : manifest,
        models,
        sizes: '/sizes',
        locus: 'chr1:10061-10200',
        waves: models.map((_, i) => 0.6 * i),
        ...more,
      }),
    }
    chromium.errors.length = chromium.strays.length = chromium.dialogs.length = 0
    const page = await chromium.context.newPage()
    page.on('pageerror', (error) => chromium.errors.push(error.stack))
    await page.addInitScript(() => {
      window.tasks = []
      new PerformanceObserver((list) => {
        for (const e of list.getEntries()) window.tasks.push([e.startTime, e.duration])
      }).observe({ type: 'longtask', buffered: true })
    })
    try {
      await page.goto(`${server.url}/index.html${hash}`)
      await until(page, () => window.panelReady !== undefined)
      await until(
        page,
        (none) => none || document.querySelector('.gt-space .gt-row, .gt-count')?.textContent,
        { argument: manifest === null },
      )
      await use(page)
      assert.equal(chromium.errors.length, errors, chromium.errors.join('\n'))
      assert.deepEqual(
        [chromium.strays, chromium.dialogs, await page.evaluate(() => window.__xss)],
        [[], [], undefined],
      )
    } finally {
      await page.close()
    }
  }
  const shot = async (page, name) =>
    SHOTS && page.screenshot({ path: join(SHOTS, `panel-${name}.png`) })
  const text = (page, selector) =>
    page.evaluate((s) => document.querySelector(s).textContent, selector)
  const frame = (page) =>
    page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    )
  const list = async (page) => {
    await frame(page)
    return page.evaluate(() =>
      [...document.querySelectorAll('.gt-space .gt-row')]
        .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
        .map((row) => [...row.children].map((cell) => cell.textContent)),
    )
  }
  const active = (page) =>
    frame(page).then(() =>
      page.evaluate(() => {
        const row = document.getElementById(
          document.querySelector('.gt-grid').getAttribute('aria-activedescendant'),
        )
        return (
          row && {
            index: Number(row.ariaRowIndex) - 2,
            selected: row.ariaSelected,
            text: row.textContent,
            all: document.querySelectorAll('[aria-selected="true"]').length,
          }
        )
      }),
    )

  test('100,000 hits: few elements, and no frame over 50 ms while loading, scrolling and filtering', async () => {
    const hits = { cnn: hitsBED(50_000, 3, 'cnn'), dnabert2: hitsBED(50_000, 4, 'dnabert2') }
    const worst = { load: Infinity, scroll: Infinity, filter: Infinity }
    let seen
    for (
      let round = 0;
      round < (GATES ? 6 : 1) && Math.max(...Object.values(worst)) > 50;
      round++
    ) {
      // other work on the machine only adds: the least of the rounds is the panel's own
      await panel({ hits }, async (page) => {
        assert.match(await text(page, '.gt-count'), /^100,000 of 100,000 hits$/)
        const found = await page.evaluate(async () => {
          const grid = document.querySelector('.gt-grid')
          const worst = {}
          const gaps = []
          const longest = (from) =>
            Math.max(
              0,
              ...window.tasks.filter(([at, took]) => at + took > from).map(([, took]) => took),
            )
          const load = window.panelReady - window.panelStart
          worst.load = longest(window.panelStart)
          const from = performance.now()
          let last = from
          let rows = 0
          for (let i = 0; i < 200; i++) {
            grid.scrollTop =
              i < 100 ? i * 150 : (((i * 7919) % 100_003) / 100_003) * grid.scrollHeight
            await new Promise(requestAnimationFrame)
            gaps.push(performance.now() - last)
            last = performance.now()
            rows = Math.max(rows, document.querySelectorAll('.gt-space .gt-row').length)
          }
          worst.scroll = Math.max(...gaps)
          const search = document.querySelector('[type=search]')
          const at = performance.now()
          for (const word of ['c', 'ct', 'ctcf', 'ctcf chr3', '']) {
            search.value = word
            search.dispatchEvent(new Event('input'))
            await new Promise((done) => setTimeout(done, 60))
          }
          for (const button of [1, 2, 3]) {
            document.querySelectorAll('.gt-head button')[button % 3].click()
            await new Promise((done) => setTimeout(done, 60))
          }
          worst.filter = longest(at)
          gaps.sort((a, b) => a - b)
          return {
            load,
            worst,
            rows,
            median: gaps[100],
            elements: document.querySelectorAll('.gtrack *').length,
            memory: performance.memory?.usedJSHeapSize,
          }
        })
        for (const key in worst) worst[key] = Math.min(worst[key], found.worst[key])
        seen = found
      })
    }
    console.log(
      `# read in ${seen.load.toFixed(0)} ms; a median of ${seen.median.toFixed(1)} ms per frame of scrolling; ${seen.rows} rows, ${(seen.memory / 1e6).toFixed(0)} MB heap`,
    )
    assert.ok(seen.rows <= 60, `${seen.rows} rows in the page`)
    assert.ok(seen.elements < 600)
    for (const [what, took] of Object.entries(worst))
      within(`100,000 hits: longest task or frame, ${what} (0: none over 50)`, took, 50)
  })

  test('filter, sort, and what is counted', () =>
    panel({}, async (page) => {
      await page.setViewportSize({ width: 1440, height: 820 })
      const hits = ['0', '1'].flatMap((i) =>
        server.options.virtual[`/${i}.bed`]
          .split('\n')
          .filter((l) => l && !l.startsWith('#'))
          .map((l) => l.split('\t')),
      )
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
      const q = (await list(page)).map((row) => Number(row[3]))
      assert.deepEqual(
        q,
        [...q].sort((a, b) => a - b),
      )
      assert.deepEqual(
        await page.evaluate(() =>
          [...document.querySelectorAll('[role=columnheader]')].map((c) =>
            c.getAttribute('aria-sort'),
          ),
        ),
        [null, null, null, 'ascending', null],
      )
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
      assert.deepEqual((await list(page))[0].slice(0, 3), ['peak0', 'chr1:10,001', '200 bp'])
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
      assert.equal(
        await page.evaluate(() => document.querySelector('.gt-detail').ariaLive),
        'polite',
      )
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
      assert.equal(await page.evaluate(() => window.app.went.length), went) // so far only the list has moved
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
      assert.match(await text(page, '.gt-detail'), /^peak3.*chr1:10901-11100$/)
      assert.equal(await page.evaluate(() => window.panel.go(10_000)), false)
    }))

  test('the place field: a locus, a chromosome, or a message; nothing is asked of the internet', () =>
    panel({}, async (page) => {
      const seek = async (words) => {
        await page.getByLabel('Place or chromosome').fill(words)
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
      assert.match(
        await text(page, '[role=alert]'),
        /“BRCA1” is no place\. Write chromosome:start-end/,
      )
      await page.getByRole('button', { name: 'Close' }).click()
      assert.equal(await text(page, '[role=alert]'), '')
      await page.getByRole('button', { name: 'Zoom out' }).click()
      await until(page, () => {
        const [, a, b] = /:(\d+)-(\d+)/.exec(window.app.state().locus)
        return b - a >= 278 && b - a <= 280
      })
    }))

  test('controls change the state and follow it; a link brings it back', () =>
    panel(
      {},
      async (page) => {
        const state = () => page.evaluate(() => window.app.state())
        assert.equal(await page.getByLabel('Scale', { exact: true }).inputValue(), 'p99')
        assert.equal(await page.getByLabel('Threshold').inputValue(), '0.3')
        assert.equal(await page.getByLabel('Motif', { exact: true }).inputValue(), 'YY1')
        assert.equal(await page.getByLabel('Model', { exact: true }).inputValue(), '') // there is no such model
        assert.match(await text(page, '.gt-legend'), /the 99th percentile of each/)
        assert.equal((await state()).locus, 'chr1:10101-10240')
        await page.getByLabel('Scale', { exact: true }).selectOption('fixed')
        await page.getByLabel('Limit of the scale').fill('2.5')
        await page.keyboard.press('Enter')
        await page.getByRole('button', { name: 'Reverse strand' }).click()
        await page.getByRole('button', { name: 'Difference' }).click()
        const { scale, reverse, difference } = await state()
        assert.deepEqual([scale, reverse, difference], [2.5, true, true])
        assert.equal(
          await page.getByRole('button', { name: 'Difference' }).getAttribute('aria-pressed'),
          'true',
        )
        await page.evaluate(() => window.app.setReverse(false))
        assert.equal(
          await page.getByRole('button', { name: 'Reverse strand' }).getAttribute('aria-pressed'),
          'false',
        )
      },
      { hash: '#locus=chr1:10101-10240&threshold=0.3&scale=p99&motif=YY1&model=absent' },
    ))

  test('agreement is the cosine over the bases shown', () =>
    panel({}, async (page) => {
      const wanted = await page.evaluate(async () => {
        const { agreement } = await import('/_gtrack/plugin/agreement.js')
        return agreement(
          await window.app.values('cnn', 'chr1', 10060, 10200),
          await window.app.values('dnabert2', 'chr1', 10060, 10200),
        ).cosine.toFixed(2)
      })
      const says = (what) =>
        until(
          page,
          (w) =>
            [...document.querySelectorAll('button')].some(
              (b) => b.textContent === `Agreement ${w}`,
            ),
          { argument: what },
        )
      await says(wanted)
      const button = page.getByRole('button', { name: 'Agreement' })
      assert.match(await button.getAttribute('title'), /^Cosine .* Here: 140 bases/) // on hover
      await button.press('Enter')
      assert.equal(await text(page, '.gt-popup .gt-card p'), await button.getAttribute('title'))
      await shot(page, 'agreement')
      await page.keyboard.press('Escape')
      await page.evaluate(() => window.app.goto('chr2', 500, 700))
      await says('n/a')
    }))

  const features = [
    {
      chr: 'chr1',
      start: 10_100,
      end: 10_140,
      name: EVIL,
      strand: '-',
      motifId: 'MA0139.1',
      relSum: '4',
      relZ: '3',
      seqP: '1e-5',
      relP: '1e-9',
      qValue: '0.01',
      model: 'cnn:1',
      region: EVIL,
    },
  ]
  /** Clicks in the middle of a track. */
  const click = async (page, index) => {
    const box = await page.evaluate((i) => {
      const views = window.app.browser.trackViews.filter((v) => v.track.type === 'annotation')
      const box = views[i].viewports[0].viewportElement.getBoundingClientRect()
      return [box.x + box.width / 2, box.y + 12]
    }, index)
    await page.mouse.click(...box)
    await until(page, () => document.querySelector('.gt-popup'))
  }

  test('a click on a hit shows its logo and numbers; Escape closes it; the logo is that of the strand', () =>
    panel({ features: [{ ...features[0], name: 'CTCF', region: 'peak0' }] }, async (page) => {
      await click(page, 0)
      assert.equal(await page.evaluate(() => document.activeElement.className), 'gt-popup')
      assert.match(
        await text(page, '.gt-popup'),
        /CTCF.*MA0139\.1.*Reverse complement.*chr1:10101-10140 \(−\).*\+4 logit, supports the label/,
      )
      const link = page.locator('.gt-popup a')
      assert.deepEqual(await link.evaluate((a) => [a.href, a.target, a.rel]), [
        'https://jaspar.elixir.no/matrix/MA0139.1/',
        '_blank',
        'noreferrer',
      ])
      const top = await page.evaluate(() =>
        [...document.querySelectorAll('.gt-popup .gt-logo > path')]
          .slice(1)
          .filter((p) => Number(/scale\(\S+ (\S+)\)/.exec(p.getAttribute('transform'))[1]) > 20)
          .map((p) => p.getAttribute('fill')),
      )
      const { A, C, G, T } = await page.evaluate(() => window.app.colors)
      const forward = LOGOS['MA0139.1'].probabilities
        .filter((row) => Math.max(...row) > 0.5)
        .map((row) => [A, C, G, T][row.indexOf(0.85)])
      assert.deepEqual(
        top,
        forward.reverse().map((color) => ({ [A]: T, [C]: G, [G]: C, [T]: A })[color]),
      )
      assert.equal(
        await page.locator('.gt-popup .gt-logo').getAttribute('aria-label'),
        'Motif logo of CTCF, reverse complement',
      )
      const box = await page.locator('.gt-popup').boundingBox()
      assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= 1440 && box.y + box.height <= 820)
      await shot(page, 'popup')
      await page.keyboard.press('Escape')
      await until(page, () => !document.querySelector('.gt-popup'))
      assert.equal(
        await page.evaluate(
          () =>
            window.app.figure.shadowRoot.querySelectorAll('.igv-ui-popover, .igv-popover')
              .length,
        ),
        0,
      )
    }))

  test('hostile names are text everywhere, under the CSP of the viewer', () =>
    panel(
      {
        features,
        problems: [{ title: `Bad ${EVIL}`, cure: EVIL }],
        hits: {
          [`cnn ${EVIL}`]: `${header}\n${line({ name: EVIL, motifId: EVIL, region: EVIL })}\n${line({ chrom: EVIL, name: 'a\'b"c#d' })}\n`,
        },
        files: {
          '/logos.json': JSON.stringify({
            [EVIL]: { name: EVIL, probabilities: [[1, 0, 0, 0]] },
            'MA0139.1': { probabilities: EVIL },
          }),
          '/regions.bed': `chr1\t5\t9\t${EVIL}\n`,
        },
      },
      async (page) => {
        await page.evaluate(() => window.panel.go(0))
        assert.match(
          await text(page, '[role=alert]'),
          /cannot be shown There is no such chromosome/,
        )
        await page.evaluate(() => window.panel.go(1))
        assert.ok((await list(page)).some((row) => row[0] === `${EVIL} −`))
        assert.ok((await text(page, '[role=alert]')).includes(`Bad ${EVIL}`))
        assert.ok((await text(page, '.gt-detail')).includes(EVIL))
        assert.ok((await page.getByLabel('Motif', { exact: true }).textContent()).includes(EVIL))
        assert.ok((await page.getByLabel('Model', { exact: true }).textContent()).includes(EVIL))
        for (const index of [0, 1]) {
          await click(page, index)
          assert.ok((await text(page, '.gt-popup')).includes(EVIL))
          assert.equal(
            await page.evaluate(
              () => document.querySelectorAll('.gtrack :is(img, script, iframe, object)').length,
            ),
            0,
          )
          await page.keyboard.press('Escape')
          await until(page, () => !document.querySelector('.gt-popup'))
        }
        await page.getByLabel('What to list').selectOption('regions')
        assert.equal((await list(page))[0][0], EVIL)
        await page.getByLabel('Place or chromosome').fill(EVIL)
        await page.keyboard.press('Enter')
        await shot(page, 'hostile')
        assert.equal(
          await page.evaluate(
            () => document.querySelectorAll('.gtrack :is(img, script, iframe, object)').length,
          ),
          0,
        )
      },
    ))

  test('files that are missing or damaged: said with what to do, and the rest is shown', () =>
    panel(
      {
        hits: { cnn: `${header}\n${line({})}\nchr1\tbroken`, dnabert2: '' },
        files: { '/logos.json': '{' },
        manifest: {
          hits: {
            logos: '/logos.json',
            models: [
              { model: 'cnn', bed: '/0.bed', hits: 1 },
              { model: 'dnabert2', bed: '/none.bed' },
            ],
          },
          regions: { url: '/regions.bed' },
        },
      },
      async (page) => {
        const said = await text(page, '[role=alert]')
        assert.match(
          said,
          /\/0\.bed cannot be read to its end: line 4 does not begin with chromosome, start and end\. Copy the whole scan folder again/,
        )
        assert.match(said, /\/none\.bed cannot be read to its end: the server answered 404/)
        assert.equal(await text(page, '.gt-count'), '1 of 1 hits')
        await shot(page, 'problems')
      },
    ))

  test('every control has a name, the focus goes in the order of the page and is seen', () =>
    panel({}, async (page) => {
      const session = await chromium.context.newCDPSession(page)
      const { nodes } = await session.send('Accessibility.getFullAXTree')
      const controls = nodes.filter(
        (n) =>
          !n.ignored &&
          [
            'button',
            'textbox',
            'searchbox',
            'combobox',
            'slider',
            'spinbutton',
            'grid',
            'link',
            'group',
            'region',
            'alert',
          ].includes(n.role?.value),
      )
      const unnamed = controls.filter((n) => !n.name?.value && n.role.value !== 'alert')
      assert.deepEqual(
        unnamed.map((n) => n.role.value),
        [],
      )
      assert.ok(controls.length > 20)
      await page.evaluate(() => {
        document.body.tabIndex = -1
        document.body.focus()
      })
      const seen = []
      for (let i = 0; i < 60 && !seen.includes('Current row'); i++) {
        await page.keyboard.press('Tab')
        seen.push(
          await page.evaluate(() => {
            const a = document.activeElement
            const { outlineStyle, outlineWidth } = getComputedStyle(a)
            if (a.closest('.gt-figure')) return null
            if (outlineStyle === 'none' || outlineWidth === '0px')
              return `no outline: ${a.outerHTML}`
            if (/^Agreement/.test(a.textContent)) return 'Agreement'
            return (
              a.ariaLabel ||
              (a.textContent && (a.matches('button') ? a.textContent : '')) ||
              a.labels?.[0]?.textContent.trim().split(' ')[0] ||
              a.tagName
            )
          }),
        )
      }
      assert.deepEqual(seen.filter(Boolean), [
        'Previous hit (key p)',
        'Next hit (key n)',
        'Place or chromosome',
        'Zoom out',
        'Zoom in',
        'Agreement',
        'PNG',
        'SVG',
        'Dark',
        'Scale',
        'Threshold',
        'Reverse strand',
        'Difference',
        'Filter by motif, region, chromosome',
        'What to list',
        'Model',
        'Motif',
        'Motif hits',
        'Place',
        'Relevance',
        'q',
        'Current row',
      ])
    }))

  test('text has a contrast of 4.5:1 in light and dark; the theme follows the system until it is chosen', () =>
    panel({ problems: [{ title: 'A problem', cure: 'A cure.' }] }, async (page) => {
      await page.evaluate(() => window.panel.go(1))
      const low = () =>
        page.evaluate(() => {
          const rgba = (text) => {
            const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number)
            return [r, g, b, a]
          }
          const light = ([r, g, b]) =>
            [r, g, b]
              .map((x) => x / 255)
              .map((x) => (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4))
              .reduce((s, x, i) => s + x * [0.2126, 0.7152, 0.0722][i], 0)
          const ground = (e) => {
            for (; e; e = e.parentElement) {
              const c = rgba(getComputedStyle(e).backgroundColor)
              if (c[3] === 1) return c
            }
            return [255, 255, 255, 1]
          }
          const found = []
          for (const e of document.querySelectorAll('.gtrack *')) {
            if (
              e.closest('.gt-figure, svg') ||
              !e.checkVisibility() ||
              ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())
            )
              continue
            const [a, b] = [light(rgba(getComputedStyle(e).color)), light(ground(e))].sort(
              (x, y) => y - x,
            )
            found.push([(a + 0.05) / (b + 0.05), e.textContent.slice(0, 40)])
          }
          return { checked: found.length, low: found.filter(([ratio]) => ratio < 4.5) }
        })
      for (const theme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: theme })
        await until(page, (t) => document.querySelector('.gtrack').dataset.theme === t, {
          argument: theme,
        })
        await frame(page)
        const { checked, low: bad } = await low()
        assert.ok(checked > 100)
        assert.deepEqual(bad, [], theme)
        await shot(page, theme)
      }
      await page.getByRole('button', { name: 'Dark' }).click()
      assert.equal(
        await page.evaluate(() => document.querySelector('.gtrack').dataset.theme),
        'light',
      )
      await page.setViewportSize({ width: 700, height: 900 })
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 700))
      await shot(page, 'narrow')
    }))

  test('pictures are saved through igv.js under the name of the place', () =>
    panel({}, async (page) => {
      for (const [name, begins] of [
        ['PNG', '\x89PNG'],
        ['SVG', '<svg'],
      ]) {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name, exact: true }).click(),
        ])
        assert.equal(download.suggestedFilename(), `gtrack_chr1_10061-10200.${name.toLowerCase()}`)
        assert.ok(readFileSync(await download.path(), 'latin1').startsWith(begins))
      }
    }))

  test('what is done before the lists are read is no error, and holds when they are', () =>
    panel({ early: 0.5 }, async (page) => {
      assert.match(await text(page, '.gt-count'), /^\d+ of 800 hits, \d+ hidden by the threshold$/)
    }))

  test('where no model has a 99th percentile, what needs one is disabled and says why', () =>
    panel({ p99: null }, async (page) => {
      const slider = page.getByLabel('Threshold')
      const option = page.getByLabel('Scale', { exact: true }).locator('option[value=p99]')
      for (const control of [slider, option]) {
        assert.equal(await control.isDisabled(), true)
        assert.match(await control.getAttribute('title'), /not known here/)
      }
      assert.equal(await text(page, '.gt-count'), '800 of 800 hits')
    }))

  test('without a manifest (a hub) there is no list, and the rest works; destroy() leaves nothing', () =>
    panel({ manifest: null }, async (page) => {
      assert.equal(await page.locator('.gt-side').count(), 0)
      await page.keyboard.press('n')
      await page.getByLabel('Threshold').fill('0.5')
      await page.getByLabel('Place or chromosome').fill('chr2:101-200')
      await page.keyboard.press('Enter')
      await until(page, () => window.app.state().locus === 'chr2:101-200')
      await shot(page, 'hub')
      await page.evaluate(() => window.panel.destroy())
      assert.equal(await page.evaluate(() => document.querySelector('#app').childElementCount), 1)
      await page.evaluate(() => window.app.emit('locus', 'chr1:1-2'))
      await page.keyboard.press('n')
    }))

  describe('the page of the viewer', () => {
    const index = readFileSync(join(PAGE, 'index.html'), 'utf8')
    const open = async (virtual, hash = '') => {
      server.options.virtual = {
        '/scan/': index,
        '/scan/index.html': index,
        '/_gtrack/page.js': readFileSync(join(PAGE, 'page.js'), 'utf8'),
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
      {
        skip: !SCAN
          ? 'GTRACK_SCAN names no scan folder'
          : !existsSync(join(SCAN, 'manifest.json')) && 'no manifest.json there',
      },
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
        const place = await page.getByLabel('Place or chromosome').inputValue()
        const hash = await page.evaluate(() => location.hash)
        const again = await open({ '/_gtrack/view.json': '{"manifestURL": "manifest.json"}' }, hash)
        await until(again, () => document.querySelector('.gt-space .gt-row'))
        assert.equal(await again.getByLabel('Place or chromosome').inputValue(), place)
        assert.equal(await text(again, '.gt-detail'), card)
        assert.deepEqual([chromium.errors, chromium.strays], [[], []])
        await page.close()
        await again.close()
      },
    )
  })
})
