// From place to place: what is shown is that of the last one, and the next is there at once.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { eventually, until } from './chromium.js'
import {
  assertLetters,
  baseAt,
  first,
  folder,
  look,
  manifest,
  mounted,
  readTable,
  second,
  server,
  shot,
  test,
} from './scans.js'

/** As many bases as there is room for as letters. */
const home = manifest && {
  ...manifest.locus,
  start: manifest.locus.start + 20,
  end: manifest.locus.end - 20,
}
const hits = manifest?.tracks.find((t) => t.kind === 'hits')
/** A place as wide as the first, so many bases further. */
const beside = (bases) => ({ ...home, start: home.start + bases, end: home.end + bases })
const goto = (page, { chrom, start, end }) =>
  page.evaluate((place) => window.app.goto(...place), [chrom, start, end])
/** The pixels of what is seen of each track. */
const pictures = (page) =>
  page.evaluate(() =>
    window.app.browser.trackViews.flatMap(({ track, viewports: [{ canvas }] }) => {
      if (!canvas?._data) return []
      const [left, width] = [-canvas.offsetLeft, canvas.parentElement.clientWidth]
      const context = canvas.getContext('2d')
      const { data } = context.getImageData(left, 0, width, canvas.height)
      return [[track.name || track.type, data.reduce((sum, x, i) => (sum + x * (i + 1)) % 1e9, 0)]]
    }),
  )
/** The elements that igv.js draws tracks into. */
const marked = (page) =>
  page.evaluate(
    () =>
      window.app.browser.trackViews.filter(({ viewports: [v] }) => v.viewportElement.mark).length,
  )
const mark = (page) =>
  page.evaluate(() => {
    for (const { viewports } of window.app.browser.trackViews) viewports[0].viewportElement.mark = 1
    return window.app.browser.trackViews.length
  })
/** The picture of a place that is opened there. */
const opened = async ({ chrom, start, end }) => {
  let seen
  await mounted({ locus: `${chrom}:${start + 1}-${end}` }, async (page) => {
    seen = await pictures(page)
  })
  return seen
}
/** A place with a hit, as wide as the first and before it, with room all around. */
async function hitBeside(far) {
  const rows = await readTable(join(folder, hits.url.replace(/bb$/, 'bed')))
  const [, start] = rows.find(
    ([chrom, from]) => chrom === home.chrom && from > far && home.start - from > far,
  )
  return beside(Number(start) - 40 - home.start)
}

test('a place in the same chromosome looks as if it had been opened there', async () => {
  const far = await hitBeside(5000)
  const wide = { ...far, start: far.start - 100, end: far.end + 100 }
  await mounted({}, async (page) => {
    const all = await mark(page)
    for (const place of [far, wide, home]) {
      assert.equal(await goto(page, place), true)
      assert.deepEqual(await pictures(page), await opened(place), JSON.stringify(place))
    }
    await goto(page, beside(37)) // drawn already: it is moved
    for (const { name } of [first, second]) {
      assertLetters(await look(page, name), baseAt(home.chrom))
    }
    assert.equal(await marked(page), all, 'nothing was made anew')
    await shot(page, 'beside')
    await goto(page, { ...second.peak, chrom: 'chr4', start: 100, end: 240 })
    assert.equal(await marked(page), 0, 'another chromosome')
  })
})

test('a place narrower than igv.js shows, and one in a figure of another width', async () => {
  await mounted({}, async (page) => {
    const locus = () => page.evaluate(() => window.app.state().locus)
    await goto(page, { ...home, end: home.start + 10 })
    const [, from, to] = /:(\d+)-(\d+)$/.exec(await locus())
    assert.equal(to - from + 1, 40)
    const width = () => page.evaluate(() => document.querySelector('.gt-figure').clientWidth)
    const wide = await width()
    await page.setViewportSize({ width: 700, height: 800 })
    await eventually(async () => assert.ok((await width()) < wide))
    await eventually(async () => {
      await goto(page, home)
      const fits = await page.evaluate(() => {
        const [{ bpPerPixel }] = window.app.browser.referenceFrameList
        return bpPerPixel * window.app.browser.trackViews.at(-1).viewports[0].getWidth()
      })
      assert.ok(Math.abs(fits - (home.end - home.start)) < 1e-6, String(fits))
    })
  })
})

test('what comes late for another place does not take the place of what is shown', async () => {
  const [here, there] = [await hitBeside(5000), beside(-3000)]
  const wanted = await opened(here)
  for (const paths of [/hits\.bb$/, /relevance\.bw$/]) {
    await mounted({}, async (page) => {
      let open
      server.options.held = { paths, over: new Promise((done) => (open = done)) }
      const late = goto(page, there)
      await page.waitForTimeout(300) // until it has been asked for
      delete server.options.held
      const soon = goto(page, here)
      await page.waitForTimeout(500) // until all has been read that does not wait
      open()
      await Promise.all([late, soon])
      assert.deepEqual(await pictures(page), wanted, String(paths))
    })
  }
})

test('nor is nothing shown where it comes before the sequence of what is shown', async () => {
  const [here, there] = [await hitBeside(5000), beside(-3000)]
  const wanted = await opened(here)
  await mounted({}, async (page) => {
    const hold = (paths) => {
      let open
      server.options.held = { paths, over: new Promise((done) => (open = done)) }
      return open
    }
    const openHits = hold(/hits\.bb$/)
    const late = goto(page, there)
    await page.waitForTimeout(1000)
    const openGenome = hold(/\.fa$/)
    const soon = goto(page, here)
    await page.waitForTimeout(500)
    openHits()
    await page.waitForTimeout(500)
    delete server.options.held
    openGenome()
    await Promise.all([late, soon])
    assert.deepEqual(await pictures(page), wanted)
  })
})

/** Until nothing has been asked of the server for a second. */
async function quiet() {
  for (let before = -1; before !== server.requests.length;) {
    before = server.requests.length
    await new Promise((done) => setTimeout(done, 1000))
  }
}

test('the next row is there before it is asked for', async () => {
  const rows = await readTable(join(folder, hits.url.replace(/bb$/, 'bed')))
  const isFar = ([chrom, start], i) => chrom === rows[i + 1][0] && rows[i + 1][1] - start > 2000
  const at = rows.slice(0, -1).findIndex(isFar)
  await mounted({ model: hits.model }, async (page) => {
    const here = () => page.evaluate(() => window.app.state().locus)
    await page.evaluate((row) => window.app.go(row), at)
    await quiet() // nobody says when more has been read
    const before = await here()
    server.options.slow = /relevance\.bw$|\.fa$/
    void page.evaluate(() => void window.app.next())
    await until(page, (old) => window.app.state().locus !== old, { argument: before })
    const [chrom] = (await here()).split(':')
    for (const { name } of [first, second]) {
      await eventually(async () => assertLetters(await look(page, name), baseAt(chrom)))
    }
    delete server.options.slow
    server.hangUp()
  })
})

test('a track that is read for long is marked, until it is there', async () => {
  await mounted({}, async (page) => {
    const signs = () =>
      page.evaluate(() =>
        window.app.browser.trackViews.flatMap(({ track, viewports: [{ spinnerElement }] }) =>
          spinnerElement && getComputedStyle(spinnerElement).display !== 'none' ? [track.type] : [],
        ),
      )
    let open
    server.options.held = { paths: /hits\.bb$/, over: new Promise((done) => (open = done)) }
    const late = goto(page, beside(-3000))
    await eventually(async () => assert.deepEqual(await signs(), ['annotation', 'annotation']))
    delete server.options.held
    open()
    await late
    assert.deepEqual(await signs(), [])
  })
})

test('a track that was removed is missed by nobody', async () => {
  const regions = await readTable(join(folder, manifest.regions.url))
  const bare = { chrom: 'chr4', start: 1, end: 101 }
  assert.ok(!regions.some(([chrom, start]) => chrom === bare.chrom && start < bare.end))
  await mounted({}, async (page) => {
    await page.evaluate(() => {
      const { browser } = window.app
      browser.removeTrack(browser.findTracks((track) => track.isRelevance)[0])
    })
    await page.evaluate(() => window.app.go(2))
    await page.evaluate(() => window.app.next())
    await eventually(async () => {
      const [chrom] = (await page.evaluate(() => window.app.state().locus)).split(':')
      assertLetters(await look(page, second.name), baseAt(chrom))
    })
    await goto(page, bare)
    await until(page, () =>
      /Next scanned/.test(document.querySelector('.gt-figure').shadowRoot.textContent),
    )
  })
})
