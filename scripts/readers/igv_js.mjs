// What a stock igv.js, without gtrack's plugin, makes of a scan's sessions and hub.
//
//     node scripts/readers/igv_js.mjs REQUEST.json ANSWER.json
//
// The request: {igv (npm's folder of it), scan, out, bigwigs: {track: {place: [chr, start, end]}},
// hits: [tracks], chroms: {name: length}, shared (a command that writes the session with addresses;
// it is given the address and the file)}.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch, until } from '../../igv_plugin/test/browser/chromium.js'
import { serve } from '../../igv_plugin/test/browser/server.js'

const [request, answer] = process.argv.slice(2)
const asked = JSON.parse(readFileSync(request, 'utf8'))
const PAGE = `<!doctype html><meta charset="utf-8"><body style="margin:0"><div id="app"></div>
<script type="module">
import igv from '/_stock/igv.esm.min.js'
const words = new URLSearchParams(location.search)
const url = words.get('session')
try {
  const config = url ? await (await fetch(url)).json() : { hubURL: words.get('hub'), loadDefaultGenomes: false }
  window.browser = await igv.createBrowser(document.getElementById('app'), config)
} catch (error) {
  window.failed = String(error?.stack ?? error)
}
</script></body>`
const stock = join(asked.igv, 'dist')
const scan = await serve({ '/': asked.scan, '/_stock/': stock }, {
  virtual: { '/stock.html': PAGE },
  headers: { 'access-control-allow-origin': '*' },
})
const elsewhere = await serve({ '/_stock/': stock }, { virtual: { '/stock.html': PAGE }, headers: {} })
const shared = join(asked.out, 'shared.json')
execFileSync(asked.shared[0], [...asked.shared.slice(1), `${scan.url}/`, '-o', shared])
elsewhere.options.virtual['/shared.json'] = readFileSync(shared, 'utf8')

const chromium = await launch({ width: 1200, height: 900 })
const opened = {}
const CASES = {
  session: `${scan.url}/stock.html?session=igv_session.json`,
  shared: `${elsewhere.url}/stock.html?session=shared.json`,
  hub: `${scan.url}/stock.html?hub=${scan.url}/hub/hub.txt`,
}
try {
  for (const [name, url] of Object.entries(CASES)) {
    const marks = [chromium.errors.length, chromium.dialogs.length, chromium.strays.length]
    const page = await chromium.open(url)
    await until(page, () => window.browser ?? window.failed !== undefined, { what: name, timeout: 60_000 })
    await page.waitForLoadState('networkidle')
    const picture = join(asked.out, `igv-${asked.name}-${name}.png`)
    opened[name] = {
      ...(await page.evaluate(read, asked)),
      failed: await page.evaluate(() => window.failed ?? ''),
      errors: chromium.errors.slice(marks[0]),
      dialogs: chromium.dialogs.slice(marks[1]),
      strays: chromium.strays.slice(marks[2]),
      picture,
    }
    await page.screenshot({ path: picture })
    await page.close()
  }
} finally {
  await chromium.close()
  await Promise.all([scan.close(), elsewhere.close()])
}
writeFileSync(answer, JSON.stringify(opened))

/** In the page: values, hits and what stands in the way. */
async function read({ bigwigs, hits, chroms }) {
  if (!window.browser) return {}
  const tracks = window.browser.trackViews.map((view) => view.track)
  const named = (name) => tracks.find((track) => track.name === name)
  const values = {}
  for (const [name, places] of Object.entries(bigwigs)) {
    if (!named(name)) continue
    values[name] = {}
    for (const [label, [chr, start, end]] of Object.entries(places)) {
      const bases = new Array(end - start).fill(null)
      for (const feature of await named(name).getFeatures(chr, start, end, 0.1)) {
        const last = Math.min(feature.end, end)
        for (let at = Math.max(feature.start, start); at < last; at++)
          bases[at - start] = feature.value
      }
      values[name][label] = bases
    }
  }
  const rows = {}
  for (const name of hits) {
    if (!named(name)) continue
    rows[name] = []
    for (const [chr, length] of Object.entries(chroms))
      for (const hit of await named(name).getFeatures(chr, 0, length, 1))
        rows[name].push([hit.chr, hit.start, hit.end, hit.name, hit.score, hit.strand, hit.color])
  }
  const root = document.querySelector('#app > *')?.shadowRoot ?? document
  const alerts = [...root.querySelectorAll('[class*="alert-dialog"]')]
    .filter((element) => element.getClientRects().length)
    .map((element) => element.textContent.trim())
  return { names: tracks.map((track) => track.name), values, rows, alerts }
}
