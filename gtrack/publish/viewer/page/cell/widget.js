// The widget of a notebook's cell (anywidget): igv.js and the plugin come over its channel, once a
// page, and read the scan over it.
import { Channel, PIECE, unpacked } from './channel.js'
import { fetch, openDoor, XMLHttpRequest } from './door.js'
import { link } from './modules.js'

/** @typedef {{mount: Function, igv: any, style: string, openDoor: typeof openDoor}} Kit */

/** JupyterLab lays out the lists of facts in all outputs; cards have a grid of their own. */
const OURS_AGAIN = `.gtrack.gtrack :is(dl, dt, dd) { float: none; width: auto; overflow: visible }
.gtrack.gtrack dt { font-weight: 400 }`
const KIT = '/_gtrack/kit'
const PATIENCE = 4000 // ms that a kernel has to show that it is there
const GONE = {
  title: 'This notebook’s kernel was restarted or has ended.',
  cure: 'Run the cell again to see the scan.',
}

const SILENT = {
  title: 'The kernel does not answer.',
  cure: 'If it was restarted, run the cell again; else press Retry.',
}
const BUSY = 'The kernel is busy: the viewer comes when it has time.'

/**
 * igv.js and the plugin: of one gtrack once a page, for all its widgets.
 *
 * @param {Channel} channel
 * @param {string} digest
 * @returns {Promise<Kit>}
 */
function kitOf(channel, digest) {
  /** @type {Record<symbol, any>} */
  const page = globalThis
  const key = Symbol.for(`gtrack ${digest}`)
  page[key] ??= makeKit(channel, `globalThis[Symbol.for('gtrack ${digest} door')]`, (door) => {
    page[Symbol.for(`gtrack ${digest} door`)] = door
  }).catch((error) => {
    delete page[key] // the next cell may have more luck
    throw error
  })
  return page[key]
}

/**
 * @param {Channel} channel
 * @param {string} door the text that finds it again
 * @param {(door: object) => void} keep
 * @returns {Promise<Kit>}
 */
async function makeKit(channel, door, keep) {
  /** @type {BlobPart[]} */
  const parts = []
  for (let at = 0, size = 1; at < size; at += PIECE) {
    const piece = await channel.ask(KIT, at, at + PIECE)
    if (piece.status !== 200) throw new Error(piece.why)
    size = piece.size
    parts.push(/** @type {any} */ (piece.bytes))
  }
  const packed = new Uint8Array(await new Blob(parts).arrayBuffer())
  const { modules, style } = JSON.parse(new TextDecoder().decode(await unpacked(packed)))
  const prelude = `const { fetch, XMLHttpRequest } = ${door};`
  const address = link(modules, prelude, `${door}.load`, (text) =>
    URL.createObjectURL(new Blob([text], { type: 'text/javascript' })),
  )
  const load = (/** @type {string} */ path) => import(address(path))
  keep({ fetch, XMLHttpRequest, load })
  const [{ default: igv }, { mount }] = await Promise.all([
    load('igv/igv.esm.min.js'),
    load('plugin/index.js'),
  ])
  return { igv, mount, style, openDoor }
}

/**
 * The plugin's options, with addresses at the door's.
 *
 * @param {any} options
 * @param {string} base
 */
function optionsAt({ reference, ...options }, base) {
  const absolute = ([key, value] = ['', '']) => [
    key,
    /URL$/.test(key) ? new URL(value, base).href : value,
  ]
  const at = reference && Object.fromEntries(Object.entries(reference).map(absolute))
  const manifestURL = new URL('manifest.json', base).href
  return { ...options, reference: at, manifestURL, hash: false, keys: false, lost: SILENT }
}

/**
 * Resolves once an element is on the page: before that it has no width.
 *
 * @param {Element} box
 * @param {AbortSignal} signal
 */
const isShown = (box, signal) =>
  new Promise((done) => {
    const watch = new ResizeObserver(() => box.clientWidth && stop())
    const stop = () => {
      watch.disconnect()
      done(undefined)
    }
    watch.observe(box)
    signal.addEventListener('abort', stop)
  })

/** @param {string} tag @param {string} text @param {string} style */
function made(tag, text, style) {
  const element = document.createElement(tag)
  element.textContent = text
  element.style.cssText = style
  return element
}

/** The keys of a viewer are not those of the notebook, where "d d" deletes the cell. */
function keepKeys(/** @type {HTMLElement} */ el, /** @type {AbortSignal} */ signal) {
  el.dataset.lmSuppressShortcuts = 'true'
  el.dataset.jpSuppressContextMenu = 'true'
  const stop = (/** @type {Event} */ event) => event.stopPropagation()
  for (const name of ['keydown', 'keyup', 'keypress']) el.addEventListener(name, stop, { signal })
}

const BAR =
  'margin:0;padding:6px 10px;font:13px/1.45 system-ui,sans-serif;color:#1c2024;background:#fff4e0'

/** @param {{model: any, el: HTMLElement}} given */
function render({ model, el }) {
  const gone = new AbortController()
  const channel = new Channel(model)
  const said = made('p', 'Loading the viewer (igv.js, 0.4 MB) …', BAR)
  said.setAttribute('role', 'status')
  const box = made('div', '', '')
  const resize = () => {
    box.style.height = `${model.get('height')}px`
  }
  const say = (/** @type {string} */ text) => {
    said.textContent = text
    said.hidden = !text
  }
  const look = async () => {
    const heard = channel.heard().then(() => say(''))
    const late = new Promise((_, fail) => setTimeout(fail, PATIENCE))
    await Promise.race([heard, late]).catch(() => {
      if (gone.signal.aborted) return
      channel.lose()
      say(`${GONE.title} ${GONE.cure}`)
    })
    await heard.catch(() => {}) // an answer may come late
  }
  resize()
  keepKeys(el, gone.signal)
  el.append(said, box)
  model.on('change:height', resize)
  model.on('comm_live_update', look)
  const undo = [() => model.off('change:height', resize), () => el.replaceChildren()]
  undo.push(() => model.off('comm_live_update', look))
  const busy = setTimeout(say, PATIENCE, BUSY)
  const work = start({ model, channel, box, undo, signal: gone.signal }).then(
    () => say(''),
    (error) => gone.signal.aborted || say(`The viewer could not start: ${error.message}`),
  )
  void work.then(() => clearTimeout(busy))
  return async () => {
    gone.abort()
    clearTimeout(busy)
    channel.close()
    await work
    while (undo.length) undo.pop()?.()
    delete el.dataset.lmSuppressShortcuts
    delete el.dataset.jpSuppressContextMenu
  }
}

/**
 * @param {{model: any, channel: Channel, box: HTMLElement, undo: (() => void)[],
 *   signal: AbortSignal}} given
 */
async function start({ model, channel, box, undo, signal }) {
  const [kit] = await Promise.all([kitOf(channel, model.get('_kit')), isShown(box, signal)])
  if (signal.aborted) return
  const door = kit.openDoor(channel)
  undo.push(door.close)
  const app = made('div', '', 'height:100%;min-height:0') // a low figure is the user's wish
  box.append(made('style', `${kit.style}\n${OURS_AGAIN}`, ''), app)
  const mounted = await kit.mount(app, kit.igv, optionsAt(model.get('_options'), door.base))
  undo.push(() => mounted.destroy())
}

export default { render }
