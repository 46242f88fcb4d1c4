// Pages of other people, with viewers in them (GTRACK_SCAN=DIR), and what a viewer leaves in them.
import assert from 'node:assert/strict'
import { until } from './chromium.js'
import { chromium, server } from './scans.js'

const SCRIPT = '<script type=module src="/guest.js"></script>'
const MOUNTS = `import igv from '/_gtrack/igv/igv.esm.min.js'
import * as gtrack from '/_gtrack/plugin/index.js'
const mount = async (id, options) => {
  const element = document.getElementById(id)
  window.apps[id] = await gtrack.mount(element, igv, { manifestURL: '/manifest.json', ...options })
}
Object.assign(window, { igv, gtrack, mount, apps: {}, there: true })`

/** Waits until what was changed is drawn. */
export const frame = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))))

/** Runs first in a page: keeps account of all listeners outside of elements, observers, timers. */
function keepAccount() {
  const held = new Map()
  const kept = (target, type, f, options) => {
    const name = [window, document, document.body, document.documentElement].indexOf(target)
    if (name < 0 || !f) return null
    return { key: `${['window', 'document', 'body', 'html'][name]} ${type}`, f, options }
  }
  const drop = (one) => {
    const list = held.get(one.key) ?? []
    held.set(
      one.key,
      list.filter((other) => other.f !== one.f),
    )
  }
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype
  EventTarget.prototype.addEventListener = function (type, f, options) {
    const one = kept(this ?? window, type, f, options)
    if (one) {
      drop(one)
      held.set(one.key, [...(held.get(one.key) ?? []), one])
      if (options?.signal) add.call(options.signal, 'abort', () => drop(one))
    }
    return add.call(this ?? window, type, f, options)
  }
  EventTarget.prototype.removeEventListener = function (type, f, options) {
    const one = kept(this ?? window, type, f, options)
    if (one) drop(one)
    return remove.call(this ?? window, type, f, options)
  }
  window.account = () => ({
    listeners: [...held].filter(([, list]) => list.length).map(([key, l]) => `${key} ${l.length}`),
    observers: window.watching.size,
    page: document.documentElement.outerHTML,
  })
}

/** The same of observers. */
function countObservers() {
  window.watching = new Set()
  for (const name of ['ResizeObserver', 'MutationObserver', 'IntersectionObserver']) {
    window[name] = class extends window[name] {
      observe(...given) {
        window.watching.add(this)
        super.observe(...given)
      }
      disconnect() {
        window.watching.delete(this)
        super.disconnect()
      }
    }
  }
}

/**
 * Opens a page of others and gives it to `use`; `window.mount(id, options)` mounts there. In the
 * end no script has failed.
 *
 * @param {string} html
 */
export async function visit(html, use, hash = '') {
  chromium.errors.length = chromium.strays.length = 0
  const link = '<link rel=stylesheet href="/_gtrack/plugin/style.css">'
  server.options.virtual['/guest/'] = html.replace('</title>', `</title>${link}`) + SCRIPT
  server.options.virtual['/guest.js'] = MOUNTS
  const page = await chromium.context.newPage()
  page.on('pageerror', (error) => chromium.errors.push(error.stack))
  await page.addInitScript(keepAccount)
  await page.addInitScript(countObservers)
  try {
    await page.goto(`${server.url}/guest/${hash}`)
    await until(page, () => window.there)
    await use(page)
    assert.deepEqual([chromium.errors, chromium.strays], [[], []])
  } finally {
    await page.close()
  }
}

/** Mounts and waits until the list is there and all is quiet. */
export async function mountIn(page, id, options = {}) {
  await page.evaluate(([where, how]) => window.mount(where, how), [id, options])
  await page.evaluate((where) => window.apps[where].ready, id)
  await frame(page)
}

/** Styles of a page that mean all that is in it. */
export const HOSTILE = `*{box-sizing:content-box;line-height:2.2;letter-spacing:1px}
button{width:100%;text-transform:uppercase;margin:10px;min-height:3em;display:block}
div,section,aside{float:left} label{display:block;width:100%} p,h3,dl{margin:30px} dd,dt{float:left}
header,footer{position:fixed;width:100%} form{padding:20px} svg{width:100%;height:auto}
input,select{width:100%;margin:1em 0} span{display:block} canvas{display:none}`
