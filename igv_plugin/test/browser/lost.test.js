// A server that goes away, comes back, or is slow while the viewer is open.
import assert from 'node:assert/strict'
import { eventually, until } from './chromium.js'
import {
  assertLetters,
  baseAt,
  first,
  look,
  manifest,
  mounted,
  second,
  server,
  shot,
  test,
} from './scans.js'

const home = manifest?.locus
/** A place of which nothing is read at the start, near enough for letters. */
const far = second && { ...second.peak, start: second.peak.start + 30, end: second.peak.end - 30 }
const goto = (page, { chrom, start, end }) =>
  page.evaluate((place) => window.app.goto(...place).then(() => {}), [chrom, start, end])
const bars = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.gt-problems .gt-bar')].map((bar) => bar.innerText),
  )
/** Until the letters of a place are drawn. */
const lettersOf = (page, { chrom }) =>
  eventually(async () => {
    const bases = await look(page, first.name)
    assert.ok(
      bases.some(({ value }) => Math.abs(value) > 0),
      'nothing was read',
    )
    assertLetters(bases, baseAt(chrom))
  })
/** Runs in the page: counts the bars that are shown from now on. */
function countBars() {
  window.spoken = 0
  const seen = (changes) => {
    const added = changes.flatMap(({ addedNodes }) => [...addedNodes])
    window.spoken += added.filter((node) => node.matches?.('.gt-bar')).length
  }
  new MutationObserver(seen).observe(document.querySelector('.gt-problems'), {
    childList: true,
    subtree: true,
  })
}
/** Whether a dialog of igv.js can be seen. */
const dialog = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('#app *')]
      .flatMap((e) => [...(e.shadowRoot?.querySelectorAll('.igv-ui-alert-dialog-container') ?? [])])
      .some((e) => getComputedStyle(e).display !== 'none'),
  )
/** Cuts the server off, or lets it answer again. */
const cut = (off) => {
  server.options.cut = off
}

test('a server that stopped is one bar with Retry, until it is there again', async () => {
  await mounted({}, async (page) => {
    cut(true)
    await goto(page, far)
    await until(page, () => document.querySelector('.gt-problems .gt-bar'))
    await page.waitForTimeout(500)
    const [said, ...others] = await bars(page)
    assert.deepEqual(others, [])
    assert.match(said, /The server stopped answering/)
    const { port } = new URL(server.url)
    assert.ok(said.includes(`gtrack view DIR --port ${port}`), said)
    assert.equal(await dialog(page), false)
    await shot(page, 'lost')
    const retry = page.getByRole('button', { name: 'Retry' })
    await retry.click()
    await page.waitForTimeout(2000)
    assert.equal((await bars(page)).length, 1, 'it is still gone')
    cut(false) // and nobody presses Retry
    await until(page, () => !document.querySelector('.gt-problems .gt-bar'))
    await lettersOf(page, far)
    await shot(page, 'found')
    await goto(page, home)
    assert.deepEqual(await bars(page), [])
    assert.equal(await page.evaluate(() => window.app.problems.length), 0)
  })
})

for (const ms of [30, 100, 400]) {
  test(`a server that was away for ${ms} ms is not spoken of`, async () => {
    await mounted({}, async (page) => {
      const began = Date.now()
      cut(true)
      await page.evaluate(countBars)
      const moved = goto(page, far)
      await page.waitForTimeout(ms)
      cut(false)
      const away = Date.now() - began
      await moved
      await lettersOf(page, far)
      if (away < 1000) assert.equal(await page.evaluate(() => window.spoken), 0)
      assert.deepEqual(await bars(page), [])
    })
  })
}

test('one file that cannot be read is said by its track', async () => {
  await mounted({}, async (page) => {
    server.options.missing = new Set([`/${first.url}`])
    await goto(page, far)
    await until(page, () => document.querySelector('.gt-problems .gt-bar'))
    const [said] = await bars(page)
    assert.match(said, /cnn/)
    assert.match(said, /Retry/)
    assert.equal(await dialog(page), false)
    server.options.missing = new Set()
    await page.getByRole('button', { name: 'Retry' }).click()
    await until(page, () => !document.querySelector('.gt-problems .gt-bar'))
  })
})

test('what takes long is said to be read still', async () => {
  await mounted({}, async (page) => {
    server.options.slow = /relevance\.bw$/
    const moved = goto(page, far)
    const said = await until(page, () => document.querySelector('.gt-wait')?.textContent)
    assert.match(said, /Still reading … [2-9] s/)
    await shot(page, 'slow')
    assert.deepEqual(await bars(page), [])
    delete server.options.slow
    server.hangUp()
    await moved
    await until(page, () => document.querySelector('.gt-wait').textContent === '')
  })
})
