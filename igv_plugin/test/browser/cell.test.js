// The widget of a notebook's cell in a page that plays the front end, wired to a real Python that
// holds real widgets: GTRACK_PYTHON names the interpreter.
import { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { eventually, launch, until } from './chromium.js'
import { folder, shot, test } from './scans.js'
import { serve } from './server.js'

const PYTHON = process.env.GTRACK_PYTHON ?? 'python3'
const KERNEL = fileURLToPath(new URL('kernel.py', import.meta.url))
const able = spawnSync(PYTHON, ['-c', 'import anywidget, gtrack']).status === 0
const why = !able && 'GTRACK_PYTHON names no Python with gtrack and anywidget'

/** What anywidget does in a page, as far as the widget sees it. */
const PAGE = `const models = new Map()
window.fromKernel = ({ type, comm, data, buffers }) => {
  if (type === 'comm_open') open(comm, data.state)
  const model = models.get(comm)
  if (data?.method === 'custom') {
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
    const views = buffers.map((text) => new DataView(bytes(text).buffer))
    model.emit('msg:custom', data.content, views)
  }
  if (type === 'comm_close') model.views.splice(0).forEach((view) => view.remove())
}
function open(comm, state) {
  const heard = {}
  models.set(comm, {
    comm, views: [], heard,
    get: (key) => state[key],
    on: (name, f) => (heard[name] ??= new Set()).add(f),
    off: (name, f) => heard[name]?.delete(f),
    emit: (name, ...what) => [...(heard[name] ?? [])].forEach((f) => f(...what)),
    send: (content) => void window.toKernel({ to: comm, content }),
    listeners: () => Object.values(heard).reduce((sum, each) => sum + each.size, 0),
  })
}
window.models = models
window.show = async (comm) => {
  const model = models.get(comm)
  const url = URL.createObjectURL(new Blob([model.get('_esm')], { type: 'text/javascript' }))
  const { default: widget } = await import(url)
  const el = document.createElement('div')
  const clean = await widget.render({ model, el })
  document.getElementById('app').append(el) // after it was drawn, as JupyterLab does
  const view = { el, remove: async () => { await clean(); el.remove() } }
  model.views.push(view)
  return model.views.length - 1
}`
const HTML = `<!doctype html><html lang=en><meta charset=utf-8><title>notebook</title>
<link rel=icon href="data:,"><style>.jp-OutputArea-output dt { font-weight: bold; float: left;
width: 20% } .jp-OutputArea-output dd { float: left; width: 80% }</style>
<div id=app class="jp-OutputArea-output"></div><script type=module src="/page.js"></script></html>`
// No more than anywidget itself needs: modules from blobs. Not a word of connect-src.
const CSP =
  "default-src 'none'; script-src 'self' blob:; style-src 'unsafe-inline'; img-src data: blob:"

let chromium
let server
before(async () => {
  if (why || !folder) return
  const virtual = { '/': HTML, '/page.js': PAGE }
  server = await serve({}, { virtual, headers: { 'Content-Security-Policy': CSP } })
  chromium = await launch()
})
after(async () => {
  await chromium?.close()
  await server?.close()
})

/** A page and a kernel; in the end no error, and no request to any host, nor to the page's own. */
async function notebook(use, { errors = 0 } = {}) {
  chromium.errors.length = chromium.strays.length = 0
  const kernel = spawn(PYTHON, [KERNEL, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  // What the page says to a kernel that has just ended reaches nobody, as in a notebook.
  kernel.stdin.on('error', ({ code }) => assert.match(code, /^(EPIPE|ECONNRESET)$/))
  const page = await chromium.open(`${server.url}/`)
  const tell = (what) => kernel.stdin.writable && kernel.stdin.write(`${JSON.stringify(what)}\n`)
  await page.exposeFunction('toKernel', tell)
  const opened = []
  let wakes = () => {}
  createInterface({ input: kernel.stdout }).on('line', async (line) => {
    const message = JSON.parse(line)
    await page.evaluate((said) => window.fromKernel(said), message).catch(() => {})
    if (message.type === 'comm_open') opened.push(message)
    wakes()
  })
  const view = async (given = {}) => {
    const count = opened.length
    // ipywidgets opens a comm for the layout first
    const isView = () => opened.slice(count).find(({ data }) => data.state._esm)
    tell({ view: given })
    while (!isView()) await new Promise((done) => (wakes = done))
    return isView().comm
  }
  server.clear()
  try {
    await use({ page, kernel, tell, view })
    assert.equal(chromium.errors.length, errors, chromium.errors.join('\n'))
    assert.deepEqual(chromium.strays, [])
    const asked = server.requests.map(({ path }) => path)
    assert.deepEqual(asked, [], 'nothing is asked of a server')
  } finally {
    kernel.kill()
    await page.close()
  }
}
const show = (page, comm) => page.evaluate((id) => window.show(id), comm)
/** How many views are drawn. */
const drawn = (page, count) =>
  until(
    page,
    (n) => {
      const said = [...document.querySelectorAll('#app [role=status]:not(.gtrack *)')]
      const failed = said.find((each) => /could not/.test(each.textContent))
      if (failed) throw new Error(failed.textContent)
      return document.querySelectorAll('.gt-figure').length === n && said.every((s) => s.hidden)
    },
    { argument: count, timeout: 120_000 },
  )
/** Resolves once the list of hits is there. */
const listed = (page) =>
  until(page, () => document.querySelectorAll('.gtrack [role=row]').length > 3, {
    what: 'the list',
  })
/** Pixels of the letters' colours in the canvases of a view. */
const ink = (page, at) =>
  page.evaluate((index) => {
    const green = [0, 158, 115]
    const blue = [0, 114, 178]
    const figure = document.querySelectorAll('.gt-figure')[index]
    const canvases = [...figure.shadowRoot.querySelectorAll('canvas')]
    let count = 0
    for (const canvas of canvases.filter((c) => c.width && c.height)) {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      for (let i = 0; i < data.length; i += 4) {
        const is = (colour) => colour.every((c, j) => Math.abs(c - data[i + j]) < 6)
        if (data[i + 3] > 200 && (is(green) || is(blue))) count += 1
      }
    }
    return count
  }, at)

test(
  'letters are drawn from what the kernel sends',
  () =>
    notebook(async ({ page, view }) => {
      await show(page, await view({ height: 640 }))
      await drawn(page, 1)
      assert.ok((await ink(page, 0)) > 200)
      const box = await page.locator('#app > div > div').boundingBox()
      assert.equal(box.height, 640)
      await listed(page)
      await shot(page, 'cell')
    }),
  why,
)

test(
  'ten views at once, each at its place and with its models, and nothing is left of them',
  () =>
    notebook(async ({ page, view, tell }) => {
      const loci = ['chr1:119651-119790', 'chr1:140209-140348']
      const comms = []
      for (let i = 0; i < 10; i++) {
        comms.push(await view({ locus: loci[i % 2], models: [['cnn', 'dnabert2'][i % 2]] }))
      }
      await Promise.all(comms.map((comm) => show(page, comm)))
      await drawn(page, 10)
      const shown = await page.evaluate(() =>
        [...document.querySelectorAll('.gtrack')].map((one) => [
          one.querySelector('input').value,
          one.querySelector('header').textContent.includes('cnn'),
        ]),
      )
      assert.deepEqual(new Set(shown.map(String)), new Set([`${loci[0]},true`, `${loci[1]},false`]))
      assert.ok((await ink(page, 0)) > 100 && (await ink(page, 9)) > 100)
      for (const comm of comms) tell({ close: comm })
      await until(page, () => !document.querySelector('#app').childElementCount)
      const left = await page.evaluate(() => [
        [...window.models.values()].reduce((sum, model) => sum + model.listeners(), 0),
        document.querySelectorAll('#app style, #app [class*=igv]').length,
      ])
      assert.deepEqual(left, [0, 0])
    }),
  why,
)

test(
  'one view in two cells, drawn again after a cell was run again, as high as is asked',
  () =>
    notebook(async ({ page, view }) => {
      const comm = await view({ locus: 'chr1:119651-119790' })
      await show(page, comm)
      await show(page, comm)
      await drawn(page, 2)
      await page.evaluate((id) => window.models.get(id).views.shift().remove(), comm)
      await show(page, comm)
      await drawn(page, 2)
      assert.ok((await ink(page, 1)) > 200)
      const heights = await page.evaluate((id) => {
        const model = window.models.get(id)
        const { get } = model
        model.get = (key) => (key === 'height' ? 410 : get(key))
        model.emit('change:height')
        return [...document.querySelectorAll('.gtrack')].map((each) => each.offsetHeight)
      }, comm)
      assert.deepEqual(heights, [410, 410])
    }),
  why,
)

test(
  'keys of the viewer are not heard by the notebook',
  () =>
    notebook(async ({ page, view }) => {
      await show(page, await view({ locus: 'chr1:119651-119790' }))
      await drawn(page, 1)
      await listed(page)
      await page.evaluate(() => {
        window.heard = []
        document.addEventListener('keydown', ({ key }) => window.heard.push(key))
      })
      await page.locator('.gt-figure').click({ position: { x: 300, y: 120 } })
      await page.keyboard.press('Escape')
      await page.locator('.gt-figure').focus()
      for (const key of ['d', 'd', 'n']) await page.keyboard.press(key)
      await until(page, () => !/119651-119790/.test(document.querySelector('.gtrack input').value))
      assert.deepEqual(await page.evaluate(() => window.heard), [])
      const marks = '[data-lm-suppress-shortcuts=true][data-jp-suppress-context-menu=true]'
      assert.equal(await page.locator(marks).count(), 1)
    }),
  why,
)

test(
  'a card is as wide as it needs, whatever the notebook says of lists',
  () =>
    notebook(async ({ page, view }) => {
      await show(page, await view({ locus: 'chr1:119651-119790' }))
      await drawn(page, 1)
      await page.locator('.gt-figure').click({ position: { x: 300, y: 170 } })
      const facts = page.locator('.gt-popup dt')
      // What is read late is put in anew.
      await eventually(async () => {
        const boxes = await facts.evaluateAll((all) =>
          all.map((each) => [each.offsetHeight < 30, getComputedStyle(each).fontWeight]),
        )
        assert.deepEqual(new Set(boxes.map(String)), new Set(['true,400']))
      })
      await shot(page, 'cell-card')
    }),
  why,
)

test(
  'a kernel that ended is told, and what is drawn stays',
  () =>
    notebook(async ({ page, view, kernel }) => {
      const comm = await view({ locus: 'chr1:119651-119790' })
      await show(page, comm)
      await drawn(page, 1)
      await listed(page)
      kernel.kill()
      await page.evaluate((id) => window.models.get(id).emit('comm_live_update'), comm)
      await until(page, () => {
        const said = document.querySelector('#app [role=status]:not(.gtrack *)')
        return !said.hidden && /kernel was restarted.*Run the cell again/.test(said.textContent)
      })
      assert.ok((await ink(page, 0)) > 200)
      await page.locator('.gt-figure').focus()
      await page.keyboard.press('n')
      await until(page, () =>
        /kernel does not answer/.test(document.querySelector('.gtrack').textContent),
      )
      await shot(page, 'cell-gone')
      await page.evaluate((id) => window.models.get(id).views.shift().remove(), comm)
      assert.equal(await page.locator('#app > *').count(), 0)
    }),
  why,
)
