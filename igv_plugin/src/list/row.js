// A row of a list in the page. Its elements stay, and only their texts change: new elements would
// have to be styled anew with each step of a scroll.
import { h } from '../parts/dom.js'

/** @typedef {import('./listing.js').Column} Column */

const TAIL = 8 // letters of a name that are always seen, as names differ at their ends, too

/**
 * A cell, and how it is told what to say. Where there is no room a name loses its middle, and a
 * place the end of its chromosome.
 *
 * @param {Column} column
 */
function makeCell({ id, number }) {
  const isPlace = id === 'position'
  const isCut = isPlace || id === 'name'
  const [head, tail] = [new Text(), new Text()]
  const spans = () => [h('span', { class: 'gt-start' }, head), h('span', {}, tail)]
  const attributes = { role: 'gridcell', class: number && 'gt-number' }
  const element = h('div', attributes, isCut ? spans() : head)
  let said = ''
  const say = (/** @type {string} */ text) => {
    if (text === said) return
    said = element.title = text
    const letters = isCut ? [...text] : []
    const cut = isPlace ? letters.lastIndexOf(':') : Math.max(0, letters.length - TAIL)
    head.data = isCut ? letters.slice(0, cut).join('') : text
    tail.data = letters.slice(cut).join('')
  }
  return { element, say }
}

export class Row {
  /** Which row of the list it is. */
  at = -1
  #columns
  #cells
  #mark = ''

  /**
   * @param {Column[]} columns
   * @param {string} id
   * @param {(at: number) => unknown} clicked
   */
  constructor(columns, id, clicked) {
    this.#columns = columns
    this.#cells = columns.map((column) => makeCell(column))
    const onclick = () => clicked(this.at)
    const cells = this.#cells.map(({ element }) => element)
    this.element = h('div', { role: 'row', class: 'gt-row', id, onclick }, cells)
  }

  /**
   * Is another row, `top` pixels from the first.
   *
   * @param {number} at
   * @param {number} top
   * @param {boolean} active
   */
  move(at, top, active) {
    const { element } = this
    if (at !== this.at) {
      this.at = at
      element.dataset.at = String(at)
      element.style.transform = `translateY(${top}px)`
      element.ariaRowIndex = String(at + 2)
    }
    element.ariaSelected = String(active)
  }

  /**
   * Says what a row of a table says, unless it has said so already, which `mark` tells; whether it
   * had not.
   *
   * @param {string} mark
   * @param {number} number
   * @param {(number: number) => any} rowOf
   */
  say(mark, number, rowOf) {
    if (mark === this.#mark) return false
    this.#mark = mark
    const row = rowOf(number)
    for (const [i, { cell, sign }] of this.#columns.entries()) {
      const { element, say } = this.#cells[i]
      say(cell(row, number))
      if (sign) element.dataset.sign = String(Math.sign(sign(row, number)) || 0)
    }
    return true
  }

  remove = () => this.element.remove()
}
