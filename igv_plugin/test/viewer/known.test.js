// A known genome whose FASTA is not at hand, in the pages of `gtrack view`: bars, and letters from
// UCSC only where the user asked for them. GTRACK_CASE is a JSON file of what
// tests/plugin/test_known_genome.py made: {offline, hubOffline, online, hub, fasta, twobit (a
// file)}.
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { eventually, launch, noBrowser, until } from '../browser/chromium.js'

const { GTRACK_CASE, GTRACK_SHOTS } = process.env
const skip = noBrowser() || (!GTRACK_CASE && 'GTRACK_CASE says where the pages are')
const CASE = skip ? {} : JSON.parse(readFileSync(GTRACK_CASE))
const UCSC = 'https://hgdownload.soe.ucsc.edu'
const MIRROR = 'https://genome-browser.s3.us-east-1.amazonaws.com'
let browser
let asked

before(async () => {
  if (!skip) browser = await launch()
})
after(() => browser?.close())

/** Lets `url` answer with the example's genome, as a server of ranges with CORS. */
const answer = (url) =>
  browser.context.route(`${url}/**`, (route) => {
    const headers = { 'access-control-allow-origin': '*' }
    asked.push(route.request().url())
    const whole = readFileSync(CASE.twobit)
    const [, from, to] = /bytes=(\d+)-(\d*)/.exec(route.request().headers().range ?? '') ?? []
    if (from === undefined) return route.fulfill({ status: 200, headers, body: whole })
    const body = whole.subarray(Number(from), to ? Number(to) + 1 : undefined)
    return route.fulfill({ status: 206, headers, body })
  })

/** Opens a page, until what its bars say and the inks of both models are as `check` has it. */
async function opened(url, name, check) {
  browser.strays.length = browser.errors.length = 0
  asked = []
  const page = await browser.open(url)
  await until(page, () => document.querySelector('.gt-top') && !document.querySelector('#opening'))
  await page.waitForTimeout(1500)
  if (GTRACK_SHOTS) await page.screenshot({ path: `${GTRACK_SHOTS}/known-${name}.png` })
  await eventually(async () => check(await page.evaluate(barsSaid), await page.evaluate(countInks)))
  await page.close()
  assert.deepEqual(browser.errors, [])
}

/** Runs in the page. */
const barsSaid = () =>
  [...document.querySelectorAll('.gt-problems .gt-bar')].map((bar) => bar.textContent)

/** Runs in the page: the pixels of relevance in the colours of C (and of bars) and of G. */
function countInks() {
  const all = (root) =>
    [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])])
  const canvases = all(document).filter((e) => e.tagName === 'CANVAS' && e.height >= 60)
  const inks = { '0,114,178': 0, '230,159,0': 0 }
  for (const canvas of canvases.filter((c) => c.width > 300)) {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    for (let i = 0; i < data.length; i += 4) {
      const key = `${data[i]},${data[i + 1]},${data[i + 2]}`
      if (data[i + 3] === 255 && key in inks) inks[key] += 1
    }
  }
  return Object.values(inks).map((count) => count > 50)
}
const LETTERS = [true, true]
const BARS = [true, false]
/** Bars, and one line that says why. */
const bars = (why) => (said, inks) => {
  assert.deepEqual(inks, BARS)
  assert.equal(said.length, 1, said.join('\n'))
  assert.match(said[0], why)
}
const letters = (said, inks) => assert.deepEqual([said, inks], [[], LETTERS])

for (const page of ['offline', 'hubOffline']) {
  test(`${page}: bars, nothing asked of others, and how to get letters`, { skip }, async () => {
    const why = /sequence of hg38 is not here.*bars, not letters.*--fasta.*--online/
    await opened(CASE[page], page, bars(why))
    assert.deepEqual(browser.strays, [])
  })
}

for (const page of ['online', 'hub']) {
  test(`${page}: letters from UCSC, and from nowhere else`, { skip }, async () => {
    await answer(UCSC)
    await opened(CASE[page], page, letters)
    await browser.context.unroute(`${UCSC}/**`)
    assert.deepEqual([...new Set(asked)], [`${UCSC}/goldenPath/hg38/bigZips/hg38.2bit`])
    assert.deepEqual(browser.strays, [])
  })
}

test('--online where UCSC is down: the mirror, as igv.js turns to it', { skip }, async () => {
  await answer(MIRROR)
  await opened(CASE.online, 'mirror', letters)
  await browser.context.unroute(`${MIRROR}/**`)
})

test('--online without a network: bars, and why', { skip }, async () => {
  const why = /could not open the genome[^]*bars, not letters.*--fasta FILE/
  await opened(CASE.online, 'cut-off', bars(why))
  assert.ok(browser.strays.every((url) => url.startsWith(UCSC) || url.startsWith(MIRROR)))
})

test('--fasta gives the letters', { skip }, async () => {
  await opened(CASE.fasta, 'fasta', letters)
})
