// The parts of igv.js for keyboard and screen reader: it makes buttons and menus of plain elements,
// inside of the shadow root of the figure.

const OK = "[class*='ok-cancel'] > div"
// White on igv.js' own colours is hard to read, and it gives no font to what it says of a track.
const STYLE = `${OK} { background-color: #0b5cad !important; }
${OK}:last-child { background-color: #59616a !important; }
.igv-viewport-message { font: 13px sans-serif; padding: 8px; }`

/**
 * What is a button, and its name where its text is none.
 *
 * @type {[selector: string, name?: string][]}
 */
const BUTTONS = [
  ['.igv-menu-popup-header > div', 'Close'],
  ["[class*='dialog-header'] > div", 'Close'],
  ['.igv-ui-colorpicker-container > div:first-child > div', 'Close'],
  ['.igv-track-label-popover__close', 'Close'],
  ['.igv-ui-color-swatch', 'Colour'],
  ['.igv-ui-alert-dialog-container > div:last-child > div'],
  [OK],
]
const DIALOGS = [
  ...["[class*='dialog-container']", '.igv-ui-dialog', '.igv-ui-generic-container'],
  ...['.igv-roi-seg-filter-dialog', '.igv-roi-table'],
]
const POPOVERS = ['.igv-menu-popup', '.igv-ui-popover', '.igv-track-label-popover', '.igv-roi-menu']
const FIELD = 'input, select, textarea'

/** @param {Element} element */
const isShown = (element) => element.checkVisibility()

/**
 * Gives names and places in the order of focus to what igv.js shows, as it comes and goes.
 *
 * @param {import('../page/panel.js').Viewer} viewer
 * @param {AbortSignal} signal
 */
export function nameParts({ browser, figure }, signal) {
  const root = figure.shadowRoot
  if (!root) return
  const name = () => {
    nameGears(browser)
    nameMenus(root)
    nameDialogs(root)
  }
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(STYLE)
  root.adoptedStyleSheets.push(sheet)
  const watch = new MutationObserver((records) => records.some(isMore) && name())
  watch.observe(root, { childList: true, subtree: true })
  signal.addEventListener('abort', () => watch.disconnect())
  listenIn(root, signal)
  name()
}

/** Whether more came than pictures, which come with each place. @param {MutationRecord} record */
const isMore = ({ addedNodes }) => [...addedNodes].some(({ nodeName }) => nodeName !== 'CANVAS')

/** @param {Element | null | undefined} element @param {Record<string, string | number>} given */
function set(element, given) {
  for (const [key, value] of Object.entries(given)) element?.setAttribute(key, String(value))
}

/** @param {import('../../igv.js').Browser} browser */
function nameGears({ trackViews }) {
  for (const { gear, track } of trackViews) {
    const title = track.config?.gtrack?.title ?? track.name ?? track.type
    const label = `Settings of ${title}`
    set(gear?.firstElementChild, {
      ...{ role: 'button', tabindex: 0, 'aria-haspopup': 'menu', 'aria-label': label },
    })
  }
}

/** @param {ShadowRoot} root */
function nameMenus(root) {
  for (const menu of root.querySelectorAll('.igv-menu-popup > div:last-child')) {
    if (!menu.children.length) continue
    set(menu, { role: 'menu', 'aria-label': 'Track' })
    for (const item of menu.children) {
      const isLine = item.localName === 'hr' || !item.textContent
      set(item, isLine ? { role: 'separator' } : { role: 'menuitem', tabindex: -1 })
    }
  }
}

/** @param {ShadowRoot} root */
function nameDialogs(root) {
  for (const [selector, label] of BUTTONS) {
    for (const each of root.querySelectorAll(selector)) {
      set(each, { role: 'button', tabindex: 0, ...(label && { 'aria-label': label }) })
    }
  }
  for (const dialog of root.querySelectorAll(DIALOGS.join())) {
    const title = dialog.querySelector("[class*='one-liner']")
    const label = title?.textContent || 'Settings'
    set(dialog, { role: 'dialog', 'aria-label': label })
    for (const field of dialog.querySelectorAll(FIELD)) {
      const said = field.previousElementSibling?.textContent || label
      if (!field.getAttribute('aria-label')) set(field, { 'aria-label': said })
    }
  }
}

/**
 * Enter and the space bar are a click, once they are let go: what opens would hear them, too.
 * Arrows go through a menu.
 *
 * @param {ShadowRoot} root
 * @param {AbortSignal} signal
 */
function listenIn(root, signal) {
  /** @type {EventTarget | null} */
  let down = null
  const pressed = (/** @type {any} */ { target, key }) => {
    const role = target.getAttribute('role')
    const way = Number(key === 'ArrowDown') - Number(key === 'ArrowUp')
    const isClick = (key === 'Enter' || key === ' ') && ['button', 'menuitem'].includes(role)
    down = isClick ? target : null
    if (way && role === 'menuitem') {
      const items = itemsOf(target.parentElement)
      items.at((items.indexOf(target) + way) % items.length)?.focus()
    }
    return isClick || (way && role === 'menuitem')
  }
  const released = (/** @type {any} */ { target, key }) => {
    if (target !== down || (key !== 'Enter' && key !== ' ')) return
    down = null
    const { left: clientX, bottom: clientY } = target.getBoundingClientRect() // dialogs open there
    const where = { clientX, clientY, bubbles: true, composed: true }
    target.dispatchEvent(new MouseEvent('click', where))
    focusOpened(root, target)
  }
  const onPress = (/** @type {Event} */ event) => pressed(event) && event.preventDefault()
  root.addEventListener('keydown', onPress, { signal })
  root.addEventListener('keyup', released, { signal })
}

/** @param {Element} menu @returns {HTMLElement[]} */
const itemsOf = (menu) =>
  [...menu.querySelectorAll(':scope > [role=menuitem]')].map((e) => /** @type {HTMLElement} */ (e))

/**
 * The focus goes into what has opened, and back to the gear where nothing has.
 *
 * @param {ShadowRoot} root
 * @param {HTMLElement} pressed
 */
function focusOpened(root, pressed) {
  const gear = pressed.closest('.igv-gear-menu-column > div')?.querySelector('svg')
  requestAnimationFrame(() => {
    const open = openParts(root).at(-1)
    const first = open?.querySelector(`[role=menuitem], ${FIELD}`)
    const wanted = first ?? open?.querySelector('[role=button]') ?? gear
    if (wanted instanceof HTMLElement || wanted instanceof SVGElement) wanted.focus()
  })
}

/** What of igv.js is open above the tracks. @param {ShadowRoot} root */
const openParts = (root) =>
  [...root.querySelectorAll([...POPOVERS, ...DIALOGS].join())].filter(isShown)

/**
 * Closes what of igv.js is open above the rest; the focus goes back to where it was opened.
 *
 * @param {HTMLElement} figure
 */
export function closeTopmost(figure) {
  const root = figure.shadowRoot
  const part = root && /** @type {HTMLElement | undefined} */ (openParts(root).at(-1))
  if (!part) return
  const gear = part.closest('.igv-gear-menu-column > div')?.querySelector('svg')
  const close =
    part.querySelector('[role=button][aria-label=Close]') ??
    part.lastElementChild?.firstElementChild
  const isMenu = part.matches('.igv-menu-popup') // whose close button is a part of the gear
  if (!isMenu) close?.dispatchEvent(new MouseEvent('click', { bubbles: true }))
  if (part.isConnected && isShown(part)) part.style.display = 'none'
  ;(gear ?? figure).focus({ preventScroll: true })
}
