// Loose sequences, of which each is a contig of its own: from one to the next, and their bases.
// GTRACK_CASE is a JSON file of what tests/plugin/test_loose_view.py made: {url, contigs}, where
// `contigs` are [name of the contig, name of the sequence, bases] in their order.
import test, { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { launch, noBrowser, until } from '../browser/chromium.js'
import { listed, words } from './looking.js'

const { GTRACK_CASE } = process.env
const skip = noBrowser() || (!GTRACK_CASE && 'GTRACK_CASE says where the page is')
const { url, contigs } = skip ? {} : JSON.parse(readFileSync(GTRACK_CASE))
let browser

before(async () => {
  if (!skip) browser = await launch({ width: 1500, height: 1200 })
})
after(() => browser?.close())

/** What stands in the field of the place, once it is another than `old`. */
function place(old) {
  const seen = document.querySelector('.gt-top input')?.value
  return seen && seen !== old && seen
}

test('the keys n and p go from sequence to sequence', { skip }, async () => {
  const page = await browser.open(url)
  await listed(page)
  const known = new Map(contigs.map(([contig, , bases]) => [contig, bases.length]))
  const visited = new Set()
  let seen = await until(page, place, { argument: '' })
  for (const key of ['p', 'n'].flatMap((key) => contigs.map(() => key))) {
    const [, contig, from, to] = /^(.+):(\d+)-(\d+)$/.exec(seen)
    assert.ok(known.has(contig), seen)
    assert.ok(Number(from) >= 1 && Number(to) <= known.get(contig), seen)
    visited.add(contig)
    await page.keyboard.press(key)
    // The first has none before it, and the last none after it.
    seen = await until(page, place, { argument: seen, timeout: 4000 }).catch(() => seen)
  }
  assert.deepEqual(visited, new Set(known.keys()))
  const text = await page.evaluate(words)
  for (const [, name] of contigs) {
    // Long names break.
    assert.ok(text.replace(/\s/g, '').includes(name), `${name} is not in ${text}`)
  }
  assert.doesNotMatch(text, /Nothing can be shown|could not start|cannot be shown|not match/)
  assert.deepEqual([browser.errors, browser.dialogs], [[], []])
  await page.close()
})
