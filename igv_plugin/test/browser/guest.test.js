// The viewer in pages of other people (GTRACK_SCAN=DIR): their keys, their address, their styles,
// and what is left when it goes.
import assert from 'node:assert/strict'
import { eventually, until } from './chromium.js'
import { frame, HOSTILE, mountIn, visit } from './guests.js'
import { shot, test } from './scans.js'

const plain = (body) => `<!doctype html><html lang=en><title>Guest</title><body>${body}</body>`
const loci = (page) =>
  page.evaluate(() => Object.values(window.apps).map((app) => app.state().locus))
/** Presses keys, and gives the places of all viewers before and after. */
async function pressing(page, keys) {
  const before = await loci(page)
  for (const key of keys) {
    await page.keyboard.press(key)
    await frame(page)
  }
  await page.waitForTimeout(200)
  return [before, await loci(page)]
}

/** Runs in the page: the account, less what the tracks of igv.js hold while they live. */
const account = () => window.account()

test('destroy() leaves the page as it was, at any time, and twice over', () =>
  visit(plain('<p>Above</p><div id=app></div><p>Below</p>'), async (page) => {
    const before = await page.evaluate(account)
    for (const round of [1, 2]) {
      await mountIn(page, 'app', { hash: false })
      const first = await page.evaluate(account)
      for (let i = 0; i < 5; i++) await page.evaluate(() => window.apps.app.next())
      const later = await page.evaluate(account)
      assert.deepEqual(later.listeners, first.listeners, 'a jump leaves listeners')
      await page.getByRole('button', { name: 'Keys' }).click()
      await page.evaluate(() => {
        window.apps.app.next() // and while that is read
        window.apps.app.destroy()
        window.apps.app.destroy()
      })
      await eventually(async () =>
        assert.deepEqual(await page.evaluate(account), before, `round ${round}`),
      )
    }
    await page.evaluate(() => window.mount('app', { manifestURL: '/none.json' }).catch(() => {}))
    const { page: html, ...rest } = await page.evaluate(account)
    assert.deepEqual(rest, { listeners: before.listeners, observers: 0 })
    assert.match(html, /<div id="app"><p role="alert">The viewer could not start/)
  }))

test('the address is left alone on demand, and is of one viewer at most', async () => {
  const two = plain('<div id=one></div><div id=two></div>')
  const hash = '#locus=chr1:101-240&threshold=0.5'
  await visit(
    two,
    async (page) => {
      await mountIn(page, 'one', { hash: false, threshold: 0.1 })
      assert.equal(await page.evaluate(() => window.apps.one.state().threshold), 0.1)
      await page.evaluate(() => window.apps.one.setThreshold(0.2))
      await page.evaluate(() => (location.hash = '#locus=chr1:1-90'))
      await page.waitForTimeout(500)
      assert.equal(await page.evaluate(() => location.hash), '#locus=chr1:1-90')
      // It has not been loaded anew.
      assert.equal(await page.evaluate(() => window.apps.one.state().threshold), 0.2)
      await mountIn(page, 'two')
      await page.evaluate(() => window.apps.two.setThreshold(0.3))
      await page.evaluate(() => window.apps.one.setThreshold(0.4))
      await until(page, () => location.hash.includes('threshold=0.3'))
      await page.waitForTimeout(500)
      assert.ok(await page.evaluate(() => location.hash.includes('threshold=0.3')))
    },
    hash,
  )
  await visit(
    two,
    async (page) => {
      await mountIn(page, 'one')
      await mountIn(page, 'two')
      const thresholds = () =>
        page.evaluate(() => Object.values(window.apps).map((a) => a.state().threshold))
      assert.deepEqual(await thresholds(), [0.5, 0])
      await page.evaluate(() => window.apps.one.destroy())
      await page.evaluate(() => window.mount('one', { threshold: 0.9 }))
      await page.evaluate(() => window.apps.one.setThreshold(0.7))
      await until(page, () => location.hash.includes('threshold=0.7'))
    },
    hash,
  )
})

const EDITORS = `<input id=a><textarea id=b></textarea><select id=c><option>n<option>p</select>
<div id=d contenteditable>x</div><open-editor id=e></open-editor><shut-editor id=f></shut-editor>
<div id=g role=textbox tabindex=0>x</div><button id=h>Other</button>`

/** Runs in the page: two editors of others, one of which hides what is in it. */
function defineEditors() {
  for (const mode of ['open', 'closed']) {
    const define = class extends HTMLElement {
      connectedCallback() {
        const root = this.attachShadow({ mode, delegatesFocus: true })
        root.append(document.createElement('textarea'))
      }
    }
    customElements.define(mode === 'open' ? 'open-editor' : 'shut-editor', define)
  }
}
const KEYS = ['n', 'p', 'f', 'b', '+', '-', '?', 'ArrowRight', 'ArrowLeft']

test('nothing that is typed moves a view, in the page or in the viewer', () =>
  visit(plain(`${EDITORS}<div id=app></div>`), async (page) => {
    await page.evaluate(defineEditors)
    await mountIn(page, 'app')
    await page.evaluate(() => window.apps.app.next())
    await page.evaluate(() => {
      // as a click on the handle of the hits does: igv.js has f and b for it
      const { trackViews } = window.apps.app.browser
      trackViews.find((v) => v.track.config?.gtrack?.kind === 'hits').track.selected = true
    })
    for (const id of 'abcdefgh') {
      await page.evaluate((name) => document.getElementById(name).focus(), id)
      const [before, after] = await pressing(page, KEYS)
      assert.deepEqual(after, before, id)
      assert.equal(await page.locator('.gt-popup').count(), 0, id)
    }
    for (const label of ['Filter by motif', 'Find a place', 'Threshold', 'Motif']) {
      await page.getByLabel(label).first().focus()
      const [before, after] = await pressing(page, ['n', 'p', 'f', 'b', '+', '?'])
      assert.deepEqual(after, before, label)
    }
    await page.evaluate(() => document.activeElement.blur())
    const [before, after] = await pressing(page, ['f']) // igv.js' own key still works
    assert.notDeepEqual(after, before)
  }))

test('keys go to the viewer with the focus or used last; with keys: false to no other', () =>
  visit(plain('<div id=one></div><div id=two></div><p id=else>Else</p>'), async (page) => {
    await mountIn(page, 'one')
    await mountIn(page, 'two', { keys: false })
    const moved = async (keys) => {
      const [before, after] = await pressing(page, keys)
      return before.map((place, i) => place !== after[i])
    }
    await page.evaluate(() => document.activeElement.blur())
    assert.deepEqual(await moved(['n', 'n']), [true, false]) // nobody has the focus
    assert.deepEqual(await moved(['ArrowRight']), [false, false]) // the page may scroll
    await page.locator('#two .gt-figure').focus()
    assert.deepEqual(await moved(['n', 'n']), [false, true])
    assert.deepEqual(await moved(['ArrowRight']), [false, true])
    assert.deepEqual(await moved(['-']), [false, true])
    await page.locator('#one .gt-figure').click({ position: { x: 3, y: 3 } })
    assert.deepEqual(await moved(['ArrowLeft']), [true, false])
    await page.evaluate(() => document.activeElement.blur())
    assert.deepEqual(await moved(['ArrowLeft']), [true, false]) // used last
    await page.evaluate(() => window.apps.one.destroy())
    assert.deepEqual(await moved(['n', 'ArrowLeft']), [false, false])
    const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map((e) => e.id))
    assert.equal(new Set(ids).size, ids.length)
  }))

test('two viewers look as each was told', () =>
  visit(plain('<div id=one></div><div id=two></div>'), async (page) => {
    await mountIn(page, 'one', { reverse: true })
    await mountIn(page, 'two', { threshold: 0.3, palette: { A: '#123456' } })
    await page.evaluate(() => window.apps.one.setScale(2))
    const looks = await page.evaluate(() =>
      Object.values(window.apps).map(({ browser }) => {
        const [{ look }] = browser.findTracks((t) => t.isRelevance)
        return [look.reverse, look.threshold, look.scale, look.colors.A]
      }),
    )
    assert.deepEqual(looks[0].slice(0, 3), [true, 0, 2])
    assert.deepEqual(looks[1].slice(0, 2), [false, 0.3])
    assert.notEqual(looks[1][2], 2)
    assert.equal(looks[1][3], '#123456')
    assert.equal(looks[0][3], '#009E73')
  }))

/** Runs in the page: whether there is ink in the relevance tracks, and how wide they are. */
function drawn(id) {
  const tracks = window.apps[id].browser.findTracks((t) => t.isRelevance && !t.isDifference)
  return tracks.map((track) => {
    const { canvas } = track.trackView.viewports[0]
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    return [data.some((x) => x), track.trackView.viewports[0].viewportElement.clientWidth]
  })
}

test('an element that is hidden at first draws when it is shown, and follows its own width', () =>
  visit(plain('<div id=tab style="display:none"><div id=app></div></div>'), async (page) => {
    await mountIn(page, 'app')
    const middle = () => {
      const [, from, to] = /:(\d+)-(\d+)$/.exec(window.apps.app.state().locus)
      return (Number(from) + Number(to)) / 2
    }
    const before = await page.evaluate(middle)
    await page.evaluate(() => (document.getElementById('tab').style.display = 'block'))
    await until(page, drawnWide, { argument: ['app', 300] })
    assert.ok(Math.abs((await page.evaluate(middle)) - before) <= 1) // as many bases as fit now
    await until(page, () =>
      window.apps.app.browser.trackViews.every(({ track, axisCanvas: axis }) => {
        if (!track.isRelevance) return true
        const { width, height } = axis
        if (!width) return false
        return axis
          .getContext('2d')
          .getImageData(0, 0, width, height)
          .data.some((x) => x)
      }),
    )
    await shot(page, 'guest-shown')
    const wide = (await page.evaluate(drawn, 'app'))[0][1]
    await page.evaluate(() => (document.getElementById('tab').style.width = '600px'))
    await until(
      page,
      (most) => {
        const [track] = window.apps.app.browser.findTracks((t) => t.isRelevance)
        return track.trackView.viewports[0].viewportElement.clientWidth < most
      },
      { argument: wide },
    )
  }))

/** Runs in the page. */
function drawnWide([id, least]) {
  const tracks = window.apps[id].browser.findTracks((t) => t.isRelevance && !t.isDifference)
  return tracks.every(({ trackView }) => {
    const { canvas, viewportElement } = trackView.viewports[0]
    if (!canvas?.width || viewportElement.clientWidth < least) return false
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    return data.some((x) => x)
  })
}

/** Runs in the page: what lies outside of the viewer, and rows that are not where they belong. */
function astray() {
  const root = document.getElementById('app')
  const outer = root.getBoundingClientRect()
  const parts = [...root.querySelectorAll('button, input, select, .gt-bar, .gt-side, .gt-figure')]
  const out = parts.filter((part) => {
    const { left, right, top, bottom, width } = part.getBoundingClientRect()
    const inside = left >= outer.left - 1 && right <= outer.right + 1 && top >= outer.top - 1
    return width && !(inside && bottom <= outer.bottom + 1)
  })
  const grid = root.querySelector('.gt-grid').getBoundingClientRect()
  const rows = [...root.querySelectorAll('.gt-space .gt-row')].map((r) => r.getBoundingClientRect())
  const crooked = rows.filter((r) => Math.abs(r.left - grid.left) > 2 || r.height !== 26)
  return {
    out: out.map((e) => e.outerHTML.slice(0, 80)),
    rows: rows.length,
    crooked: crooked.length,
  }
}

for (const [name, doctype] of [
  ['in quirks mode', ''],
  ['under a doctype', '<!doctype html>'],
]) {
  test(`the styles of a page do not put it out of shape, ${name}`, () =>
    visit(
      `${doctype}<html lang=en><title>Guest</title><style>${HOSTILE}</style>
      <div id=app style="width:1100px;height:800px"></div>`,
      async (page) => {
        assert.equal(
          await page.evaluate(() => document.compatMode),
          doctype ? 'CSS1Compat' : 'BackCompat',
        )
        await mountIn(page, 'app')
        await page.getByRole('button', { name: 'List', exact: true }).click()
        await page.evaluate(() => window.apps.app.next())
        await until(page, drawnWide, { argument: ['app', 300] })
        await shot(page, `guest-hostile${doctype ? '' : '-quirks'}`)
        const { out, rows, crooked } = await page.evaluate(astray)
        assert.deepEqual([out, crooked], [[], 0])
        assert.ok(rows > 5)
      },
    ))
}

test('in an element that is narrower than the window list and figure have all of its width', () =>
  visit(plain('<div id=app style="width:420px"></div>'), async (page) => {
    await mountIn(page, 'app')
    await until(page, drawnWide, { argument: ['app', 250] })
    await page.getByRole('button', { name: 'List', exact: true }).click()
    const boxes = () =>
      page.evaluate(() =>
        ['#app', '.gt-figure', '.gt-side'].map((s) => {
          const { left, right, top, bottom } = document.querySelector(s).getBoundingClientRect()
          return { left, right, top, bottom }
        }),
      )
    const [app, figure, side] = await boxes()
    for (const { left, right } of [figure, side]) {
      assert.ok(left >= app.left - 1 && right <= app.right + 1 && right - left > 400)
    }
    await shot(page, 'guest-narrow')
    await page.evaluate(() => (document.getElementById('app').style.width = '1200px'))
    await until(page, drawnWide, { argument: ['app', 500] })
    const [, wide, beside] = await boxes()
    assert.ok(beside.left >= wide.right - 1)
  }))
