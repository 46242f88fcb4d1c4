// The list beside the figure, of which only the rows in sight are in the page.
import { h } from '../parts/dom.js'
import { headOf, setWidths } from './heads.js'
import { Row } from './row.js'

/** @typedef {import('../pure/hits.js').Hit} Hit */
/** @typedef {import('./listing.js').Column} Column */
/** @typedef {import('./listing.js').Counts} Counts */
/** @typedef {import('./listing.js').Found} Found */
/** @typedef {import('./listing.js').Kind} Kind */
/** @typedef {import('./listing.js').Listing} Listing */
/** @typedef {import('./listing.js').Wanted} Wanted */
/** @typedef {import('./listing.js').Ears} Ears */

// Pixels of a row, as in style.css, and rows that are drawn above and below what is seen.
const ROW = 26
const SPARE = 6
// Rows that are made at once, and others that say something else: a frame has its limits.
const AT_ONCE = 16
let grids = 0

export class Navigator {
  /** @type {Wanted} */
  #wanted = {
    ...{ kind: 'sites', by: 'position', down: false },
    ...{ text: '', model: '', motif: '', family: '' },
  }
  /** @type {Uint32Array} */
  #rows = new Uint32Array()
  #current = -1 // a row's number
  #asked = 0 // how often there was something to find
  /** @type {Column[]} */
  #columns = []
  /** @type {Row[]} */
  #pool = []
  #waiting = false // for the next frame
  #hidden = false // whether the current row may be out of sight
  #id = `gt-grid-${++grids}`
  #head = h('div', { role: 'row', class: 'gt-row gt-head', 'aria-rowindex': 1 })
  #space = h('div', { class: 'gt-space', role: 'rowgroup' })
  #height = 0
  #sight = new ResizeObserver(() => {
    const closed = !this.#height
    this.#height = this.element.clientHeight
    this.#hidden ||= closed
    this.draw()
  })
  #lists
  #ears

  /**
   * @param {Record<Kind, Listing>} lists
   * @param {Ears} ears
   */
  constructor(lists, ears) {
    this.#lists = lists
    this.#ears = ears
    const attributes = {
      class: 'gt-grid',
      role: 'grid',
      tabindex: 0,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onscroll: () => this.draw(),
      onpointerover: (/** @type {PointerEvent} */ event) => this.#point(event.target),
      onpointerleave: () => this.#point(null),
    }
    this.element = h('div', attributes, this.#head, this.#space)
    this.#sight.observe(this.element)
  }

  get #list() {
    return this.#lists[this.#wanted.kind]
  }

  /** Draws what is in sight; row `at` of the list is always in the same element of the pool. */
  draw() {
    if (this.#waiting) return
    this.#waiting = true
    requestAnimationFrame(() => {
      this.#waiting = false
      if (this.#hidden) this.#reveal() // here, where the page is laid out anyway
      const pool = this.#pool
      const grid = this.element
      const { length } = this.#rows
      const sight = Math.ceil(grid.clientHeight / ROW)
      const size = Math.min(sight + 2 * SPARE, length)
      for (let i = 0; i < AT_ONCE && pool.length < size; i++) pool.push(this.#makeRow())
      while (pool.length > size) pool.pop()?.remove()
      grid.removeAttribute('aria-activedescendant')
      const top = Math.floor(grid.scrollTop / ROW)
      const from = Math.min(Math.max(0, top - SPARE), length - size)
      // From the first in sight on and round: what is out of sight may wait for the next frame.
      const first = Math.max(0, top - from)
      let [i, fresh] = [0, 0]
      for (; i < size && (i <= sight || fresh < AT_ONCE); i++) {
        const at = from + ((first + i) % size)
        const row = pool[at % size]
        if (row) fresh += Number(this.#paint(row, at))
      }
      if (i < size || pool.length < size) this.draw()
    })
  }

  #makeRow() {
    const row = new Row(this.#columns, `${this.#id}-${this.#pool.length}`, (at) => this.go(at))
    this.#space.append(row.element)
    return row
  }

  /**
   * Whether the row says anything else now.
   *
   * @param {Row} row
   * @param {number} at
   */
  #paint(row, at) {
    const list = this.#list
    const number = this.#rows[at]
    const active = number === this.#current
    const fresh = row.say(`${this.#wanted.kind} ${number} ${list.version}`, number, list.row)
    row.move(at, at * ROW, active)
    if (active) this.element.setAttribute('aria-activedescendant', row.element.id)
    return fresh
  }

  /**
   * Filters and sorts anew; the current row stays current.
   *
   * @param {Partial<Wanted>} change
   */
  set(change = {}) {
    if (change.kind && change.kind !== this.#wanted.kind) {
      this.#current = -1
      Object.assign(this.#wanted, { by: 'position', down: false })
    }
    const before = this.#wanted.kind
    Object.assign(this.#wanted, change)
    const list = this.#list
    const { kind, ...asked } = this.#wanted
    const mine = ++this.#asked
    const found = list.find({ ...asked, limits: this.#ears.limits() })
    const take = (/** @type {Found} */ taken) => mine === this.#asked && this.#take(list, taken)
    if (found instanceof Promise) {
      if (before !== kind) this.#take(list, { rows: new Uint32Array(), hidden: 0 })
      this.#ears.waiting()
      this.#titles(list)
      return found.then(take)
    }
    take(found)
  }

  /**
   * @param {Listing} list
   * @param {Found} found
   */
  #take(list, { rows, hidden, shown = rows.length }) {
    const { kind } = this.#wanted
    this.#rows = rows
    this.#space.style.height = `${rows.length * ROW}px`
    this.element.dataset.kind = kind
    this.element.ariaRowCount = String(rows.length + 1)
    this.element.ariaLabel = list.label
    this.#titles(list)
    this.#ears.counted({ shown, all: list.all, hidden, kind, rows: rows.length })
    this.draw()
  }

  /** The head of each column; a click on one sorts, a second one turns it round. */
  #titles(/** @type {Listing} */ list) {
    const columns = list.columns()
    const { by: current, down } = this.#wanted
    if (columns !== this.#columns) {
      this.#columns = columns
      for (const row of this.#pool.splice(0)) row.remove()
      setWidths(this.element, columns)
    }
    const sort = (/** @type {Column} */ { id, down: first = false }) => {
      this.element.scrollTop = 0
      void this.set({ by: id, down: id === this.#wanted.by ? !this.#wanted.down : first })
    }
    const way = down ? 'descending' : 'ascending'
    const cells = columns.map((column) => headOf(column, column.id === current && way, sort))
    const focused = this.#head.querySelector(':focus')
    this.#head.replaceChildren(...cells)
    /** @type {HTMLElement | null} */
    const button = this.#head.querySelector('[aria-sort] button')
    if (focused) button?.focus()
  }

  /**
   * Makes row `at` of the list current and brings it in sight; `quiet`: the browser stays.
   *
   * @param {number} at
   * @param {boolean} [quiet]
   * @param {number} [by] in which direction it goes on
   */
  go(at, quiet = false, by = 1) {
    const list = this.#list
    if (!(at >= 0 && at < this.#rows.length)) return Promise.resolve(false)
    this.#current = this.#rows[at]
    const done = this.#ears.chosen(list.row(this.#current), this.#wanted.kind, quiet)
    const next = this.#rows[at + (by || 1)]
    if (!quiet && next !== undefined) this.#ears.coming(list.row(next))
    this.#hidden = true
    this.draw()
    return done
  }

  /** Scrolls the current row into sight. */
  #reveal() {
    this.#hidden = false
    const at = this.#rows.indexOf(this.#current)
    const grid = this.element
    const above = (at + 1) * ROW + this.#head.offsetHeight - grid.clientHeight
    if (at >= 0) grid.scrollTop = Math.max(Math.min(grid.scrollTop, at * ROW), above)
  }

  next = () => this.#step(1)
  prev = () => this.#step(-1)

  /** @param {number} by */
  #step(by, quiet = false) {
    const at = this.#rows.indexOf(this.#current) + by
    return this.go(Math.max(0, Math.min(this.#rows.length - 1, at)), quiet, by)
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey) return
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW) - 2)
    /** @type {Record<string, number>} */
    const moves = {
      ...{ ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page },
      ...{ Home: -Infinity, End: Infinity, Enter: 0 },
    }
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    this.#step(move, move !== 0)
  }

  /** Tells which row is under the pointer. @param {EventTarget | null} target */
  #point(target) {
    const element = target instanceof Element ? target.closest('.gt-space > .gt-row') : null
    const at = element instanceof HTMLElement ? this.#rows[Number(element.dataset.at)] : undefined
    this.#ears.pointed(at === undefined ? null : this.#list.row(at))
  }

  /** @param {import('../../index.js').Interval} view @returns the listed rows there */
  #within({ chrom, start, end }) {
    return this.#rows.filter(this.#list.overlaps(chrom, start, end))
  }

  /**
   * Makes current what lies nearest to the middle of a view, of a model if there is a choice; the
   * figure stays.
   *
   * @param {import('../../index.js').Interval | null} view
   * @param {string} [model]
   */
  touch(view, model) {
    const list = this.#list
    if (!view) return
    const away = (/** @type {number} */ at) =>
      Math.abs(list.middle(at) - view.start - view.end) +
      Number(model !== undefined && list.row(at).model !== model)
    let best = -1
    for (const at of this.#within(view)) if (best < 0 || away(at) < away(best)) best = at
    if (best >= 0) this.go(this.#rows.indexOf(best), true)
  }

  /**
   * Marks the rows in the page that lie over a place in the figure.
   *
   * @param {import('../../index.js').Interval | null} view
   */
  light(view) {
    const test = view && this.#list.overlaps(view.chrom, view.start, view.end)
    for (const row of this.#pool) {
      row.element.classList.toggle('gt-lit', Boolean(test?.(this.#rows[row.at])))
    }
  }

  /**
   * How many rows of the list lie in a view.
   *
   * @param {import('../../index.js').Interval} view
   */
  touching(view) {
    return { kind: this.#wanted.kind, rows: this.#within(view).length }
  }

  destroy = () => this.#sight.disconnect()
}
