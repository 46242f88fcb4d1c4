// The figure as an SVG file: opened alone it shows the same letters, it says what they mean, and it
// leads nowhere.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { until } from './chromium.js'
import { shared, strangers } from './inks.js'
import { chromium, first, folder, manifest, mounted, second, shot, test } from './scans.js'

async function saved(page, name) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'SVG', exact: true }).click(),
  ])
  assert.match(download.suggestedFilename(), /^gtrack_[\w.-]+\.svg$/)
  const path = join(folder, name)
  await download.saveAs(path)
  return { path, text: await readFile(path, 'utf8') }
}

/** Runs in the page: where each relevance track stands in the page and in the figure. */
function tracks() {
  const { browser, relevance } = window.app
  const all = browser.columnContainer.getBoundingClientRect()
  const tracksOf = relevance ?? browser.findTracks((t) => t.isRelevance).map((track) => ({ track }))
  return tracksOf.map(({ track }) => {
    const { x, y, width, height } =
      track.trackView.viewports[0].viewportElement.getBoundingClientRect()
    return { page: { x, y, width, height }, file: { x: x - all.x, y: y - all.y, width, height } }
  })
}

test('a saved figure opened alone has the same letters, and leads nowhere', () =>
  mounted({}, async (page) => {
    await until(page, () =>
      [...document.querySelectorAll('.gtrack *')].some((e) =>
        e.shadowRoot?.querySelector('.igv-roi-region'),
      ),
    )
    const places = await page.evaluate(tracks)
    assert.equal(places.length, 2)
    const { path, text } = await saved(page, 'alone.svg')
    assert.equal((await saved(page, 'again.svg')).text, text, 'no date and no chance in it')
    assert.deepEqual(await page.evaluate(strangers, text), [])
    await shot(page, 'picture-page')
    await page.evaluate(() => {
      // Marks of the list are on the page alone.
      const { shadowRoot } = [...document.querySelectorAll('.gtrack *')].find((e) => e.shadowRoot)
      for (const mark of shadowRoot.querySelectorAll('.gt-mark')) mark.remove()
    })
    const pictures = []
    for (const { page: clip } of places) pictures.push(await page.screenshot({ clip }))
    const alone = await chromium.open(pathToFileURL(path).href)
    const top = Number(text.match(/<g transform="translate\(0 (\d+)\)"/)[1])
    for (const [i, { file }] of places.entries()) {
      const clip = { ...file, y: file.y + top }
      const { size, least, fewest } = await shared(
        chromium,
        pictures[i],
        await alone.screenshot({ clip }),
      )
      assert.deepEqual(size.slice(0, 2), size.slice(2))
      assert.ok(fewest > 20, `${fewest} pixels`)
      assert.ok(least > 0.9, `${least} in common`)
    }
    await shot(alone, 'picture-alone')
    await alone.close()
  }))

test('a saved figure says place, models, unit, scale, strand and colours', () =>
  mounted({ scale: 'auto', reverse: true, threshold: 0.5 }, async (page) => {
    const { text } = await saved(page, 'said.svg')
    const said = await page.evaluate((text) => {
      const tree = new DOMParser().parseFromString(text, 'image/svg+xml')
      const box = tree.documentElement.getAttribute('viewBox').split(' ').map(Number)
      const texts = [...tree.querySelectorAll('text')].map((t) => t.textContent)
      return {
        texts,
        box,
        size: ['width', 'height'].map((k) => tree.documentElement.getAttribute(k)),
      }
    }, text)
    assert.deepEqual(said.box.slice(2).map(String), said.size)
    const all = said.texts.join(' ')
    const { chrom } = manifest.locus
    assert.match(said.texts[0], new RegExp(`^${chrom}:[\\d,]+-[\\d,]+ \\([\\d,]+ bp\\)$`))
    for (const words of [
      `Models: ${first.name}, ${second.name}.`,
      'relevance (logit)',
      'Letters are of the reverse strand.',
      'Grey: |relevance| below 0.5 of the 99th percentile.',
      'bars, hits: supports',
      `Genome: ${manifest.genome.id}.`,
    ]) {
      assert.ok(all.includes(words), `${words}: ${all}`)
    }
    assert.equal(said.texts.filter((text) => text === '5′').length >= 2, true, all)
    assert.ok(
      said.texts.some((text) => text.startsWith(first.name)),
      'names of tracks',
    )
  }))
