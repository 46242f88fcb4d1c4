// The card of all models: which are shown, in which order, and which two the difference compares.
import { button } from '../parts/controls.js'
import { h } from '../parts/dom.js'
import { openPopup } from '../parts/popup.js'
import { moved, paired } from '../pure/pairs.js'

/** @typedef {import('./panel.js').Viewer} Viewer */
/** @typedef {ReturnType<typeof makeRow>} Row */

const SHEET = `
.gt-models td { vertical-align: middle; white-space: nowrap; }
.gt-models td:nth-child(2) { overflow-wrap: anywhere; white-space: normal; cursor: grab; }
.gt-models td:nth-child(2)::before { content: '⠿'; margin-right: 6px; color: var(--soft); }
.gt-models :is(input[type='checkbox'], input[type='radio']) {
  width: 16px;
  height: 16px;
  min-height: 0;
  margin: 5px;
  accent-color: var(--accent);
}
.gt-models .gt-dragged { background: var(--mark); }
.gt-card p.gt-pair { display: flex; gap: 8px; align-items: center; margin: 10px 0 0; }
`
const HINT =
  'Drag a row, or use its arrows. The difference is the first less the second; ' +
  'a hidden model can be one of them, and its hits stay in the list.'

/**
 * Opens the card below its button.
 *
 * @param {Viewer} viewer
 * @param {HTMLElement} opener
 */
export function openModels(viewer, opener) {
  const { element: root, relevance, state, setModels, setDifference } = viewer
  const inScan = relevance.map((r) => r.model)
  const names = () => state().order ?? inScan
  /** @type {Map<string, Row>} */
  const rows = new Map(inScan.map((model) => [model, makeRow(model, viewer, names)]))
  const body = h('tbody')
  const toggle = button('Difference', '', () => setDifference(!state().difference))
  const pair = h('span')
  const reset = button('As in the scan', 'Show all models, in the order of the scan', () =>
    setModels({ order: [], hidden: [] }),
  )
  const sync = () => {
    const now = state()
    const { first, second, hidden = [], difference } = now
    const order = names()
    const focused = /** @type {Document | ShadowRoot} */ (root.getRootNode()).activeElement
    const lines = order.map((model) => rows.get(model)?.element ?? '')
    if (lines.some((line, i) => line !== body.children[i])) body.replaceChildren(...lines)
    order.forEach((model, i) => rows.get(model)?.sync(now, i, order.length))
    toggle.ariaPressed = String(difference)
    pair.textContent = `${first} − ${second}`
    reset.disabled = !now.order && !hidden.length
    if (focused instanceof HTMLElement && body.contains(focused)) focused.focus()
  }
  const heads = ['Shown', 'Model', 'First', 'Second', 'Order'].map((head) =>
    h('th', { scope: 'col' }, head),
  )
  listenToDrag(body, () => setModels({ order: [...body.children].map(modelOf) }))
  const card = h(
    'article',
    { class: 'gt-card' },
    h('h2', {}, 'Models'),
    h('p', {}, HINT),
    h('table', { class: 'gt-table gt-models' }, h('thead', {}, h('tr', {}, heads)), body),
    h('p', { class: 'gt-pair' }, toggle, pair),
    h('p', { class: 'gt-pair' }, reset),
  )
  sync()
  show(viewer, card, opener, sync)
}

/**
 * @param {Viewer} viewer
 * @param {HTMLElement} card
 * @param {HTMLElement} opener
 * @param {() => void} sync
 */
function show({ element: root, on }, card, opener, sync) {
  const tree = /** @type {Document | ShadowRoot} */ (root.getRootNode())
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(SHEET)
  tree.adoptedStyleSheets = [...tree.adoptedStyleSheets, sheet]
  const offs = ['models', 'difference'].map((name) => on(name, sync))
  const { left, bottom } = opener.getBoundingClientRect()
  const box = openPopup(root, [card], { x: left - 12, y: bottom - 8 })
  box.ariaLabel = 'Models'
  box.addEventListener('toggle', ({ newState }) => {
    if (newState !== 'closed') return
    for (const off of offs) off()
    tree.adoptedStyleSheets = tree.adoptedStyleSheets.filter((each) => each !== sheet)
  })
}

/** @param {Element} row */
const modelOf = (row) => /** @type {HTMLElement} */ (row).dataset.model ?? ''

/**
 * A model's row.
 *
 * @param {string} model
 * @param {Viewer} viewer
 * @param {() => string[]} names in order
 */
function makeRow(model, { state, setModels, setDifference }, names) {
  const hide = () => {
    const others = (state().hidden ?? []).filter((name) => name !== model)
    return setModels({ hidden: shown.checked ? others : [...others, model] })
  }
  const pick = (/** @type {'first' | 'second'} */ which) => () => {
    const { difference, ...now } = state()
    const { first, second } = paired(now, which, model)
    return setDifference(difference, first, second)
  }
  const move = (/** @type {number} */ by) => () => setModels({ order: moved(names(), model, by) })
  const input = (/** @type {Record<string, any>} */ more) => h('input', more)
  const shown = input({ type: 'checkbox', 'aria-label': `Show ${model}`, onchange: hide })
  const radio = (/** @type {'first' | 'second'} */ which) => {
    const label = `${model} is the ${which} of the difference`
    const name = `gt-${which}`
    return input({ type: 'radio', name, 'aria-label': label, onchange: pick(which) })
  }
  const [one, two] = [radio('first'), radio('second')]
  const up = button('↑', `Move ${model} up`, move(-1))
  const down = button('↓', `Move ${model} down`, move(1))
  const cells = [shown, model, one, two, [up, ' ', down]].map((cell) => h('td', {}, cell))
  const element = h('tr', { draggable: 'true', 'data-model': model }, cells)
  /** @type {(state: import('../../index.js').State, at: number, count: number) => void} */
  const sync = ({ hidden = [], first, second }, at, count) => {
    shown.checked = !hidden.includes(model)
    one.checked = model === first
    two.checked = model === second
    up.ariaDisabled = String(at === 0) // not disabled: it keeps the focus
    down.ariaDisabled = String(at === count - 1)
  }
  return { element, sync }
}

/**
 * A row that is dragged goes where the pointer is, and is told of where it is let go.
 *
 * @param {HTMLElement} body
 * @param {() => unknown} dropped
 */
function listenToDrag(body, dropped) {
  /** @type {HTMLElement | null} */
  let dragged = null
  body.addEventListener('dragstart', (event) => {
    dragged = /** @type {HTMLElement} */ (event.target).closest('tr')
    dragged?.classList.add('gt-dragged')
    if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move'
  })
  body.addEventListener('dragover', (event) => {
    const over = /** @type {HTMLElement} */ (event.target).closest('tr')
    if (!dragged || !over) return
    event.preventDefault()
    const { top, height } = over.getBoundingClientRect()
    if (over === dragged) return
    if (event.clientY < top + height / 2) over.before(dragged)
    else over.after(dragged)
  })
  body.addEventListener('drop', (event) => event.preventDefault())
  body.addEventListener('dragend', () => {
    dragged?.classList.remove('gt-dragged')
    dragged = null
    dropped()
  })
}
