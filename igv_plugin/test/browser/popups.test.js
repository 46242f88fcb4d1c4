// What the panel says of hits, names and files.
import assert from 'node:assert/strict'
import { hitsBED, LOGOS } from '../random.js'
import { until } from './chromium.js'
import { EVIL, list, panel, shot, test, text } from './panels.js'

const header = hitsBED(0, 1).split('\n').slice(0, 2).join('\n')
const line = (fields) =>
  Object.values({
    ...{ chrom: 'chr1', start: 10_100, end: 10_120, name: 'CTCF', score: 9, strand: '-' },
    ...{ motifId: 'MA0139.1', source: 's', relSum: 4, relZ: 3, seqP: 1e-5, relP: 1e-9, q: 0.01 },
    ...{ model: 'cnn:1', region: 'peak0' },
    ...fields,
  }).join('\t')
const features = [
  {
    chr: 'chr1',
    start: 10_100,
    end: 10_140,
    name: EVIL,
    strand: '-',
    motifId: 'MA0139.1',
    relSum: '4',
    relZ: '3',
    seqP: '1e-5',
    relP: '1e-9',
    qValue: '0.01',
    model: 'cnn:1',
    region: EVIL,
  },
]
/** Clicks in the middle of a track. */
const click = async (page, index) => {
  const box = await page.evaluate((i) => {
    const views = window.app.browser.trackViews.filter((v) => v.track.type === 'annotation')
    const box = views[i].viewports[0].viewportElement.getBoundingClientRect()
    return [box.x + box.width / 2, box.y + 12]
  }, index)
  await page.mouse.click(...box)
  await until(page, () => document.querySelector('.gt-popup'))
}

/** Runs in the page: the colours of the letters of a logo that are tall. */
function tallLetters() {
  const tall = (p) => Number(/scale\(\S+ (\S+)\)/.exec(p.getAttribute('transform'))[1]) > 20
  const letters = [...document.querySelectorAll('.gt-popup .gt-logo > path')].slice(1)
  return letters.filter(tall).map((p) => p.getAttribute('fill'))
}

test('a click on a hit shows numbers and the logo of its strand; Escape closes it', () =>
  panel({ features: [{ ...features[0], name: 'CTCF', region: 'peak0' }] }, async (page) => {
    await click(page, 0)
    assert.equal(await page.evaluate(() => document.activeElement.className), 'gt-popup')
    assert.match(
      await text(page, '.gt-popup'),
      /CTCF.*MA0139\.1.*Reverse complement.*chr1:10101-10140 \(−\).*\+4 logit, supports the label/,
    )
    const link = page.locator('.gt-popup a')
    assert.deepEqual(await link.evaluate((a) => [a.href, a.target, a.rel]), [
      'https://jaspar.elixir.no/matrix/MA0139.1/',
      '_blank',
      'noreferrer',
    ])
    const top = await page.evaluate(tallLetters)
    const { A, C, G, T } = await page.evaluate(() => window.app.colors)
    const forward = LOGOS['MA0139.1'].probabilities
      .filter((row) => Math.max(...row) > 0.5)
      .map((row) => [A, C, G, T][row.indexOf(0.85)])
    const complementOf = (color) => ({ [A]: T, [C]: G, [G]: C, [T]: A })[color]
    assert.deepEqual(top, forward.reverse().map(complementOf))
    assert.equal(
      await page.locator('.gt-popup .gt-logo').getAttribute('aria-label'),
      'Motif logo of CTCF: Reverse complement: the hit is on the − strand.',
    )
    const box = await page.locator('.gt-popup').boundingBox()
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= 1440 && box.y + box.height <= 820)
    await shot(page, 'popup')
    await page.keyboard.press('Escape')
    await until(page, () => !document.querySelector('.gt-popup'))
    await page.evaluate(() => window.app.setReverse(true)) // complements at the same places
    await click(page, 0)
    assert.deepEqual(await page.evaluate(tallLetters), top.map(complementOf))
    const ends = await page.locator('.gt-popup .gt-logo text').allTextContents()
    assert.deepEqual(ends.slice(-2), ['3′', '5′'])
    await shot(page, 'popup-reverse')
    await page.keyboard.press('Escape')
    await until(page, () => !document.querySelector('.gt-popup'))
    assert.equal(
      await page.evaluate(
        () => window.app.figure.shadowRoot.querySelectorAll('.igv-ui-popover, .igv-popover').length,
      ),
      0,
    )
  }))

const bad = [
  line({ name: EVIL, motifId: EVIL, region: EVIL }),
  line({ chrom: EVIL, name: `a'b"c#d` }),
]
const hostile = {
  features,
  problems: [{ title: `Bad ${EVIL}`, cure: EVIL }],
  hits: { [`cnn ${EVIL}`]: `${[header, ...bad].join('\n')}\n` },
  files: {
    '/logos.json': JSON.stringify({
      [EVIL]: { name: EVIL, probabilities: [[1, 0, 0, 0]] },
      'MA0139.1': { probabilities: EVIL },
    }),
    '/regions.bed': `chr1\t5\t9\t${EVIL}\n`,
  },
}
const strangers = () => document.querySelectorAll('.gtrack :is(img, script, iframe, object)').length

test('hostile names are text everywhere, under the CSP of the viewer', () =>
  panel(hostile, async (page) => {
    await page.evaluate(() => window.panel.go(0))
    assert.match(await text(page, '[role=alert]'), /cannot be shown There is no such chromosome/)
    await page.evaluate(() => window.panel.go(1))
    assert.ok((await list(page)).some((row) => row[0] === `${EVIL} −`))
    assert.ok((await text(page, '[role=alert]')).includes(`Bad ${EVIL}`))
    assert.ok((await text(page, '.gt-detail')).includes(EVIL))
    assert.ok((await page.getByLabel('Motif', { exact: true }).textContent()).includes(EVIL))
    assert.ok((await page.getByLabel('Model', { exact: true }).textContent()).includes(EVIL))
    for (const index of [0, 1]) {
      await click(page, index)
      assert.ok((await text(page, '.gt-popup')).includes(EVIL))
      assert.equal(await page.evaluate(strangers), 0)
      await page.keyboard.press('Escape')
      await until(page, () => !document.querySelector('.gt-popup'))
    }
    await page.getByLabel('What to list').selectOption('regions')
    assert.equal((await list(page))[0][0], EVIL)
    await page.getByLabel('Find a place, gene, motif or region').fill(EVIL)
    await page.keyboard.press('Enter')
    await shot(page, 'hostile')
    assert.equal(await page.evaluate(strangers), 0)
  }))

test('files that are missing or damaged: said with what to do, and the rest is shown', () =>
  panel(
    {
      hits: { cnn: `${header}\n${line({})}\nchr1\tbroken`, dnabert2: '' },
      files: { '/logos.json': '{' },
      manifest: {
        hits: {
          logos: '/logos.json',
          models: [
            { model: 'cnn', bed: '/0.bed', hits: 1 },
            { model: 'dnabert2', bed: '/none.bed' },
          ],
        },
        regions: { url: '/regions.bed' },
      },
    },
    async (page) => {
      const said = await text(page, '[role=alert]')
      assert.match(
        said,
        /0\.bed cannot be read to its end: line 4 does not begin with chromosome, .*Copy the whole/,
      )
      assert.match(said, /\/none\.bed cannot be read to its end: the server answered 404/)
      assert.equal(await text(page, '.gt-count'), '1 of 1 hits')
      await shot(page, 'problems')
    },
  ))
