// A server that is away for a while at the start (GTRACK_SCAN=DIR): what is read once is there
// afterwards, as if nothing had been.
import assert from 'node:assert/strict'
import { eventually, until } from './chromium.js'
import { assertLetters, baseAt, chromium, first, look, manifest, mounted, server } from './scans.js'
import { test } from './scans.js'

const MOMENT = 700 // ms, as a tunnel needs to come back
const WHILE = 3000 // so long that it is spoken of
const bars = (page) => page.locator('.gt-problems .gt-bar').allInnerTexts()

/** Mounts while the server goes away for `ms` with the first request of some paths. */
async function away(from, ms, use) {
  server.options.away = { from, ms }
  try {
    await mounted({}, async (page) => {
      await eventually(async () => assert.deepEqual(await bars(page), []))
      await use(page)
      assert.ok(server.options.away.since, 'nothing was asked for')
      assert.deepEqual(await page.evaluate(() => window.app.problems), [])
    })
  } finally {
    delete server.options.away
  }
}
const count = (page) => page.locator('.gt-count').innerText()
/** Until the list says as many hits as the manifest. */
const listed = (page) => {
  const all = manifest.hits.models.reduce((sum, { hits }) => sum + hits, 0)
  return eventually(async () =>
    assert.match(await count(page), new RegExp(`^${all} of ${all} hits`)),
  )
}

for (const from of [/cnn\.relevance\.bw$/, /\.fai$/, /genes\.bed$/, /manifest\.json$/]) {
  test(`away for a moment from ${from.source} on: all tracks, with letters`, () =>
    away(from, MOMENT, async (page) => {
      const names = await page.evaluate(() =>
        window.app.browser.trackViews.map(({ track }) => track.config?.url).filter(Boolean),
      )
      for (const { url } of manifest.tracks) {
        assert.equal(names.filter((name) => name.endsWith(url)).length, 1, url)
      }
      assertLetters(await look(page, first.name), baseAt(manifest.locus.chrom))
    }))
}

test('away while tracks are loaded, after all files were looked at: all tracks', async () => {
  let asked = 0
  const from = { test: (path) => path === `/${first.url}` && ++asked === 2 }
  await away(from, MOMENT, async (page) => {
    const count = await page.evaluate(
      () => window.app.browser.findTracks((t) => t.config?.url).length,
    )
    assert.equal(count, manifest.tracks.length)
  })
})

test('away while the list is read: it is all there', () =>
  away(/cnn\.hits\.bed$/, WHILE, async (page) => {
    await listed(page)
    await page.evaluate(() => window.app.next())
    await until(page, () => document.querySelector('.gt-side .gt-logo'), { what: 'a logo' })
  }))

test('a list that ends in its middle is read to its end, no line twice', async () => {
  let asked = 0
  server.options.half = { test: (path) => path.endsWith('cnn.hits.bed') && ++asked === 1 }
  try {
    await mounted({}, async (page) => {
      await listed(page)
      assert.deepEqual(await bars(page), [])
      assert.equal(asked, 2)
    })
  } finally {
    delete server.options.half
  }
})

test('away while regions are listed: scores, relevance and genes of each', () =>
  away(/regions\.tsv$/, WHILE, async (page) => {
    await page.getByLabel('What to list').selectOption('regions')
    const cells = page.locator('.gt-space .gt-row').first().getByRole('gridcell')
    await eventually(async () => {
      const texts = await cells.allInnerTexts()
      assert.ok(texts.length > 8, 'no scores')
      assert.deepEqual(
        texts.filter((text) => /^[…–]$/.test(text)),
        [],
      )
    })
  }))

test('away while names are read: they are found', () =>
  away(/names\.tsv$/, WHILE, async (page) => {
    await page.locator('.gt-find input').fill('nothing of this name')
    await until(page, () =>
      /Looked in.*names? \(/.test(document.querySelector('.gt-found')?.innerText),
    )
    assert.doesNotMatch(await page.locator('.gt-found').innerText(), /Not in|Still reading/)
  }))

test('a file that always ends in its middle is named, and the others are shown', async () => {
  server.options.half = new RegExp(`${first.url.replaceAll('.', '\\.')}$`)
  try {
    await mounted({}, async (page) => {
      const [said] = await bars(page)
      assert.match(said, /cnn\.relevance\.bw cannot be read/)
      assert.equal(
        await page.evaluate(() => window.app.browser.findTracks((t) => t.isRelevance).length),
        1,
      )
    })
  } finally {
    delete server.options.half
  }
})

test('what cannot be fetched of the plugin itself is said, with the cure', async () => {
  server.options.away = { from: /list\/lists\.js$/, ms: MOMENT }
  chromium.errors.length = 0
  const page = await chromium.open(`${server.url}/`)
  try {
    await until(page, () => document.querySelector('.gt-problems .gt-bar'))
    assert.match((await bars(page))[0], /A part of this page is missing\. Reload it/)
    assert.deepEqual(chromium.errors, [])
  } finally {
    delete server.options.away
    await page.close()
  }
})
