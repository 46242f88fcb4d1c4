// What lasts and what ends: sessions, links, pictures, destroy().
import assert from 'node:assert/strict'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { membersOf } from '../surface.js'
import { until } from './chromium.js'
import {
  COLORS,
  EVIL,
  SHOTS,
  chromium,
  first,
  folder,
  manifest,
  mounted,
  second,
  server,
  shot,
  test,
} from './scans.js'

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

/** Runs in the page: a second browser with this session. */
async function openAgain(session) {
  const box = document.body.appendChild(document.createElement('div'))
  const browser = await window.igv.createBrowser(box, session)
  const tracks = browser.findTracks((t) => t.isRelevance)
  return {
    kinds: tracks.map((t) => t.config.gtrack.kind),
    range: tracks.map((t) => t.dataRange.max),
    dim: tracks[0].dimmed,
    reverse: tracks[0].look.reverse,
    features: tracks.map((t) => t.trackView.viewports[0].cachedFeatures.length),
  }
}

/**
 * Runs in a page of igv.js without the plugin: its signal tracks, and whether it shows an error.
 */
function seenByStock() {
  const { browser } = window
  const drawn = (t) => t.trackView.viewports[0].cachedFeatures.length > 0
  const wigs = browser.findTracks('type', 'wig')
  const says = (e) => /could not be loaded|Error/.test(e.children.length ? '' : e.textContent)
  const elements = [...browser.root.querySelectorAll('*')]
  return {
    wigs: wigs.map((t) => [t.graphType, t.isRelevance, t.dataRange.max, drawn(t)]),
    alerted: elements.some((e) => says(e) && e.getClientRects().length),
  }
}

test('a session keeps scale, threshold and strand, and opens without the plugin', async () => {
  let saved
  await mounted({ threshold: 0.25, scale: 'p99', difference: true }, async (page) => {
    await page.evaluate(() => window.app.setReverse(true))
    saved = await page.evaluate(() => JSON.parse(JSON.stringify(window.app.browser.toJSON())))
    const wigs = saved.tracks.filter((t) => t.type === 'wig')
    assert.deepEqual(
      wigs.map((t) => [t.graphType, t.gtrack.threshold, t.gtrack.scale, t.gtrack.reverse]),
      Array(3).fill(['dynseq', 0.25, 'p99', true]),
    )
    const again = await page.evaluate(openAgain, saved)
    assert.deepEqual(again.kinds, ['relevance', 'relevance', 'difference'])
    assert.deepEqual(again.range.slice(0, 2), [first.p99, second.p99])
    assert.ok(again.range[2] >= 1)
    assert.deepEqual([again.dim, again.reverse], [0.25 * first.p99, true])
    assert.ok(again.features.every((n) => n > 100))
  })
  server.options.virtual['/session.json'] = JSON.stringify(saved)
  const page = await chromium.open(`${server.url}/stock/`)
  await until(page, () => window.drawn)
  const stock = await page.evaluate(seenByStock)
  assert.deepEqual(stock.wigs.slice(0, 2), [
    ['dynseq', undefined, first.p99, true],
    ['dynseq', undefined, second.p99, true],
  ])
  assert.equal(stock.alerted, false)
  assert.deepEqual(chromium.dialogs, [])
  await shot(page, 'stock')
  await page.close()
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
          await again.evaluate(() => window.app.browser.findTracks('type', 'sequence')[0].reversed),
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
    for (const base of 'ACGT') {
      assert.ok(svg.fills.filter((f) => f?.toUpperCase() === COLORS[base]).length >= 2, base)
    }
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

test('a viewer has the members that index.d.ts declares, and no others', async () => {
  await mounted({}, async (page) => {
    const found = await page.evaluate(() => [
      Object.keys(window.app),
      Object.keys(window.app.state()),
    ])
    const [app, state] = found.map((names) => names.sort())
    assert.deepEqual(app, membersOf('App'))
    assert.deepEqual(state, membersOf('State'))
  })
})

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
