// Sequences whose names igv.js stumbles over, and genomes that are 2bit: in the viewer, in its hub,
// and in igv.js without gtrack.
// GTRACK_CASE is a JSON file of what tests/plugin/test_odd_contigs.py made: {url, hub, chrom,
// start, end, bases, copied}; `bases` are those of the place, and a session has them where the
// genome is copied.
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { launch, noBrowser, until } from '../browser/chromium.js'
import { words } from './looking.js'

const { GTRACK_CASE } = process.env
const skip = noBrowser() || (!GTRACK_CASE && 'GTRACK_CASE says where the pages are')
const CASE = skip ? {} : JSON.parse(readFileSync(GTRACK_CASE))
const { url, hub, chrom, start, end, bases } = CASE
let browser

before(async () => {
  if (!skip) browser = await launch({ width: 1500, height: 1200 })
})
after(() => browser?.close())

/** What stands in the field of the place, once there is a track of relevance and one of letters. */
function place() {
  const { shadowRoot } = [...document.querySelectorAll('.gtrack *')].find((e) => e.shadowRoot) ?? {}
  const labels = [...(shadowRoot?.querySelectorAll('.igv-track-label') ?? [])]
  return labels.length > 0 && document.querySelector('.gt-top input')?.value
}

/** Runs in the page: igv.js without gtrack, with the session or the hub; what it shows. */
async function stock([session, hubURL, length]) {
  const { default: igv } = await import('/_gtrack/igv/igv.esm.min.js')
  const config = session
    ? await (await fetch(session)).json()
    : { reference: (await igv.loadHub(hubURL)).getGenomeConfig(), loadDefaultGenomes: false }
  const box = document.body.appendChild(document.createElement('div'))
  const made = await igv.createBrowser(box, { ...config, search: false })
  const { chr, start, end } = made.referenceFrameList[0]
  const letters = await made.genome.getSequence(chr, start, start + length)
  const tracks = made.findTracks((t) => t.type === 'wig').length
  return { chr, start: Math.round(start), end: Math.round(end), letters, tracks }
}

for (const [name, address] of Object.entries({ scan: url, hub })) {
  test(`the viewer of the ${name}`, { skip }, async () => {
    const page = await browser.open(address)
    const seen = await until(page, place)
    const text = await page.evaluate(words)
    assert.doesNotMatch(text, /Nothing can be shown|could not start|cannot be shown|not match/)
    const [from, to] = /:(\d+)-(\d+)$/.exec(seen).slice(1).map(Number)
    assert.equal(seen.slice(0, seen.lastIndexOf(':')), chrom)
    assert.ok(from <= start + 1 && to >= end && to - from < 1000, seen)
    assert.deepEqual([browser.errors, browser.dialogs], [[], []])
    await page.close()
  })
}

test('igv.js without gtrack opens the session', { skip }, async () => {
  const page = await browser.open(url)
  const session = new URL('igv_session.json', url).href
  const seen = await page.evaluate(stock, [session, null, end - start])
  assert.equal(seen.chr, chrom)
  assert.equal(seen.start, start)
  assert.equal(seen.letters?.toUpperCase() ?? null, CASE.copied ? bases : null)
  assert.ok(seen.tracks > 0)
  await page.close()
})

test('igv.js without gtrack opens the hub', { skip }, async () => {
  const page = await browser.open(hub)
  const seen = await page.evaluate(stock, [null, new URL('hub/hub.txt', hub).href, end - start])
  assert.equal(seen.chr, chrom)
  assert.equal(seen.start, chrom.includes(':') ? 0 : start)
  if (seen.start === start) assert.equal(seen.letters.toUpperCase(), bases)
  await page.close()
})
