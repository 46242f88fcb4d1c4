// A session of `gtrack session`, opened by igv.js without gtrack: the page is of one host, the
// files are on another, which answers ranges and lets other sites read.
// GTRACK_CASE is a JSON file of what tests/plugin/test_session_elsewhere.py made: {host (a folder),
// port, session (its address), chrom, start, end, bases}; `bases` are those of the place.
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch, noBrowser, until } from '../browser/chromium.js'
import { serve } from '../browser/server.js'

const { GTRACK_CASE, GTRACK_SHOTS } = process.env
const skip = noBrowser() || (!GTRACK_CASE && 'GTRACK_CASE says where the session is')
const CASE = skip ? {} : JSON.parse(readFileSync(GTRACK_CASE))
const SHARED = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'Range',
  'Access-Control-Expose-Headers': 'Content-Range, Content-Length',
}
let browser
let page
let pages
let host

before(async () => {
  if (skip) return
  const virtual = {
    '/': '<!doctype html><html lang=en><meta charset=utf-8><title>x</title>',
  }
  pages = await serve({}, { virtual, headers: {} })
  host = await serve({ '/': CASE.host }, { headers: SHARED, port: CASE.port })
  browser = await launch({ width: 1500, height: 900 })
  page = await browser.open(pages.url)
})
after(async () => {
  await browser?.close()
  await Promise.all([pages?.close(), host?.close()])
})

/** Runs in the page: makes the browser of a session; where it stands. */
async function opened(sessionURL) {
  const { default: igv } = await import('/_gtrack/igv/igv.esm.min.js')
  const box = document.body.appendChild(document.createElement('div'))
  const offline = { search: false, loadDefaultGenomes: false }
  window.stock = await igv.createBrowser(box, { sessionURL, ...offline })
  const { chr, start, end } = window.stock.referenceFrameList[0]
  return { chr, start: Math.round(start), end: Math.round(end) }
}

/** Runs in the page: the colours in the picture of every signed track; null until all have some. */
function inks() {
  // igv.js takes colours from its page alone, and passes over those of a session by address.
  const rgb = (letter) => window.stock.nucleotideColors[letter].match(/\d+/g).map(Number)
  const letters = [...'ACGT'].map((letter) => [letter, rgb(letter)])
  const of = (track) => {
    const { canvas } = track.trackView.viewports[0]
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    const found = new Set()
    for (let at = 0; at < data.length; at += 4) {
      const same = ([, ink]) => ink.every((c, i) => Math.abs(c - data[at + i]) < 6)
      const ink = data[at + 3] > 200 && letters.find(same)
      if (ink) found.add(ink[0])
    }
    return [...found].sort()
  }
  const drawn = window.stock.findTracks((t) => t.graphType === 'dynseq').map(of)
  return drawn.length > 0 && drawn.every((found) => found.length > 0) && drawn
}

/** Runs in the page: the colours of the features of hits. */
const colours = () =>
  window.stock
    .findTracks((t) => t.config?.format === 'bigbed')
    .flatMap((t) => t.trackView.viewports[0].cachedFeatures?.map((f) => f.color) ?? [])

test('igv.js without gtrack, on another host, shows letters and hits', { skip }, async () => {
  const { session, chrom, start, end, bases } = CASE
  const seen = await page.evaluate(opened, session)
  assert.deepEqual(seen, { chr: chrom, start, end })
  const read = ([chr, from, to]) => window.stock.genome.getSequence(chr, from, to)
  assert.equal((await page.evaluate(read, [chrom, start, end])).toUpperCase(), bases)
  for (const drawn of await until(page, inks)) {
    assert.ok(drawn.length > 1, `letters, and no bars: ${drawn}`)
    assert.deepEqual(
      drawn.filter((letter) => !bases.includes(letter)),
      [],
    )
  }
  const hits = await page.evaluate(colours)
  assert.ok(
    hits.every((colour) => /^rgb\((0,114,178|213,94,0)\)$/.test(colour)),
    hits.join(' '),
  )
  if (host.requests.some(({ path }) => path.endsWith('.bb'))) assert.ok(hits.length > 0)
  if (GTRACK_SHOTS) await page.screenshot({ path: join(GTRACK_SHOTS, 'shared-session.png') })
})

test('each file is read from the host, none is missing', { skip }, () => {
  const asked = host.requests.filter(({ method }) => method !== 'OPTIONS')
  assert.ok(asked.some(({ path, status }) => path.endsWith('.relevance.bw') && status === 206))
  assert.deepEqual(
    asked.filter(({ status }) => status >= 400),
    [],
  )
  const strange = pages.requests
    .map(({ path }) => path)
    .filter((path) => !/^\/(_gtrack\/.*|favicon.ico)?$/.test(path))
  assert.deepEqual(strange, [], 'nothing of the scan is looked for beside the page')
  assert.deepEqual([browser.errors, browser.dialogs, browser.strays], [[], [], []])
})
