// The keys: which there are, and whose they are. What is typed is never one.
import { pause } from '../data/again.js'
import { closeTopmost } from '../igv/shadow.js'
import { h } from '../parts/dom.js'
import { card, openPopup } from '../parts/popup.js'

/** @typedef {import('./panel.js').Viewer} Viewer */
/** @typedef {'next' | 'prev' | 'in' | 'out' | 'find' | 'help' | 'close'} Plain */
/** @typedef {Plain | {pan: number}} Action */

/** @type {[keys: string[], meaning: string][]} */
const KEYS = [
  [['n', 'p'], 'Next and previous row of the list'],
  [['←', '→'], 'A quarter of the view to the left and right; with Shift, a whole view'],
  [['+', '−'], 'Zoom in and out'],
  [['f', 'b'], 'Next and previous feature of the track whose grey handle is chosen'],
  [['↑', '↓', 'Enter'], 'In the list: choose a row and go to it'],
  [['/'], 'Find a place, gene, motif or region'],
  [['Esc'], 'Close what is open'],
  [['?'], 'This list'],
]

/** @type {Map<string, Plain>} */
const PLAIN = new Map([
  ['n', 'next'],
  ['p', 'prev'],
  ['+', 'in'],
  ['=', 'in'],
  ['-', 'out'],
  ['−', 'out'],
  ['/', 'find'],
  ['?', 'help'],
  ['Escape', 'close'],
])
const WAYS = new Map([
  ['ArrowLeft', -1],
  ['ArrowRight', 1],
])
const STEP = 0.25 // of the view
const LONGEST = 250 // ms that a step waits until the one before is drawn

/** What types, and what has arrows and signs of its own. */
const TYPING = ['input', 'textarea', 'select']
const TYPING_ROLES = ['textbox', 'searchbox', 'combobox', 'spinbutton']
const MOVING_ROLES = ['grid', 'dialog', 'menu', 'slider', 'separator', 'listbox', 'tablist']

/** @typedef {{localName?: string, isContentEditable?: boolean, role?: string | null}} Node */

/**
 * Whether somebody writes there.
 *
 * @param {Node[]} path what composedPath() gives
 */
export const isTyping = (path) =>
  path.some(
    ({ localName = '', isContentEditable, role }) =>
      isContentEditable || TYPING.includes(localName) || TYPING_ROLES.includes(role ?? ''),
  )

/**
 * What a key does; null for nothing.
 *
 * @param {Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>} event
 * @param {Node[]} path
 * @returns {Action | null}
 */
export function actionOf({ key, shiftKey, ctrlKey, metaKey, altKey }, path) {
  if (ctrlKey || metaKey || altKey) return null
  if (key === 'Escape') return 'close' // of a field in a dialog, too
  if (isTyping(path)) return null
  const way = WAYS.get(key)
  const action = way ? { pan: way * (shiftKey ? 1 : STEP) } : (PLAIN.get(key) ?? null)
  const moves = way || action === 'in' || action === 'out'
  return moves && path.some(({ role }) => MOVING_ROLES.includes(role ?? '')) ? null : action
}

/** Whose keys are those of the page, while nothing in it has the focus: who was used last.
 *
 * @type {HTMLElement[]}
 */
const used = []

/**
 * Hears the keys: those pressed inside of the viewer and, unless it is not to, those pressed while
 * nothing on the page has the focus, if it was used last of all viewers there.
 *
 * @param {Viewer} viewer
 * @param {(action: Action) => void} act
 * @param {AbortSignal} signal
 */
export function listenToKeys({ browser, element, figure, keys = true }, act, signal) {
  let isUsed = false
  const use = () => {
    isUsed = true
    forget(element)
    used.push(element)
  }
  /** @type {(event: KeyboardEvent, path: any[]) => void} */
  const press = (event, path) => {
    if (event.defaultPrevented || event.isComposing) return
    const action = actionOf(event, path)
    if (action === null) return
    if (action !== 'close') event.preventDefault()
    else if (element.querySelector(':popover-open')) return // the browser closes it
    act(action)
  }
  /** @type {(event: KeyboardEvent, path: any[]) => void} */
  const release = (event, path) => {
    if (!isTyping(path)) browser.keyUpHandler(event) // igv.js' f and b
  }
  /** @type {(heard: typeof press) => (event: KeyboardEvent) => void} */
  const here = (heard) => (event) => heard(event, event.composedPath())
  /** @type {(heard: typeof press) => (event: KeyboardEvent) => void} */
  const nowhere = (heard) => (event) => {
    const path = event.composedPath()
    if (path.includes(element) || used.at(-1) !== element || !isNobody(path[0])) return
    if (isUsed || !/^Arrow/.test(event.key)) heard(event, path)
  }
  const leave = (/** @type {Event} */ event) => {
    isUsed &&= event.composedPath().includes(element)
  }
  element.addEventListener('keydown', here(press), { signal })
  element.addEventListener('keyup', here(release), { signal })
  element.addEventListener('pointerdown', use, { signal, capture: true })
  element.addEventListener('focusin', use, { signal })
  figure.addEventListener('pointerup', () => focus(figure), { signal })
  if (!keys) return
  used.push(element)
  signal.addEventListener('abort', () => forget(element))
  document.addEventListener('keydown', nowhere(press), { signal })
  document.addEventListener('keyup', nowhere(release), { signal })
  document.addEventListener('pointerdown', leave, { signal, capture: true })
}

/** @param {HTMLElement} element */
function forget(element) {
  const at = used.indexOf(element)
  if (at >= 0) used.splice(at, 1)
}

/**
 * A click in the figure is as good as coming there by Tab, unless it was on something in it.
 *
 * @param {HTMLElement} figure
 */
function focus(figure) {
  if (!figure.shadowRoot?.activeElement) figure.focus({ preventScroll: true })
}

/** @param {EventTarget} target */
const isNobody = (target) => target === document.body || target === document.documentElement

/**
 * What the keys do to a viewer, and its list of them.
 *
 * @param {Viewer} viewer
 * @param {import('../list/rows.js').Rows} list
 */
export function makeActions({ browser, element, figure }, list) {
  const help = () => {
    const rows = KEYS.map(([keys, meaning]) => [
      keys.map((key) => [h('kbd', {}, key), ' ']),
      meaning,
    ])
    const { left, top, width } = element.getBoundingClientRect()
    const said = card('Keys', /** @type {import('../parts/popup.js').Fact[]} */ (rows))
    openPopup(element, [said], { x: left + width / 2 - 200, y: Math.max(0, top) + 60 })
  }
  let moving = false
  const pan = async (/** @type {number} */ share) => {
    const [frame] = browser.referenceFrameList
    if (moving || browser.referenceFrameList.length > 1) return // no faster than it is drawn
    moving = true
    const width = browser.calculateViewportWidth(1)
    const shown = frame.shiftPixels(share * width, width, true) && browser.updateViews()
    await Promise.race([shown, pause(LONGEST)])
    moving = false
  }
  /** @type {Record<Plain, () => unknown>} */
  const plain = {
    next: list.next,
    prev: list.prev,
    in: () => browser.zoomWithScaleFactor(0.5),
    out: () => browser.zoomWithScaleFactor(2),
    close: () => closeTopmost(figure),
    find: () => element.querySelector('input')?.focus(),
    help,
  }
  /** @param {Action} action */
  const act = (action) => void (typeof action === 'object' ? pan(action.pan) : plain[action]())
  return { act, help }
}
