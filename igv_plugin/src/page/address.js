// The view in the address of the page. It is of one viewer at most: the first that wants it.
import { isJump, readState, writeState } from '../pure/state.js'

/** @type {Address | null} */
let owner = null

export class Address {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #restoring = 0
  #left = '' // the place from which Back led
  /** @type {(() => void) | undefined} */
  #follow

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
   * Writes a state soon, as browsers limit how often the address may change: another place is a
   * page of its own for Back and Forward.
   *
   * @param {() => import('../../index.js').State} state
   */
  keep(state) {
    clearTimeout(this.#timer)
    // What is told on the way to another page is none; somebody may have gone elsewhere meanwhile.
    if (!this.#ours || (this.#restoring && state().locus === this.#left)) return
    this.#timer = setTimeout(() => {
      const before = readState(location.hash)
      const now = state()
      const hash = writeState({ ...before, ...now })
      if (isJump(before.locus, now.locus)) history.pushState(null, '', hash)
      else history.replaceState(history.state, '', hash)
    }, 200)
  }

  /**
   * From now on Back, Forward and a link to another view, in the same tab, show it.
   *
   * @param {(wanted: ReturnType<typeof readState>) => Promise<unknown>} restore
   * @param {() => import('../../index.js').State} state
   */
  follow(restore, state) {
    if (!this.#ours) return
    this.#follow = () => {
      const wanted = readState(location.hash)
      if (!wanted.locus) return
      clearTimeout(this.#timer)
      this.#restoring++
      this.#left = state().locus
      void restore(wanted).finally(() => this.#restoring--)
    }
    window.addEventListener('popstate', this.#follow)
  }

  /** Leaves the address as it is, and to others. */
  free() {
    if (this.#follow) window.removeEventListener('popstate', this.#follow)
    clearTimeout(this.#timer)
    if (this.#ours) owner = null
  }
}
