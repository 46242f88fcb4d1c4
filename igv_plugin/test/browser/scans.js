// Viewers in Debian's Chromium on the real files of a scan: GTRACK_SCAN=DIR (a folder that gtrack
// scan and gtrack hits made).
import { after, before, test as nodeTest } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { cp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch, noBrowser, until } from './chromium.js'
import { serve } from './server.js'

export const SCAN = process.env.GTRACK_SCAN
export const SHOTS = process.env.GTRACK_SHOTS // a folder for pictures to look at
export const COLORS = { A: '#009E73', C: '#0072B2', G: '#E69F00', T: '#D55E00', dim: '#C2C2C2' }
export const COMPLEMENT = { A: 'T', C: 'G', G: 'C', T: 'A' }
export const EVIL = '<img src=x onerror="window.hacked=1">\'"</script>'

const html = (script) => `<!doctype html><html lang=en><meta charset=utf-8><title>gtrack</title>
<link rel=icon href="data:,"><link rel=stylesheet href="/_gtrack/plugin/style.css">
<div id=app></div><script type=module src="${script}"></script></html>`
/** A page that mounts with the options in its own address (?{json}#state). */
const PAGE = `import igv from '/_gtrack/igv/igv.esm.min.js'
import * as gtrack from '/_gtrack/plugin/index.js'
const given = JSON.parse(decodeURIComponent(location.search.slice(1)) || '{}')
const options = { manifestURL: 'manifest.json', ...given }
Object.assign(window, { igv, gtrack, started: performance.now() })
try {
  window.app = await gtrack.mount(document.getElementById('app'), igv, options)
} catch (error) {
  window.failed = { title: error.title, cure: error.cure }
}
window.drawn = performance.now()
await window.app?.ready
window.settled = true`
/** By path: a page that mounts. */
export const PAGES = { '/': html('/page.js'), '/page.js': PAGE }
/** A page of igv.js without the plugin. */
const STOCK = `import igv from '/_gtrack/igv/igv.esm.min.js'
const session = await (await fetch('/session.json')).json()
window.igv = igv
window.browser = await igv.createBrowser(document.getElementById('app'), session)
window.drawn = performance.now()`

/** False, or why there are no tests. */
function whyNot() {
  if (noBrowser()) return noBrowser()
  if (!SCAN) return 'GTRACK_SCAN names no scan folder'
  return !existsSync(join(SCAN, 'manifest.json')) && `${SCAN} holds no manifest.json`
}
const skip = whyNot()
/** A test that is skipped where there is no browser or no scan, or for a reason of its own. */
export const test = (name, body, why = false) => nodeTest(name, { skip: skip || why }, body)

export const manifest = skip ? null : JSON.parse(readFileSync(join(SCAN, 'manifest.json')))
/** The tracks of the two models. */
export const [first, second] = manifest?.tracks.filter((t) => t.kind === 'relevance') ?? []
/** The sequence of each chromosome. */
export let genome
export let folder
export let server
export let chromium

before(async () => {
  if (skip) return
  folder = mkdtempSync(join(tmpdir(), 'gtrack-tracks-'))
  await cp(SCAN, folder, { recursive: true })
  genome = await readGenome(join(folder, manifest.genome.fasta))
  const stock = { '/stock/': html('/stock.js'), '/stock.js': STOCK }
  server = await serve({ '/': folder }, { virtual: { ...PAGES, ...stock } })
  chromium = await launch()
})
after(async () => {
  await chromium?.close()
  await server?.close()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** The lines of a table, without comments. */
export async function readTable(path) {
  const lines = (await readFile(path, 'utf8')).split('\n')
  return lines.filter((line) => line && !line.startsWith('#')).map((line) => line.split('\t'))
}

async function readGenome(path) {
  const fasta = await readFile(path, 'latin1')
  const found = {}
  for (const [name, length, offset, bases, bytes] of await readTable(`${path}.fai`)) {
    const text = fasta.substr(Number(offset), Math.ceil(length / bases) * bytes)
    found[name] = text.replaceAll('\n', '').slice(0, Number(length))
  }
  return found
}

/**
 * Mount in a fresh page; `use` gets the page. In the end: no script error, no request to elsewhere,
 * no script from a name.
 */
export async function mounted(options, use, { hash = '', errors = 0 } = {}) {
  chromium.errors.length = chromium.strays.length = chromium.dialogs.length = 0
  const query = encodeURIComponent(JSON.stringify(options))
  const page = await chromium.open(`${server.url}/?${query}${hash}`)
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

export const shot = async (page, name) =>
  SHOTS && page.screenshot({ path: join(SHOTS, `${name}.png`) })

/**
 * Of each base in view: its value and how many pixels of each colour are above and below the axis
 * of a track.
 */
export const look = (page, name, colors = COLORS) => page.evaluate(countInk, [name, colors])

/** Runs in the page. */
async function countInk([name, colors]) {
  const named = (t) => t.isRelevance && (t.config.gtrack.title ?? t.config.gtrack.kind) === name
  const [track] = window.app.browser.findTracks(named)
  const { canvas } = track.trackView.viewports[0]
  const { bpStart, bpPerPixel } = canvas._data
  const { chr, start, end } = window.app.browser.referenceFrameList[0]
  const [from, to] = [Math.ceil(start), Math.floor(end)]
  const values = await track.values(chr, from, to)
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))
  const inks = Object.entries(colors).map(([key, hex]) => [key, channels(hex)])
  const zero = Math.round(canvas.height / 2)
  const inkAt = (x, y) => {
    const rgba = data.slice((y * canvas.width + x) * 4, (y * canvas.width + x) * 4 + 4)
    const close = ([, rgb]) => rgb.every((c, j) => Math.abs(c - rgba[j]) < 6)
    return rgba[3] > 200 && inks.find(close)?.[0]
  }
  return Array.from(values, (value, i) => {
    const found = { at: from + i, value, up: {}, down: {} }
    const last = (from + i + 1 - bpStart) / bpPerPixel - 1
    for (let x = Math.ceil((from + i - bpStart) / bpPerPixel) + 1; x < last; x++) {
      for (let y = 0; y < canvas.height; y++) {
        const key = Math.abs(y - zero) > 1 && inkAt(x, y)
        const side = found[y < zero ? 'up' : 'down']
        if (key) side[key] = (side[key] ?? 0) + 1
      }
    }
    return found
  })
}

export const tallest = (bases, n) =>
  bases
    .filter((b) => !Number.isNaN(b.value))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, n)

/** The tallest letters have the colour of `baseAt` on the side of their sign, and no other ink. */
export function assertLetters(bases, baseAt) {
  const drawn = bases.filter((b) => Math.abs(b.value) > 0)
  for (const { at, value, up, down } of tallest(drawn, 8)) {
    const [here, there] = value > 0 ? [up, down] : [down, up]
    assert.deepEqual(Object.keys(here), [baseAt(at)], `base ${at}, value ${value}`)
    assert.deepEqual(there, {}, `base ${at}`)
  }
}

/** The letter of the forward strand. */
export const baseAt = (chrom) => (at) => genome[chrom][at].toUpperCase()

export const ranges = (page) =>
  page.evaluate(() => window.app.browser.findTracks((t) => t.isRelevance).map((t) => t.dataRange))
