// A connection of 1 Mbit/s and 400 ms, as through a tunnel from a train: what is being opened is
// legible before igv.js is there, and letters follow. GTRACK_URL is an address of `gtrack view`.
import test from 'node:test'
import assert from 'node:assert/strict'
import { launch, noBrowser, until } from '../browser/chromium.js'
import { within } from '../gates.js'

const { GTRACK_URL, GTRACK_NAME = '', GTRACK_SHOTS } = process.env
const skip = noBrowser() || (!GTRACK_URL && 'GTRACK_URL says where gtrack view is')
const SPEED = 1e6 / 8 // bytes per second

/** Runs in the page: what is to be read there, and which of igv.js' bytes are there. */
function state() {
  const [igv] = performance.getEntriesByName(new URL('/_gtrack/igv/igv.esm.min.js', location).href)
  const said = document.querySelector('#opening')?.innerText
  return {
    said,
    at: performance.now(),
    igv: igv && { end: igv.responseEnd, size: igv.transferSize },
  }
}
/** Runs in the page: when a track of relevance had letters. */
function letters() {
  const all = (root) =>
    [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])])
  const drawn = all(document).some((e) => {
    if (e.tagName !== 'CANVAS' || e.height < 60 || e.width < 300) return false
    const { data } = e.getContext('2d').getImageData(0, 0, e.width, e.height)
    let orange = 0 // G
    for (let i = 0; i < data.length; i += 4) {
      orange += data[i] === 230 && data[i + 1] === 159 && data[i + 2] === 0
    }
    return orange > 50
  })
  return drawn && performance.now()
}

test('a slow network: first what is opened, then the viewer', { skip }, async () => {
  const browser = await launch()
  const page = await browser.context.newPage()
  const network = await browser.context.newCDPSession(page)
  await network.send('Network.enable')
  const slow = { offline: false, latency: 400, downloadThroughput: SPEED, uploadThroughput: SPEED }
  await network.send('Network.emulateNetworkConditions', slow)
  await page.goto(GTRACK_URL, { waitUntil: 'commit' })
  const seen = await until(page, () => Boolean(document.querySelector('#opening')?.innerText))
  assert.ok(seen)
  const { said, at, igv } = await page.evaluate(state)
  assert.ok(said.startsWith(GTRACK_NAME), said)
  assert.match(said, /Loading the viewer \(igv\.js, 0\.4 MB\)/)
  assert.equal(igv, undefined, 'igv.js is not there yet')
  if (GTRACK_SHOTS) await page.screenshot({ path: `${GTRACK_SHOTS}/slow-opening.png` })
  within('1 Mbit/s, 400 ms: something legible', at, 6000)
  within('1 Mbit/s, 400 ms: letters', await until(page, letters), 16_000)
  const { igv: loaded } = await page.evaluate(state)
  assert.ok(loaded.size < 500_000, `${loaded.size} bytes of igv.js: packed`)
  await until(page, () => !document.querySelector('#opening'))
  assert.deepEqual(browser.errors, [])
  await browser.close()
})
