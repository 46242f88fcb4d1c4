// The rows of the list, for those who ask before they are there: they are made once the tables are
// read, by what is fetched after the figure.
import { h } from '../parts/dom.js'

/** @typedef {import('../../index.js').Interval} Interval */
/** @typedef {import('./navigator.js').Navigator} Navigator */

export class Rows {
  element = h('div', { class: 'gt-grid' })
  /** @type {Navigator | null} */
  #made = null

  /** From now on they are these. @param {Navigator} made */
  use(made) {
    this.#made = made
    this.element.replaceWith(made.element)
    this.element = made.element
  }

  /** @param {Parameters<Navigator['set']>[0]} [change] */
  set = (change) => void this.#made?.set(change)
  draw = () => this.#made?.draw()
  go = async (/** @type {number} */ at) => this.#made?.go(at) ?? false
  next = async () => this.#made?.next() ?? false
  prev = async () => this.#made?.prev() ?? false
  /** @type {Navigator['touch']} */
  touch = (view, model) => this.#made?.touch(view, model)
  /** @param {Interval | null} place */
  light = (place) => this.#made?.light(place)
  /** How many lie in a view; null while they are read. @param {Interval} view */
  touching = (view) => this.#made?.touching(view) ?? null
  destroy = () => this.#made?.destroy()
}
