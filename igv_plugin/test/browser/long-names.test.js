// Names of the list that have no room in a row.
import assert from 'node:assert/strict'
import { hitsBED } from '../random.js'
import { list, panel, shot, test } from './panels.js'

/** Runs in the page: of the first cells the ends that are drawn, and what their titles say. */
const drawnEnds = () =>
  [...document.querySelectorAll('.gt-space .gt-row > :first-child')].map((cell) => {
    const [inside, tail] = [cell, cell.lastChild].map((e) => e.getBoundingClientRect())
    const cut = cell.firstChild.scrollWidth > cell.firstChild.clientWidth
    return {
      cut,
      seen: tail.right <= inside.right + 1 && tail.left >= inside.left,
      title: cell.title,
    }
  })

test('a long name loses its middle, so that its ends tell it apart', () => {
  const names = [0, 1].map((n) => `ANDROGEN.${'RECEPTOR.'.repeat(3)}H12CORE.${n}.P.B`)
  const text = hitsBED(60, 1).replaceAll('CTCF', names[0]).replaceAll('REST', names[1])
  return panel({ hits: { cnn: text } }, async (page) => {
    await list(page)
    const cells = await page.evaluate(drawnEnds)
    const long = cells.filter(({ title }) => names.includes(title.slice(0, -2)))
    assert.ok(long.length > 5)
    assert.ok(long.every(({ cut, seen }) => cut && seen))
    assert.ok(cells.every(({ seen }) => seen))
    await shot(page, 'long-names')
    const motif = page.getByLabel('Motif', { exact: true })
    await motif.selectOption(names[1])
    assert.equal(await motif.getAttribute('title'), names[1])
  })
})

/** Runs in the page: of the first cells how many letters are drawn before the cut. */
const drawnStarts = () =>
  [...document.querySelectorAll('.gt-space [aria-rowindex] > :first-child')].map((cell) => {
    const { firstChild: start, title } = cell
    if (!start.firstChild) return { title, seen: title.length }
    const range = document.createRange()
    const { right } = start.getBoundingClientRect()
    let seen = 0
    for (let at = 1; at <= start.textContent.length; at += 1) {
      range.setStart(start.firstChild, 0)
      range.setEnd(start.firstChild, at)
      if (range.getBoundingClientRect().right <= right) seen = at
    }
    return { title, seen }
  })

test('names of HOCOMOCO keep their factor and their number', () => {
  const names = ['ZNF816.H12CORE.0.P.B', 'ZNF143.H12CORE.0.P.B']
  const text = hitsBED(60, 1).replaceAll('CTCF', names[0]).replaceAll('REST', names[1])
  return panel({ hits: { cnn: text } }, async (page) => {
    await page.setViewportSize({ width: 1300, height: 820 })
    await list(page)
    const cells = await page.evaluate(drawnStarts)
    const long = cells.filter(({ title }) => names.includes(title.slice(0, -2)))
    assert.ok(long.length > 5)
    // One of the letters seen makes room for the ellipsis.
    assert.ok(long.every(({ seen }) => seen > 'ZNF816'.length))
    await shot(page, 'hocomoco-names')
  })
})

/** Runs in the page: of each place what is seen of its two parts, and all of it. */
const drawnPlaces = () =>
  [...document.querySelectorAll('.gt-space .gt-row > :nth-child(2)')].map((cell) => {
    const { left, right } = cell.getBoundingClientRect()
    const range = document.createRange()
    range.selectNodeContents(cell.lastChild)
    const end = range.getBoundingClientRect()
    const { scrollWidth, clientWidth } = cell.querySelector('.gt-start') ?? cell
    const said = cell.lastChild.textContent
    const seen = end.left >= left && end.right <= right + 1
    return { said: said.slice(said.lastIndexOf(':')), seen, cut: scrollWidth > clientWidth }
  })

for (const [chrom, more, cut] of [
  ['chr10', 133_000_000, false],
  ['NODE_17_length_120034_cov_19.170810', 0, true],
]) {
  test(`each row says where its hit is in ${chrom}`, () => {
    const moved = (line) =>
      line.replace(/^chr\d\t(\d+)\t(\d+)/, (_, ...ends) =>
        [chrom, ...ends.slice(0, 2).map((end) => more + Number(end))].join('\t'),
      )
    const of = (seed, model) => hitsBED(60, seed, model).split('\n').map(moved).join('\n')
    const hits = { cnn: of(1, 'cnn'), dnabert2: of(2, 'dnabert2') }
    return panel({ hits }, async (page) => {
      await list(page)
      for (const kind of ['hits', 'sites']) {
        await page.getByLabel('What to list').selectOption(kind)
        await list(page)
        const places = await page.evaluate(drawnPlaces)
        assert.ok(places.length > 5)
        assert.ok(
          places.every((place) => place.seen && place.cut === cut),
          JSON.stringify(places[0]),
        )
        assert.match(places[0].said, /^:\d[\d,]+$/)
      }
      await shot(page, `places-${chrom}`)
    })
  })
}
