// The list of hits or regions, of which only the rows in sight are in the page.
import { ends, h } from '../parts/dom.js'
import { briefQ } from '../parts/popup.js'
import { number, signed } from '../pure/words.js'

/** @typedef {import('../pure/hits.js').Hit} Hit */
/** @typedef {import('../pure/hits.js').Order} Order */
/** @typedef {import('../pure/hits.js').Table} Table */
/** @typedef {'hits' | 'regions'} Kind */
/** @typedef {{model: string, motif: string, family: string}} Only What alone is listed. */
/** @typedef {{kind: Kind, by: Order, text: string} & Only} Wanted */
/** @typedef {{shown: number, all: number, hidden: number, kind: Kind}} Counts */

/**
 * @typedef {object} Ears Who is asked and told.
 * @property {() => Record<string, number>} limits of each model the least |relevance| per base
 * @property {(row: Hit, kind: Kind, quiet: boolean) => Promise<boolean>} chosen hears of the
 *   current row; `quiet`: the browser is not to follow
 * @property {(row: Hit) => unknown} coming hears of the row that is likely to be the next
 * @property {(counts: Counts) => void} counted
 */

/**
 * A column of the grid: its title, the text of a row, what sorts by it, and what it is.
 *
 * @typedef {{title: string, cell: (row: Hit) => string, by?: Order, meaning?: string}} Column
 */

// Pixels of a row, as in style.css, and rows that are drawn above and below what is seen.
const ROW = 26
const SPARE = 6

/** @type {Column} */
const POSITION = {
  title: 'Place',
  cell: (row) => `${row.chrom}:${number(row.chromStart + 1)}`,
  by: 'position',
}

/** @type {Record<Kind, Column[]>} */
const COLUMNS = {
  hits: [
    { title: 'Motif', cell: (row) => `${row.name} ${row.strand.replace('-', '−')}` },
    POSITION,
    {
      title: 'Relevance',
      cell: (row) => signed(row.relSum),
      by: 'relevance',
      meaning: 'Sum over the hit',
    },
    { title: 'q', cell: briefQ, by: 'q', meaning: 'False discovery rate; ≤: at most' },
    { title: 'Model', cell: (row) => row.model },
  ],
  regions: [
    { title: 'Region', cell: (row) => row.name },
    POSITION,
    { title: 'Length', cell: (row) => `${number(row.chromEnd - row.chromStart)} bp` },
  ],
}
let grids = 0

export class Navigator {
  /** @type {Wanted} */
  #wanted = { kind: 'hits', by: 'position', text: '', model: '', motif: '', family: '' }
  #rows = new Uint32Array()
  #current = -1 // a row of the table
  /** @type {Uint32Array | null} */
  #order = null
  /** @type {HTMLElement[]} */
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
    this.#draw()
  })
  #tables
  #ears

  /**
   * @param {Record<Kind, Table>} tables
   * @param {Ears} ears
   */
  constructor(tables, ears) {
    this.#tables = tables
    this.#ears = ears
    const attributes = {
      class: 'gt-grid',
      role: 'grid',
      tabindex: 0,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onscroll: () => this.#draw(),
    }
    this.element = h('div', attributes, this.#head, this.#space)
    this.#sight.observe(this.element)
  }

  /** Draws what is in sight; row `at` of the list is always in the same element of the pool. */
  #draw() {
    if (this.#waiting) return
    this.#waiting = true
    requestAnimationFrame(() => {
      this.#waiting = false
      if (this.#hidden) this.#reveal() // here, where the page is laid out anyway
      const pool = this.#pool
      const grid = this.element
      const { length } = this.#rows
      const size = Math.min(Math.ceil(grid.clientHeight / ROW) + 2 * SPARE, length)
      while (pool.length < size) pool.push(this.#space.appendChild(this.#makeRow()))
      while (pool.length > size) pool.pop()?.remove()
      grid.removeAttribute('aria-activedescendant')
      const top = Math.floor(grid.scrollTop / ROW) - SPARE
      const from = Math.min(Math.max(0, top), length - size)
      for (let at = from; at < from + size; at++) this.#paint(pool[at % size], at)
    })
  }

  #makeRow() {
    const attributes = {
      role: 'row',
      class: 'gt-row',
      id: `${this.#id}-${this.#pool.length}`,
      onclick: (/** @type {any} */ event) => this.go(Number(event.currentTarget.dataset.at)),
    }
    const cells = COLUMNS.hits.map(() => h('div', { role: 'gridcell' }))
    return h('div', attributes, cells)
  }

  /**
   * @param {HTMLElement} element
   * @param {number} at
   */
  #paint(element, at) {
    const { kind } = this.#wanted
    const mark = `${kind} ${this.#rows[at]}`
    const active = this.#rows[at] === this.#current
    if (element.dataset.row !== mark) {
      const row = this.#tables[kind].row(this.#rows[at])
      Object.assign(element.dataset, { row: mark, sign: Math.sign(row.relSum) })
      for (const [i, cell] of [...element.children].entries()) {
        const text = COLUMNS[kind][i]?.cell(row) ?? ''
        cell.replaceChildren(...(i ? [text] : ends(text)))
        cell.setAttribute('title', text)
      }
    }
    element.dataset.at = String(at)
    element.style.transform = `translateY(${at * ROW}px)`
    Object.assign(element, { ariaRowIndex: at + 2, ariaSelected: active })
    if (active) this.element.setAttribute('aria-activedescendant', element.id)
  }

  /**
   * Filters and sorts anew; the current row stays current.
   *
   * @param {Partial<Wanted>} change
   */
  set(change = {}) {
    if (change.kind && change.kind !== this.#wanted.kind) this.#current = -1
    if (change.kind || change.by) this.#order = null
    Object.assign(this.#wanted, change)
    const { kind, by, text } = this.#wanted
    const table = this.#tables[kind]
    if (!table.text) return // still being read
    this.#order ??= table.sorted(by)
    const asked = kind === 'hits' ? { ...this.#wanted, limits: this.#ears.limits() } : { text }
    const { rows, hidden } = table.filter(this.#order, asked)
    this.#rows = rows
    this.#space.style.height = `${rows.length * ROW}px`
    this.element.dataset.kind = kind
    this.element.ariaRowCount = String(rows.length + 1)
    this.element.ariaLabel = kind === 'hits' ? 'Motif hits' : 'Scanned regions'
    this.#titles()
    this.#ears.counted({ shown: rows.length, all: table.count, hidden, kind })
    this.#draw()
  }

  /** The head of each column; a click on one sorts. */
  #titles() {
    const { kind, by: current } = this.#wanted
    const cells = COLUMNS[kind].map(({ title, by, meaning }) => {
      const way = current === 'relevance' ? 'descending' : 'ascending'
      const sort = () => {
        this.set({ by })
        /** @type {HTMLElement | null} */
        const button = this.#head.querySelector('[aria-sort] button')
        button?.focus()
      }
      const label = by
        ? h('button', { type: 'button', title: meaning, onclick: sort }, title)
        : title
      return h('div', { role: 'columnheader', 'aria-sort': by === current && way }, label)
    })
    this.#head.replaceChildren(...cells)
  }

  /**
   * Makes row `at` of the list current and brings it in sight; `quiet`: the browser stays.
   *
   * @param {number} at
   * @param {boolean} [quiet]
   * @param {number} [by] in which direction it goes on
   */
  go(at, quiet = false, by = 1) {
    if (!(at >= 0 && at < this.#rows.length)) return Promise.resolve(false)
    const { kind } = this.#wanted
    this.#current = this.#rows[at]
    const done = this.#ears.chosen(this.#tables[kind].row(this.#current), kind, quiet)
    if (!quiet) this.#expect(at + (by || 1))
    this.#hidden = true
    this.#draw()
    return done
  }

  /** Tells that row `at` of the list is likely to be the next. @param {number} at */
  #expect(at) {
    const row = this.#rows[at]
    if (row !== undefined) this.#ears.coming(this.#tables[this.#wanted.kind].row(row))
  }

  /** Scrolls the current row into sight. */
  #reveal() {
    this.#hidden = false
    const at = this.#rows.indexOf(this.#current)
    const grid = this.element
    const above = (at + 2) * ROW - grid.clientHeight
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
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
      Enter: 0,
    }
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    this.#step(move, move !== 0)
  }

  /**
   * Makes current what lies nearest to the middle of a view.
   *
   * @param {import('../../index.js').Interval | null} view
   */
  touch(view) {
    if (!view) return
    const table = this.#tables[this.#wanted.kind]
    const { chromStart, chromEnd } = table.data
    const away = (/** @type {number} */ row) =>
      Math.abs(chromStart[row] + chromEnd[row] - view.start - view.end)
    let best = -1
    for (const row of this.#rows.filter(table.overlaps(view.chrom, view.start, view.end))) {
      if (best < 0 || away(row) < away(best)) best = row
    }
    if (best >= 0) this.go(this.#rows.indexOf(best), true)
  }

  /**
   * How many rows of the list lie in a view; null while they are read.
   *
   * @param {import('../../index.js').Interval} view
   */
  touching({ chrom, start, end }) {
    const { kind } = this.#wanted
    const table = this.#tables[kind]
    if (!table.text) return null
    return { kind, rows: this.#rows.filter(table.overlaps(chrom, start, end)).length }
  }

  destroy() {
    this.#sight.disconnect()
  }
}
