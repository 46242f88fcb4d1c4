// The view in the address of the page. It is of one viewer at most: the first that wants it.
import { readState, writeState } from '../pure/state.js'

/** @type {Address | null} */
let owner = null

export class Address {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /** @param {boolean} [wanted] */
  constructor(wanted = true) {
    if (wanted) owner ??= this
  }

  get #ours() {
    return owner === this
  }

  read() {
    return this.#ours ? readState(location.hash) : {}
  }

  /**
   * Writes a state soon, as browsers limit how often the address may change.
   *
   * @param {() => import('../../index.js').State} state
   */
  keep(state) {
    clearTimeout(this.#timer)
    if (!this.#ours) return
    this.#timer = setTimeout(() => {
      const hash = writeState({ ...readState(location.hash), ...state() })
      history.replaceState(history.state, '', hash)
    }, 200)
  }

  /** From now on a link to another view, in the same tab, opens it. */
  follow() {
    if (this.#ours) window.addEventListener('hashchange', this.#follow)
  }

  #follow = () => {
    if (readState(location.hash).locus) location.reload()
  }

  /** Leaves the address as it is, and to others. */
  free() {
    window.removeEventListener('hashchange', this.#follow)
    clearTimeout(this.#timer)
    if (this.#ours) owner = null
  }
}
