// Hostile names, and hubs.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { boxes, covering } from './boxes.js'
import { eventually } from './chromium.js'
import {
  COLORS,
  EVIL,
  SCAN,
  assertLetters,
  first,
  baseAt,
  look,
  manifest,
  mounted,
  ranges,
  second,
  server,
  shot,
  test,
} from './scans.js'

/** Runs in the page: clicks on all tracks and regions; what the popups said. */
async function clickAll() {
  const { tracks, columnContainer } = window.app.browser
  const said = []
  for (const track of tracks.filter((t) => t.config?.gtrack)) {
    const viewport = track.trackView.viewports[0]
    const box = viewport.viewportElement.getBoundingClientRect()
    const [x, y] = [box.x + box.width / 2, box.y + 12]
    await viewport.handleTrackClick({ clientX: x, clientY: y, pageX: x, pageY: y })
    said.push(document.querySelector('.gt-popup')?.textContent ?? '')
  }
  for (const region of columnContainer.querySelectorAll('.igv-roi-region *')) region.click()
  return said
}

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
  await mounted({ manifestURL: 'evil.json', difference: true }, async (page) => {
    const labels = await page.evaluate(() =>
      window.app.browser.trackViews
        .map((v) => v.viewports[0].trackLabelElement?.textContent)
        .filter((t) => t?.includes('onerror')),
    )
    assert.equal(labels.length, named.tracks.length + 1)
    assert.ok(labels.some((l) => l === EVIL))
    const popups = await page.evaluate(clickAll)
    assert.ok(popups.filter((t) => t.includes('onerror')).length >= 2, popups.join('\n'))
    assert.ok(
      popups.some((t) => t.includes(`Model${EVIL}${first.model}Position`)),
      popups.join('\n'),
    )
    // igv.js would ask its web service.
    await page.evaluate(() => window.app.browser.search('no such name'))
    await new Promise((done) => setTimeout(done, 300))
    await shot(page, 'hostile')
  })
  server.options.headers = headers
})

const { locus } = manifest ?? {}
const start = locus && `${locus.chrom}:${locus.start + 1}-${locus.end}`

/** A hub whose labels are hostile, of two signals, their overlay and hits. */
function evilHub(a, b, hits) {
  const stanza = (settings) =>
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}\n`)
      .join('')
  const labels = (text) => ({ shortLabel: text, longLabel: text })
  const signal = ({ name, url }, parent, track) => ({
    ...{ track, parent, shortLabel: name, longLabel: `Relevance of ${EVIL}` },
    ...{ type: 'bigWig -1 1', bigDataUrl: `../${url}`, color: '0,114,178' },
    ...{ altColor: '213,94,0', visibility: 'full' },
  })
  const scaled = { type: 'bigWig', visibility: 'full' }
  const letters = { compositeTrack: 'on', logo: 'on', autoScale: 'group', viewLimits: '-0.8:0.8' }
  const overlay = { container: 'multiWig', aggregate: 'transparentOverlay', viewLimits: '-0.5:0.5' }
  const colours = { type: 'bigBed 9 +', itemRgb: 'on', color: '1,2,3' }
  return [
    { hub: 'gtrack', ...labels(EVIL), useOneFile: 'on', email: 'a@example.org' },
    { genome: 'custom', twoBitPath: 'none.2bit', defaultPos: start },
    { track: 'relevance', ...labels('Relevance'), ...letters, ...scaled },
    signal(a, 'relevance on', 'ra'),
    signal(b, 'relevance on', 'rb'),
    { track: 'both', ...labels(`Both ${EVIL}`), ...overlay, ...scaled },
    signal(a, 'both', 'oa'),
    signal(b, 'both', 'ob'),
    {
      track: 'hits',
      ...labels('hits'),
      ...colours,
      bigDataUrl: `../${hits.url}`,
      visibility: 'pack',
    },
  ]
    .map(stanza)
    .join('\n')
}
test('no name of a track lies over letters, bars, hits or features, in any window', async () => {
  const long = 'MA0139.1-CTCF-human-encode-accessible-regions-of-K562-fold-04'
  const longer = (t) => (t.model === first.model ? { ...t, name: long, model: long } : t)
  const named = { ...manifest, tracks: manifest.tracks.map(longer) }
  server.options.virtual['/long.json'] = JSON.stringify(named)
  await mounted({ manifestURL: 'long.json', difference: true }, async (page) => {
    for (const width of [1440, 1024, 390]) {
      await page.setViewportSize({ width, height: 900 })
      await eventually(async () => {
        const found = await page.evaluate(boxes)
        assert.equal(found.length, named.tracks.length + 1)
        assert.deepEqual(covering(found), [], `${width} px`)
        assert.ok(found.some(({ label }) => label.title.startsWith(`${long} −`)))
        assert.ok(found.every(({ label, data }) => label.right <= data.right + 1))
      })
      await shot(page, `names-${width}`)
    }
  })
})

/** Runs in the page: [how many layers, alpha, graph] of each overlay. */
const overlays = () =>
  window.app.browser
    .findTracks('type', 'merged')
    .map((t) => [t.tracks.length, t.alpha, t.tracks[0].graphType])

test('a hub with hostile names, fractional limits, colours that hide those of hits', async () => {
  const [a, b] = [first, second]
  const hits = manifest.tracks.find((t) => t.kind === 'hits')
  server.options.virtual['/evil/hub.txt'] = evilHub(a, b, hits)
  const headers = server.options.headers
  server.options.headers = {}
  const reference = {
    id: 'custom',
    name: 'custom',
    fastaURL: manifest.genome.fasta,
    indexURL: `${manifest.genome.fasta}.fai`,
  }
  await mounted(
    { manifestURL: undefined, hubURL: 'evil/hub.txt', reference, scale: 'auto' },
    async (page) => {
      assert.deepEqual(await page.evaluate(() => window.app.problems), [])
      assert.ok(Math.abs((await middle(page)) - (locus.start + locus.end) / 2) <= 1)
      for (const { name } of [a, b]) assertLetters(await look(page, name), baseAt(locus.chrom))
      assert.equal(new Set((await ranges(page)).map((r) => r.max)).size, 1)
      assert.deepEqual(await page.evaluate(overlays), [[2, 0.5, 'bar']])
      const bed = await page.evaluate(() =>
        window.app.browser.findTracks((t) => t.config?.id === 'hits').map((t) => t.color ?? 'own'),
      )
      assert.deepEqual(bed, ['own'])
      await shot(page, 'evil-hub')
    },
  )
  server.options.headers = headers
})

/** Runs in the page: the colour of each base of the sequence. */
function sequenceColours() {
  const [track] = window.app.browser.findTracks('type', 'sequence')
  const { canvas } = track.trackView.viewports[0]
  const { bpStart, bpPerPixel } = canvas._data
  const context = canvas.getContext('2d')
  const found = {}
  for (let at = Math.ceil(bpStart); at < bpStart + canvas.width * bpPerPixel - 1; at++) {
    const x = Math.round((at + 0.5 - bpStart) / bpPerPixel)
    const [r, g, b, a] = context.getImageData(x, 6, 1, 1).data
    const hex = [r, g, b].map((c) => c.toString(16).padStart(2, '0')).join('')
    if (a === 255) found[at] = `#${hex.toUpperCase()}`
  }
  return found
}

/** Runs in the page: hits and kinds of the tracks of a hub. */
function hubTracks() {
  const { browser } = window.app
  const drawn = (t) => t.trackView.viewports[0].cachedFeatures.length > 0
  const hits = browser.findTracks((t) => /hits/.test(t.config?.id))
  const own = browser.findTracks((t) => t.config?.gtrack)
  return {
    hits: hits.map((t) => [t.color, t.displayMode, drawn(t)]),
    kinds: own.map((t) => t.config.gtrack.kind),
    slider: document.querySelector('[type=range]').disabled,
  }
}

const noHub = SCAN && !existsSync(join(SCAN, 'hub/hub.txt')) && 'the scan has no hub/hub.txt'
/** The middle of the view, whose width follows from that of the figure. */
const middle = (page) =>
  page.evaluate(() => {
    const { start, end } = window.app.browser.referenceFrameList[0]
    return Math.round((start + end) / 2)
  })

const title = 'the hub that gtrack hub wrote: letters, scales, overlay, colours'
const hubURL = 'hub/hub.txt'
const shown = async (page) => {
  const told = () => [window.app.problems, window.app.manifest]
  assert.deepEqual(await page.evaluate(told), [[], null])
  assert.ok(Math.abs((await middle(page)) - (locus.start + locus.end) / 2) <= 1)
  const letterAt = baseAt(locus.chrom)
  for (const { name } of [first, second]) assertLetters(await look(page, name), letterAt)
  const [one, two] = (await ranges(page)).map((r) => r.max)
  assert.notEqual(one, two, 'each model has a scale of its own')
  const bases = await page.evaluate(sequenceColours)
  assert.ok(Object.keys(bases).length >= 138)
  for (const at in bases) assert.equal(bases[at], COLORS[letterAt(at)], at)
  assert.deepEqual(await page.evaluate(overlays), [[2, 0.5, 'bar']])
  const { hits, kinds, slider } = await page.evaluate(hubTracks)
  assert.equal(hits.length, 2)
  for (const hit of hits) assert.deepEqual(hit, [undefined, 'EXPANDED', true])
  const each = ['relevance', 'annotation'] // with its hits
  assert.deepEqual(kinds.slice(0, 5), [...each, ...each, 'difference'])
  assert.equal(slider, false, 'a hub says the 99th percentiles')
  const p99s = () =>
    window.app.browser
      .findTracks((t) => t.isRelevance && !t.isDifference)
      .map((t) => Number(t.p99.toPrecision(5)))
  const known = [first, second].map(({ p99 }) => Number(p99.toPrecision(5)))
  assert.deepEqual((await page.evaluate(p99s)).slice(0, 2), known)
  await shot(page, 'hub')
}
const options = { manifestURL: undefined, hubURL, difference: true }
test(title, () => mounted(options, shown), noHub)
