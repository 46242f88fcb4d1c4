// The track side in Debian's Chromium, on the real files of a scan: GTRACK_SCAN=DIR (a folder that gtrack scan and gtrack hits made).
import test, { after, before, describe } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { cp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch, noBrowser, until } from './chromium.js'
import { serve } from './server.js'
import { within } from '../gates.js'

const SCAN = process.env.GTRACK_SCAN
const skip =
  noBrowser() ||
  (!SCAN
    ? 'GTRACK_SCAN names no scan folder'
    : !existsSync(join(SCAN, 'manifest.json')) && `${SCAN} holds no manifest.json`)
const COLORS = { A: '#009E73', C: '#0072B2', G: '#E69F00', T: '#D55E00', dim: '#C2C2C2' }
const COMPLEMENT = { A: 'T', C: 'G', G: 'C', T: 'A' }
const EVIL = '<img src=x onerror="window.hacked=1">\'"</script>'
const SHOTS = process.env.GTRACK_SHOTS // a folder for pictures to look at

const html = (script) =>
  `<!doctype html><html lang=en><meta charset=utf-8><title>gtrack</title><link rel=icon href="data:,"><link rel=stylesheet href="/_gtrack/plugin/style.css"><div id=app></div><script type=module src="${script}"></script></html>`
/** A page that mounts with the options in its own address (?{json}#state). */
const PAGE = `import igv from '/_gtrack/igv/igv.esm.min.js'
import * as gtrack from '/_gtrack/plugin/index.js'
const options = JSON.parse(decodeURIComponent(location.search.slice(1)) || '{}')
Object.assign(window, { igv, gtrack, options, started: performance.now() })
try { window.app = await gtrack.mount(document.getElementById('app'), igv, { manifestURL: 'manifest.json', ...options }) } catch (error) { window.failed = { title: error.title, cure: error.cure } }
window.drawn = performance.now()
await window.app?.ready
window.settled = true`
const STOCK = `import igv from '/_gtrack/igv/igv.esm.min.js'
const session = await (await fetch('/session.json')).json()
window.igv = igv
window.browser = await igv.createBrowser(document.getElementById('app'), session)
window.drawn = performance.now()`

describe('tracks in Chromium', { skip }, () => {
  let folder
  let server
  let chromium
  let manifest
  let hits
  let genome

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gtrack-tracks-'))
    await cp(SCAN, folder, { recursive: true })
    manifest = JSON.parse(readFileSync(join(folder, 'manifest.json')))
    hits = (await readFile(join(folder, manifest.hits.models[0].bed), 'utf8'))
      .split('\n')
      .filter((l) => l && !l.startsWith('#'))
      .map((l) => l.split('\t'))
    const index = (await readFile(join(folder, `${manifest.genome.fasta}.fai`), 'utf8'))
      .trim()
      .split('\n')
      .map((l) => l.split('\t'))
    const fasta = await readFile(join(folder, manifest.genome.fasta), 'latin1')
    genome = Object.fromEntries(
      index.map(([name, length, offset, bases, bytes]) => [
        name,
        fasta
          .substr(Number(offset), Math.ceil(length / bases) * bytes)
          .replaceAll('\n', '')
          .slice(0, Number(length)),
      ]),
    )
    server = await serve(
      { '/': folder },
      {
        virtual: {
          '/': html('/page.js'),
          '/page.js': PAGE,
          '/stock/': html('/stock.js'),
          '/stock.js': STOCK,
        },
      },
    )
    chromium = await launch()
  })
  after(async () => {
    await chromium?.close()
    await server?.close()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  /** Mount in a fresh page; `use` gets the page. In the end: no script error, no request to elsewhere, no script from a name. */
  async function mounted(options, use, { hash = '', errors = 0 } = {}) {
    chromium.errors.length = chromium.strays.length = chromium.dialogs.length = 0
    const page = await chromium.open(
      `${server.url}/?${encodeURIComponent(JSON.stringify(options))}${hash}`,
    )
    try {
      await until(page, () => window.settled)
      await use(page)
      assert.equal(chromium.errors.length, errors, chromium.errors.join('\n'))
      assert.deepEqual(chromium.strays, [])
      assert.deepEqual(chromium.dialogs, [])
      assert.equal(await page.evaluate(() => window.hacked), undefined)
    } finally {
      await page.close()
    }
  }
  const shot = async (page, name) => SHOTS && page.screenshot({ path: join(SHOTS, `${name}.png`) })

  /** Of each base in view: its value and how many pixels of each colour are above and below the axis of a track. */
  const look = (page, name, colors = COLORS) =>
    page.evaluate(
      async ([name, colors]) => {
        const track = window.app.browser.findTracks(
          (t) => t.isRelevance && (t.config.gtrack.title ?? t.config.gtrack.kind) === name,
        )[0]
        const { canvas } = track.trackView.viewports[0]
        const { bpStart, bpPerPixel } = canvas._data
        const { chr, start, end } = window.app.browser.referenceFrameList[0]
        const [from, to] = [Math.ceil(start), Math.floor(end)]
        const values = await track.values(chr, from, to)
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        const ink = Object.entries(colors).map(([key, hex]) => [
          key,
          [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)),
        ])
        const zero = Math.round(canvas.height / 2)
        return Array.from(values, (value, i) => {
          const found = { at: from + i, value, up: {}, down: {} }
          for (
            let x = Math.ceil((from + i - bpStart) / bpPerPixel) + 1;
            x < (from + i + 1 - bpStart) / bpPerPixel - 1;
            x++
          ) {
            for (let y = 0; y < canvas.height; y++) {
              const rgba = pixels.data.slice(
                (y * canvas.width + x) * 4,
                (y * canvas.width + x) * 4 + 4,
              )
              const key =
                rgba[3] > 200 &&
                ink.find(([, rgb]) => rgb.every((c, j) => Math.abs(c - rgba[j]) < 6))?.[0]
              if (key && Math.abs(y - zero) > 1)
                found[y < zero ? 'up' : 'down'][key] =
                  (found[y < zero ? 'up' : 'down'][key] ?? 0) + 1
            }
          }
          return found
        })
      },
      [name, colors],
    )
  const tallest = (bases, n) =>
    bases
      .filter((b) => !Number.isNaN(b.value))
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
      .slice(0, n)
  /** The tallest letters have the colour of `baseAt` on the side of their sign, and no other ink. */
  function assertLetters(bases, baseAt) {
    for (const { at, value, up, down } of tallest(
      bases.filter((b) => Math.abs(b.value) > 0),
      8,
    )) {
      const [here, there] = value > 0 ? [up, down] : [down, up]
      assert.deepEqual(Object.keys(here), [baseAt(at)], `base ${at}, value ${value}`)
      assert.deepEqual(there, {}, `base ${at}`)
    }
  }
  const [first, second] = skip
    ? []
    : JSON.parse(readFileSync(join(SCAN, 'manifest.json'))).tracks.filter(
        (t) => t.kind === 'relevance',
      )
  const ranges = (page) =>
    page.evaluate(() => window.app.browser.findTracks((t) => t.isRelevance).map((t) => t.dataRange))

  test('letters stand where the relevance is, in the colour of their base, soon, with nothing from the internet', async () => {
    server.clear()
    await mounted({}, async (page) => {
      const { locus } = manifest
      const ms = await page.evaluate(() => window.drawn)
      within('start of a page to drawn letters', ms, 2000)
      assert.deepEqual(await page.evaluate(() => window.app.problems), [])
      for (const { name } of [first, second])
        assertLetters(await look(page, name), (at) => genome[locus.chrom][at].toUpperCase())
      const seen = [first, second].map(async ({ name }) => await look(page, name))
      assert.ok(
        (await Promise.all(seen)).flat().some((b) => b.value < 0 && Object.keys(b.down).length),
        'a negative letter below the axis',
      )
      assert.ok(server.bytes(/\.fa$/) <= 102_400, `${server.bytes(/\.fa$/)} bytes of sequence`)
      await shot(page, 'letters')
    })
  })

  test('one symmetric scale for all, automatic, by percentile and fixed', async () => {
    await mounted({}, async (page) => {
      const seen = await Promise.all(
        [first, second].map(async ({ name }) =>
          (await look(page, name)).map((b) => Math.abs(b.value)),
        ),
      )
      const largest = Math.max(...seen.flat().filter((x) => !Number.isNaN(x)))
      for (const { min, max } of await ranges(page)) {
        assert.equal(min, -max)
        assert.ok(max >= largest && max < largest * 1.3, `${max} for ${largest}`) // igv.js counts the bases cut by the edges, too
      }
      assert.equal(new Set((await ranges(page)).map((r) => r.max)).size, 1)
      await page.evaluate(() => window.app.setScale('p99'))
      assert.deepEqual(
        (await ranges(page)).map((r) => r.max),
        [first.p99, second.p99, 1],
      )
      await shot(page, 'p99')
      await page.evaluate(() => window.app.setScale(0.5))
      assert.deepEqual(
        (await ranges(page)).map((r) => [r.min, r.max]),
        [
          [-0.5, 0.5],
          [-0.5, 0.5],
          [-0.5, 0.5],
        ],
      )
      assert.equal(await page.evaluate(() => window.app.state().scale), 0.5)
      await page.evaluate(() => window.app.setScale('auto'))
      assert.ok((await ranges(page))[0].max >= largest)
      for (const bad of [0, -1, 'big', NaN, null, Infinity]) {
        await page.evaluate((x) => window.app.setScale(x), bad)
        assert.equal(await page.evaluate(() => window.app.state().scale), 'auto', String(bad))
      }
    })
  })

  test('the difference is A - B: letters, bars, and in units of each p99', async () => {
    await mounted({}, async (page) => {
      const get = () =>
        page.evaluate(
          async ([a, b]) => {
            const { browser } = window.app
            const { chr, start, end, bpPerPixel } = browser.referenceFrameList[0]
            const far = bpPerPixel > 2
            const [s, e] = [Math.floor(start), Math.ceil(end)]
            const stock = await Promise.all(
              [a, b].map(async (url) => {
                // a reader of its own, without our code
                const track = await browser.createTrack({ type: 'wig', format: 'bigwig', url })
                return track.featureSource.getFeatures({
                  chr,
                  start: s,
                  end: e,
                  bpPerPixel: far ? bpPerPixel : undefined,
                  windowFunction: far ? 'mean' : 'none',
                })
              }),
            )
            const shown = window.app.browser.findTracks((t) => t.isDifference)[0].trackView.viewports[0].cachedFeatures.filter(
              (f) => f.start >= start && f.end <= end,
            )
            return {
              stock,
              shown: shown.map(({ start, end, value }) => ({ start, end, value })),
              far,
              width: bpPerPixel,
            }
          },
          [`/${first.url}`, `/${second.url}`],
        )
      const valueAt = (list, at) => list.find((f) => f.start <= at && at < f.end)?.value
      const near = await get()
      assert.ok(near.shown.length > 50)
      for (const f of near.shown)
        assert.ok(
          Math.abs(f.value - (valueAt(near.stock[0], f.start) - valueAt(near.stock[1], f.start))) <
            1e-6,
        )
      const [p99] = await Promise.all([
        page.evaluate(async () => {
          await window.app.setScale('p99')
        }),
      ])
      const units = await get()
      for (const f of units.shown)
        assert.ok(
          Math.abs(
            f.value -
              (valueAt(units.stock[0], f.start) / first.p99 -
                valueAt(units.stock[1], f.start) / second.p99),
          ) < 1e-6,
        )
      assert.match(
        await page.evaluate(
          () => window.app.browser.findTracks((t) => t.isDifference)[0].trackView.viewports[0].trackLabelElement.textContent,
        ),
        /p99/,
      )
      await page.evaluate(() => window.app.setScale('auto'))
      await page.evaluate((l) => window.app.goto(l.chrom, 0, 150_000), manifest.locus)
      const wide = await get()
      assert.ok(wide.far && wide.shown.length > 5)
      const mean = (list, { start, end }) => {
        const parts = list
          .map((f) => [Math.min(f.end, end) - Math.max(f.start, start), f.value])
          .filter(([n]) => n > 1e-6)
        return (
          parts.reduce((sum, [n, v]) => sum + n * v, 0) / parts.reduce((sum, [n]) => sum + n, 0)
        )
      }
      for (const f of wide.shown)
        assert.ok(
          Math.abs(f.value - (mean(wide.stock[0], f) - mean(wide.stock[1], f))) < 1e-6,
          JSON.stringify(f),
        )
      await shot(page, 'wide')
      await page.evaluate(() => window.app.setDifference(false))
      assert.equal(await page.evaluate(() => window.app.state().difference), false)
      await page.evaluate(() => window.app.setDifference(true))
      const order = await page.evaluate(() =>
        window.app.browser.tracks.filter((t) => t.config?.gtrack).map((t) => t.config.gtrack.kind),
      )
      assert.deepEqual(order.slice(0, 4), ['relevance', 'relevance', 'difference', 'hits'])
    })
  })

  test('the threshold dims letters and hides hits, the reverse strand shows complements', async () => {
    await mounted({}, async (page) => {
      const { chrom } = manifest.locus
      const read = (at) => genome[chrom][at].toUpperCase()
      await page.evaluate(() => window.app.setThreshold(0.5))
      for (const { name, p99 } of [first, second]) {
        const bases = (await look(page, name)).filter(
          (b) => Object.keys({ ...b.up, ...b.down }).length,
        )
        for (const { at, value, up, down } of bases.filter((b) => Math.abs(b.value) < 0.5 * p99))
          assert.deepEqual(Object.keys({ ...up, ...down }), ['dim'], `${at} ${value}`)
        assertLetters(
          bases.filter((b) => Math.abs(b.value) >= 0.5 * p99),
          read,
        )
      }
      await shot(page, 'threshold')
      await page.evaluate((chrom) => window.app.goto(chrom, 0, 150_000), chrom)
      const kept = await page.evaluate(() =>
        window.app.browser
          .findTracks((t) => t.config?.gtrack?.kind === 'hits')
          .map((t) => {
            const all = t.trackView.viewports[0].cachedFeatures
            return all.map((f) => [
              Math.abs(f.relSum) / (f.end - f.start),
              t._filter(f),
              t.config.gtrack.model,
            ])
          })
          .flat(),
      )
      const p99 = { [first.model]: first.p99, [second.model]: second.p99 }
      assert.ok([true, false].every((shown) => kept.some((hit) => hit[1] === shown)))
      for (const [strength, shown, model] of kept) assert.equal(shown, strength >= 0.5 * p99[model])
      await page.evaluate(() => window.app.setThreshold(0))
      await page.evaluate((l) => window.app.goto(l.chrom, l.start, l.end), manifest.locus)
      await page.evaluate(() => window.app.setReverse(true))
      assertLetters(await look(page, first.name), (at) => COMPLEMENT[read(at)])
      assert.equal(
        await page.evaluate(() => window.app.browser.findTracks('type', 'sequence')[0].reversed),
        true,
      )
      await shot(page, 'reverse')
    })
  })

  test('a click tells value, base, model and the 1-based place; the menu has nothing that does nothing', async () => {
    await mounted({}, async (page) => {
      const [best] = tallest(await look(page, first.name), 1)
      const { chrom } = manifest.locus
      const click = (at) =>
        page.evaluate(
          ([name, at]) => {
            const track = window.app.browser.findTracks((t) => t.config?.gtrack?.title === name)[0]
            const viewport = track.trackView.viewports[0]
            const state = { viewport, genomicLocation: at, referenceFrame: viewport.referenceFrame }
            return Object.fromEntries(track.popupData(state).map((d) => [d.name, d.value]))
          },
          [first.name, at],
        )
      const said = await click(best.at + 0.5)
      assert.deepEqual(Object.keys(said), ['Model', 'Position', 'Base', 'Relevance'])
      assert.deepEqual(
        [said.Model, said.Position, said.Base],
        [first.model, `${chrom}:${best.at + 1}`, genome[chrom][best.at].toUpperCase()],
      )
      assert.ok(
        Math.abs(parseFloat(said.Relevance.replace('−', '-')) - best.value) <=
          Math.abs(best.value) * 0.005,
      )
      assert.deepEqual(await click(-5), {})
      const menu = await page.evaluate((name) => {
        const { gear } = window.app.browser.findTracks((t) => t.config?.gtrack?.title === name)[0]
          .trackView
        gear.click()
        return [...gear.querySelectorAll('.igv-menu-popup div')].map((i) => i.textContent).join('|')
      }, first.name)
      assert.match(menu, /Remove track/)
      assert.doesNotMatch(menu, /Graph type|Autoscale|Windowing/) // they would do nothing here
    })
  })

  test('installed alone, in a page with its own browser, and twice', async () => {
    await mounted({ manifestURL: 'none.json' }, async (page) => {
      const seen = await page.evaluate(
        async ([url, fasta, locus, evil]) => {
          await Promise.all([window.gtrack.install(window.igv), window.gtrack.install(window.igv)])
          const wig = { type: 'wig', format: 'bigwig', url, name: 'x' }
          const browser = await window.igv.createBrowser(
            document.body.appendChild(document.createElement('div')),
            {
              reference: { id: 'c', fastaURL: fasta, indexURL: `${fasta}.fai` },
              loadDefaultGenomes: false,
              locus,
              tracks: [{ ...wig }, { ...wig, gtrack: { kind: 'relevance', model: evil } }],
            },
          )
          const [stock, ours] = browser.findTracks('type', 'wig')
          const viewport = ours.trackView.viewports[0]
          return {
            kinds: [stock.isRelevance, ours.isRelevance],
            drawn: viewport.canvas
              .getContext('2d')
              .getImageData(0, 0, viewport.canvas.width, 100)
              .data.some((x) => x),
            model: ours.popupData({
              viewport,
              genomicLocation: browser.referenceFrameList[0].start + 50,
            })[0].value,
          }
        },
        [
          first.url,
          manifest.genome.fasta,
          `${manifest.locus.chrom}:${manifest.locus.start + 1}-${manifest.locus.end}`,
          EVIL,
        ],
      )
      assert.deepEqual(seen.kinds, [undefined, true])
      assert.ok(seen.drawn && !/[<>"]/.test(seen.model) && seen.model.includes('onerror'))
    })
  })

  test('a session keeps class, scale, threshold and strand with the plugin, and opens without it', async () => {
    let saved
    await mounted({ threshold: 0.25, scale: 'p99' }, async (page) => {
      await page.evaluate(() => window.app.setReverse(true))
      saved = await page.evaluate(() => JSON.parse(JSON.stringify(window.app.browser.toJSON())))
      const wigs = saved.tracks.filter((t) => t.type === 'wig')
      assert.deepEqual(
        wigs.map((t) => [t.graphType, t.gtrack.threshold, t.gtrack.scale, t.gtrack.reverse]),
        Array(3).fill(['dynseq', 0.25, 'p99', true]),
      )
      const again = await page.evaluate(async (session) => {
        const box = document.body.appendChild(document.createElement('div'))
        const browser = await window.igv.createBrowser(box, session)
        const tracks = browser.findTracks((t) => t.isRelevance)
        return {
          kinds: tracks.map((t) => t.config.gtrack.kind),
          range: tracks.map((t) => t.dataRange.max),
          dim: tracks[0].threshold,
          reverse: tracks[0].look.reverse,
          features: tracks.map((t) => t.trackView.viewports[0].cachedFeatures.length),
        }
      }, saved)
      assert.deepEqual(again.kinds, ['relevance', 'relevance', 'difference'])
      assert.deepEqual(again.range, [first.p99, second.p99, 1])
      assert.deepEqual([again.dim, again.reverse], [0.25 * first.p99, true])
      assert.ok(again.features.every((n) => n > 100))
    })
    server.options.virtual['/session.json'] = JSON.stringify(saved)
    const page = await chromium.open(`${server.url}/stock/`)
    await until(page, () => window.drawn)
    const stock = await page.evaluate(() => ({
      wigs: window.browser
        .findTracks('type', 'wig')
        .map((t) => [
          t.graphType,
          t.isRelevance,
          t.dataRange.max,
          t.trackView.viewports[0].cachedFeatures.length > 0,
          t.name,
        ]),
      alert: getComputedStyle(
        window.browser.root.querySelector('.igv-ui-alert-dialog-container') ?? document.body,
      ).display,
      alerted: [...window.browser.root.querySelectorAll('*')].some(
        (e) =>
          /could not be loaded|Error/.test(e.children.length ? '' : e.textContent) &&
          e.getClientRects().length,
      ),
    }))
    assert.deepEqual(
      stock.wigs.slice(0, 2).map((w) => w.slice(0, 4)),
      [
        ['dynseq', undefined, first.p99, true],
        ['dynseq', undefined, second.p99, true],
      ],
    )
    assert.equal(stock.alerted, false)
    assert.deepEqual(chromium.dialogs, [])
    await shot(page, 'stock')
    await page.close()
  })

  test('zooming from 100 bases to a chromosome of 8 million reads at most 100 kB of sequence', async () => {
    const length = 8_000_000
    const lines = []
    for (let i = 0, x = 1; i < length; i += 60)
      lines.push(
        Array.from(
          { length: Math.min(60, length - i) },
          () => 'ACGT'[((x = (x * 1103515245 + 12345) & 0x7fffffff) >> 16) & 3],
        ).join(''),
      )
    const { chrom } = manifest.locus
    Object.assign(server.options.virtual, {
      '/big.fa': `>${chrom}\n${lines.join('\n')}\n`,
      '/big.fa.fai': `${chrom}\t${length}\t${chrom.length + 2}\t60\t61\n`,
    })
    const reference = { id: 'big', name: 'big', fastaURL: 'big.fa', indexURL: 'big.fa.fai' }
    server.clear()
    await mounted(
      { reference, locus: `${chrom}:${manifest.locus.start + 20}-${manifest.locus.start + 119}` },
      async (page) => {
        for (let step = 0; step < 60; step++) {
          await page.evaluate(async () => {
            await window.app.browser.zoomWithScaleFactor(1.4)
          })
          if (
            await page.evaluate(() => {
              const f = window.app.browser.referenceFrameList[0]
              return f.end - f.start >= 8e6
            })
          )
            break
        }
        assert.equal(await page.evaluate(() => window.app.state().locus), `${chrom}:1-${length}`)
        const bytes = server.bytes(/big\.fa$/)
        console.log(
          `# ${bytes} bytes of sequence in ${server.requests.filter((r) => r.path === '/big.fa').length} requests`,
        )
        assert.ok(bytes <= 102_400, `${bytes} bytes`)
        assert.match((await page.evaluate(() => window.app.problems))[0].title, /does not match/)
      },
    )
  })

  test('from hit to hit in 300 ms', async () => {
    await mounted({}, async (page) => {
      const places = hits
        .filter((_, i) => i % Math.ceil(hits.length / 25) === 0)
        .map((hit) => [hit[0], Number(hit[1]) - 60, Number(hit[2]) + 60])
      const times = await page.evaluate(async (places) => {
        const times = []
        for (const [chrom, start, end] of places) {
          const t = performance.now()
          await window.app.goto(chrom, start, end)
          times.push(performance.now() - t)
          const [track] = window.app.browser.findTracks((t) => t.isRelevance)
          const { canvas } = track.trackView.viewports[0]
          if (
            !canvas
              .getContext('2d')
              .getImageData(0, 0, canvas.width, canvas.height)
              .data.some((x) => x)
          )
            throw new Error('nothing is drawn')
        }
        return times.sort((a, b) => a - b)
      }, places)
      within(`from hit to hit, median of ${times.length}`, times[times.length >> 1], 300)
    })
  })

  test('the address keeps the view, and a link opens it again', async () => {
    await mounted({}, async (page) => {
      await page.evaluate(async () => {
        await window.app.setThreshold(0.3)
        await window.app.setScale(1.5)
        await window.app.setReverse(true)
        await window.app.setDifference(false)
        const { chr, start } = window.app.browser.referenceFrameList[0]
        await window.app.goto(chr, start + 10, start + 90)
      })
      const state = await page.evaluate(() => window.app.state())
      const hash = await until(page, (locus) => location.hash.includes(locus) && location.hash, {
        argument: state.locus,
      })
      await mounted(
        { threshold: 0.9 },
        async (again) => {
          assert.deepEqual(await again.evaluate(() => window.app.state()), state)
          assert.equal(
            await again.evaluate(
              () => window.app.browser.findTracks('type', 'sequence')[0].reversed,
            ),
            true,
          )
        },
        { hash: `${hash}&mine=1` },
      )
      await page.evaluate(() => {
        location.hash = location.hash
          .replace('reverse=1', 'reverse=0')
          .replace('threshold=0.3', 'threshold=0.6')
      })
      await until(
        page,
        () =>
          window.settled &&
          window.app.state().threshold === 0.6 &&
          window.app.state().reverse === false,
      ).catch(() => {}) // the page opens anew
      await until(
        page,
        () =>
          window.settled &&
          window.app.state().threshold === 0.6 &&
          window.app.state().reverse === false,
      )
    })
  })

  test('pictures: SVG with letters as shapes, and PNG', async () => {
    await mounted({}, async (page) => {
      const svg = await page.evaluate(() => {
        const text = window.app.browser.toSVG()
        const tree = new DOMParser().parseFromString(text, 'image/svg+xml')
        return {
          text,
          fine: !tree.querySelector('parsererror'),
          fills: [...tree.querySelectorAll('path')].map((p) => p.getAttribute('fill')),
        }
      })
      assert.ok(svg.fine)
      for (const base of 'ACGT')
        assert.ok(svg.fills.filter((f) => f?.toUpperCase() === COLORS[base]).length >= 2, base)
      if (SHOTS) await writeFile(join(SHOTS, 'picture.svg'), svg.text)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.evaluate(() => window.app.browser.savePNGtoFile('view.png')),
      ])
      const path = join(folder, 'view.png')
      await download.saveAs(path)
      assert.ok((await stat(path)).size > 5000)
    })
  })

  test('a bad file is named with its cure, and the other tracks are shown', async () => {
    const cases = [
      [
        'missing',
        (o) => {
          o.missing = new Set([`/${first.url}`])
        },
        /missing/,
      ],
      [
        'truncated',
        (o) => {
          o.truncate = { [`/${first.url}`]: 60_000 }
        },
        /truncated/,
      ],
      [
        'deaf',
        (o) => {
          o.ignoreRange = new RegExp(first.url)
        },
        /ignores Range/,
      ],
    ]
    for (const [name, break_, says] of cases) {
      const kept = { ...server.options }
      break_(server.options)
      await mounted({}, async (page) => {
        const problems = await page.evaluate(() => window.app.problems)
        assert.equal(problems.length, 1, name)
        assert.match(problems[0].title, says)
        assert.ok(problems[0].title.includes(first.url) && problems[0].cure)
        assert.deepEqual(await page.evaluate(() => window.app.browser.findTracks((t) => t.isRelevance && !t.isDifference).map((t) => t.config.gtrack.model)), [
          second.model,
        ])
        assertLetters(await look(page, second.name), (at) =>
          genome[manifest.locus.chrom][at].toUpperCase(),
        )
      })
      Object.assign(server.options, kept)
    }
  })

  test('a manifest that is none says so in the page', async () => {
    for (const [says, text] of [
      [/schema/, '{"schema":"gtrack-manifest/9"}'],
      [/damaged/, 'not json'],
      [/damaged/, JSON.stringify({ ...manifest, tracks: [{}] })],
    ]) {
      server.options.virtual['/bad.json'] = text
      await mounted({ manifestURL: 'bad.json' }, async (page) => {
        assert.match(await page.evaluate(() => window.failed.title), says)
        assert.ok(await page.evaluate(() => window.failed.cure))
        assert.match(
          await page.evaluate(() => document.querySelector('#app [role=alert]').textContent),
          /bad\.json/,
        )
      })
    }
    await mounted({ manifestURL: 'none.json' }, async (page) =>
      assert.match(await page.evaluate(() => window.failed.title), /none\.json .*HTTP 404/),
    )
  })

  test('a genome that does not match, or is not there, or lacks the place of a link', async () => {
    const other = { ...manifest, genome: { ...manifest.genome, bases: 7 } }
    server.options.virtual['/other.json'] = JSON.stringify(other)
    await mounted({ manifestURL: 'other.json' }, async (page) =>
      assert.match((await page.evaluate(() => window.app.problems))[0].title, /does not match/),
    )
    server.options.missing = new Set([`/${manifest.genome.fasta}`])
    await mounted({}, async (page) => {
      assert.match((await page.evaluate(() => window.app.problems))[0].cure, /bars, not letters/)
      const blue = (await look(page, first.name, { blue: '#0072B2', red: '#D55E00' })).filter(
        (b) => b.value > 0 && Object.keys(b.up).length,
      )
      assert.ok(blue.length > 3 && blue.every((b) => Object.keys(b.up)[0] === 'blue'))
    })
    server.options.missing = new Set()
    await mounted(
      {},
      async (page) => {
        assert.match((await page.evaluate(() => window.app.problems))[0].title, /nowhere:1-100/)
        assert.ok(
          (await page.evaluate(() => window.app.state().locus)).startsWith(manifest.locus.chrom),
        )
      },
      { hash: '#locus=nowhere:1-100' },
    )
  })

  test('hostile names are shown as text and run nothing', async () => {
    const named = {
      ...manifest,
      tracks: manifest.tracks.map((t) => ({
        ...t,
        name: `${EVIL}${t.name}`,
        ...(t.model && { model: `${EVIL}${t.model}` }),
      })),
      regions: { ...manifest.regions, url: 'evil.bed' },
    }
    const { chrom, start, end } = manifest.locus
    named.tracks.push({ name: EVIL, kind: 'annotation', format: 'BED', url: 'evil.bed' })
    Object.assign(server.options.virtual, {
      '/evil.json': JSON.stringify(named),
      '/evil.bed': `${chrom}\t${start}\t${end}\t${EVIL}\n`,
    })
    const headers = server.options.headers
    server.options.headers = {} // without the CSP a script would run
    await mounted({ manifestURL: 'evil.json' }, async (page) => {
      const labels = await page.evaluate(() =>
        window.app.browser.trackViews
          .map((v) => v.viewports[0].trackLabelElement?.textContent)
          .filter((t) => t?.includes('onerror')),
      )
      assert.equal(labels.length, named.tracks.length + 1)
      assert.ok(labels.some((l) => l === EVIL))
      const popups = await page.evaluate(async () => {
        const said = []
        for (const track of window.app.browser.tracks.filter((t) => t.config?.gtrack)) {
          const viewport = track.trackView.viewports[0]
          const box = viewport.viewportElement.getBoundingClientRect()
          await viewport.handleTrackClick({
            clientX: box.x + box.width / 2,
            clientY: box.y + 12,
            pageX: box.x + box.width / 2,
            pageY: box.y + 12,
          })
          said.push(document.querySelector('.gt-popup')?.textContent ?? '')
        }
        for (const region of window.app.browser.columnContainer.querySelectorAll(
          '.igv-roi-region *',
        ))
          region.click()
        return said
      })
      assert.ok(popups.filter((t) => t.includes('onerror')).length >= 2, popups.join('\n'))
      assert.ok(
        popups.some((t) => t.includes(`Model${EVIL}${first.model}Position`)),
        popups.join('\n'),
      )
      await page.evaluate(() => window.app.browser.search('no such name')) // igv.js would ask its web service
      await new Promise((done) => setTimeout(done, 300))
      await shot(page, 'hostile')
    })
    server.options.headers = headers
  })

  test('a hub with hostile names, fractional limits and colours that hide those of the hits', async () => {
    const [a, b] = [first, second]
    const hits = manifest.tracks.find((t) => t.kind === 'hits')
    const wig = (t, parent, name) =>
      `track ${name}\nparent ${parent}\nshortLabel ${t.name}\nlongLabel Relevance of ${EVIL}\ntype bigWig -1 1\nbigDataUrl ../${t.url}\ncolor 0,114,178\naltColor 213,94,0\nvisibility full\n`
    server.options.virtual['/evil/hub.txt'] =
      `hub gtrack\nshortLabel ${EVIL}\nlongLabel gtrack\nuseOneFile on\nemail a@example.org\n\ngenome custom\ntwoBitPath none.2bit\ndefaultPos ${manifest.locus.chrom}:${manifest.locus.start + 1}-${manifest.locus.end}\n\n` +
      `track relevance\ncompositeTrack on\nshortLabel Relevance\nlongLabel Relevance\ntype bigWig\nlogo on\nautoScale group\nviewLimits -0.8:0.8\nvisibility full\n\n${wig(a, 'relevance on', 'ra')}\n${wig(b, 'relevance on', 'rb')}\n` +
      `track both\ncontainer multiWig\naggregate transparentOverlay\nshortLabel Both ${EVIL}\nlongLabel Both\ntype bigWig\nviewLimits -0.5:0.5\nvisibility full\n\n${wig(a, 'both', 'oa')}\n${wig(b, 'both', 'ob')}\n` +
      `track hits\nshortLabel hits\nlongLabel hits\ntype bigBed 9 +\nitemRgb on\ncolor 1,2,3\nbigDataUrl ../${hits.url}\nvisibility pack\n`
    const headers = server.options.headers
    server.options.headers = {}
    const reference = {
      id: 'custom',
      name: 'custom',
      fastaURL: manifest.genome.fasta,
      indexURL: `${manifest.genome.fasta}.fai`,
    }
    await mounted(
      { manifestURL: undefined, hubURL: 'evil/hub.txt', reference, difference: false },
      async (page) => {
        assert.deepEqual(
          await page.evaluate(() => [window.app.problems, window.app.state().locus]),
          [[], `${manifest.locus.chrom}:${manifest.locus.start + 1}-${manifest.locus.end}`],
        )
        for (const { name } of [a, b])
          assertLetters(await look(page, name), (at) =>
            genome[manifest.locus.chrom][at].toUpperCase(),
          )
        assert.equal(new Set((await ranges(page)).map((r) => r.max)).size, 1)
        const [overlay, bed] = await page.evaluate(() => [
          window.app.browser
            .findTracks('type', 'merged')
            .map((t) => [t.tracks.length, t.alpha, t.tracks[0].graphType])[0],
          window.app.browser
            .findTracks((t) => t.config?.id === 'hits')
            .map((t) => t.color ?? 'own'),
        ])
        assert.deepEqual(overlay, [2, 0.5, 'bar'])
        assert.deepEqual(bed, ['own'])
        await shot(page, 'evil-hub')
      },
    )
    server.options.headers = headers
  })

  const noHub = !skip && !existsSync(join(SCAN, 'hub/hub.txt')) && 'the scan has no hub/hub.txt'
  test(
    'the hub that gtrack hub wrote: letters, group scale, overlay, colours of hits and bases',
    { skip: noHub },
    async () => {
      await mounted({ manifestURL: undefined, hubURL: 'hub/hub.txt' }, async (page) => {
        assert.deepEqual(await page.evaluate(() => [window.app.problems, window.app.manifest]), [
          [],
          null,
        ])
        const { chrom, start, end } = manifest.locus
        const baseAt = (at) => genome[chrom][at].toUpperCase()
        assert.equal(
          await page.evaluate(() => window.app.state().locus),
          `${chrom}:${start + 1}-${end}`,
        )
        for (const { name } of [first, second]) assertLetters(await look(page, name), baseAt)
        const scales = (await ranges(page)).map((r) => r.max)
        assert.deepEqual([scales.length, new Set(scales).size], [3, 1])
        const seen = await page.evaluate(() => {
          const { browser } = window.app
          const { canvas } = browser.findTracks('type', 'sequence')[0].trackView.viewports[0]
          const { bpStart, bpPerPixel } = canvas._data
          const bases = {}
          for (let at = Math.ceil(bpStart); at < bpStart + canvas.width * bpPerPixel - 1; at++) {
            const [r, g, b, a] = canvas
              .getContext('2d')
              .getImageData(Math.round((at + 0.5 - bpStart) / bpPerPixel), 6, 1, 1).data
            if (a === 255)
              bases[at] = `#${[r, g, b]
                .map((x) => x.toString(16).padStart(2, '0'))
                .join('')
                .toUpperCase()}`
          }
          return {
            bases,
            overlay: browser
              .findTracks('type', 'merged')
              .map((t) => [t.tracks.length, t.alpha, t.tracks[0].graphType]),
            hits: browser
              .findTracks((t) => /hits/.test(t.config?.id))
              .map((t) => [
                t.color,
                t.displayMode,
                t.trackView.viewports[0].cachedFeatures.length > 0,
              ]),
            kinds: browser.findTracks((t) => t.config?.gtrack).map((t) => t.config.gtrack.kind),
            slider: document.querySelector('[type=range]').disabled,
          }
        })
        assert.ok(Object.keys(seen.bases).length >= 138)
        for (const at in seen.bases) assert.equal(seen.bases[at], COLORS[baseAt(at)], at)
        assert.deepEqual(seen.overlay, [[2, 0.5, 'bar']])
        assert.equal(seen.hits.length, 2)
        for (const hit of seen.hits) assert.deepEqual(hit, [undefined, 'EXPANDED', true])
        assert.deepEqual(seen.kinds.slice(0, 3), ['relevance', 'relevance', 'difference'])
        assert.equal(seen.slider, true) // a hub does not say a 99th percentile
        await shot(page, 'hub')
      })
    },
  )

  test('destroy leaves nothing behind, and one can mount again', async () => {
    await mounted({}, async (page) => {
      const left = await page.evaluate(async () => {
        let calls = 0
        window.app.on('locus', () => {
          calls++
        })
        const keys = []
        document.removeEventListener = new Proxy(document.removeEventListener, {
          apply: (f, self, args) => {
            keys.push(args[0])
            return Reflect.apply(f, self, args)
          },
        })
        window.app.destroy()
        location.hash = '#threshold=0.7'
        await new Promise((done) => setTimeout(done, 300))
        const empty = document.getElementById('app').childElementCount
        history.replaceState(null, '', location.pathname + location.search)
        window.app = await window.gtrack.mount(document.getElementById('app'), window.igv, {
          manifestURL: 'manifest.json',
        })
        return { calls, empty, keys: keys.includes('keyup'), locus: window.app.state().locus }
      })
      assert.deepEqual([left.calls, left.empty, left.keys], [0, 0, true])
      assert.ok(left.locus.startsWith(manifest.locus.chrom))
    })
  })
})
