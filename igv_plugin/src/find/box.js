// The box in which everything is found: a combobox whose list is made while somebody types.
import { h } from '../parts/dom.js'
import { pieces } from '../pure/names.js'
import { readPlace } from '../pure/places.js'
import { number } from '../pure/words.js'
import { readAll } from './loading.js'
import { groupsFor } from './offers.js'
import { chromosomesOf, Sources } from './sources.js'

/** @typedef {import('../page/panel.js').Viewer} Viewer */
/** @typedef {import('../pure/places.js').Chromosome} Chromosome */
/** @typedef {import('./offers.js').Choice} Choice */
/** @typedef {import('./offers.js').Group} Group */

/**
 * @typedef {object} Parts
 * @property {HTMLInputElement} input
 * @property {import('../list/side.js').Side} side
 * @property {Promise<void>} lists resolves once hits and regions are read
 * @property {(text: string) => void} tell says what was done
 * @property {() => void} done takes away what was said
 * @property {AbortSignal} signal
 */

let boxes = 0

class Box {
  #id = `gt-found-${++boxes}`
  #options = h('div', { role: 'listbox', id: this.#id, 'aria-label': 'Found' })
  #status = h('p', { role: 'status' })
  #element = h('div', { class: 'gt-found', hidden: true }, this.#options, this.#status)
  /** @type {Choice[]} */
  #choices = []
  #active = -1
  #sources
  /** @type {Promise<unknown>} until all that can be searched is read */
  #read
  #known
  #viewer
  #parts

  /**
   * @param {Viewer} viewer
   * @param {Parts} parts
   * @param {Awaited<ReturnType<typeof chromosomesOf>>} chromosomes
   */
  constructor(viewer, parts, { known, source }) {
    const { input, signal } = parts
    this.#viewer = viewer
    this.#parts = parts
    this.#known = known
    this.#sources = new Sources(() => this.#element.hidden || this.#show(), signal)
    this.#sources.ready.push(source)
    this.#read = readAll(viewer, parts, this.#sources)
    input.setAttribute('aria-controls', this.#id)
    input.addEventListener('input', () => this.#show(), { signal })
    input.addEventListener('keydown', (event) => this.#press(event), { signal })
    input.addEventListener('blur', () => this.#leave(), { signal })
    this.#element.addEventListener('pointerdown', (event) => event.preventDefault()) // focus stays
    input.after(this.#element)
    if (input.matches(':focus') && input.value !== viewer.state().locus) this.#show()
  }

  #close() {
    const { input } = this.#parts
    this.#element.hidden = true
    input.ariaExpanded = 'false'
    input.removeAttribute('aria-activedescendant')
  }

  #leave() {
    this.#close()
    this.#parts.input.value = this.#viewer.state().locus
  }

  /** @param {number} at */
  #mark(at) {
    const { input } = this.#parts
    this.#active = at
    for (const [i, option] of this.#rows()) {
      option.ariaSelected = String(i === at)
      if (i === at) option.scrollIntoView({ block: 'nearest' })
    }
    if (at < 0) input.removeAttribute('aria-activedescendant')
    else input.setAttribute('aria-activedescendant', `${this.#id}-${at}`)
  }

  #rows() {
    return this.#options.querySelectorAll('[role=option]').entries()
  }

  #show() {
    const { input, side } = this.#parts
    const asked = input.value.trim()
    this.#parts.done()
    if (!asked) return this.#close()
    const all = { known: this.#known, sources: this.#sources, viewer: this.#viewer, side }
    const { groups, said, sure } = groupsFor(asked, all)
    this.#choices = groups.flatMap(({ choices }) => choices)
    this.#options.replaceChildren(...groups.map((group) => groupOf(group, asked)))
    for (const [i, option] of this.#rows()) {
      option.id = `${this.#id}-${i}`
      option.addEventListener('click', () => this.#choose(this.#choices[i]))
    }
    this.#status.textContent = said
    this.#element.hidden = false
    input.ariaExpanded = 'true'
    this.#mark(sure ? 0 : -1)
  }

  /** @param {Choice} choice */
  async #choose({ go }) {
    this.#close()
    this.#parts.input.blur()
    this.#viewer.figure.focus({ preventScroll: true }) // for the keys
    const said = await go()
    if (said) this.#parts.tell(said)
  }

  /** Goes to what is marked; where nothing is, the list says why. */
  async submit() {
    const { input, signal } = this.#parts
    const asked = input.value.trim()
    if (!asked) return undefined
    if (!readPlace(asked, this.#known)) await this.#read
    if (input.value.trim() !== asked || signal.aborted) return undefined // somebody went on writing
    if (this.#element.hidden || this.#active < 0) this.#show()
    return this.#active < 0 ? undefined : this.#choose(this.#choices[this.#active])
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const { key, isComposing } = event
    const step = { ArrowDown: 1, ArrowUp: -1 }[key] ?? 0
    if (isComposing || !(step || key === 'Escape')) return undefined
    event.preventDefault() // or something else would be closed
    const { hidden } = this.#element
    if (!step) return hidden ? this.#leave() : this.#close()
    if (hidden) return this.#show()
    const many = this.#choices.length
    const from = this.#active < 0 && step < 0 ? 0 : this.#active
    return many && this.#mark((from + step + many) % many)
  }
}

/**
 * @param {Viewer} viewer
 * @param {Parts} parts
 */
export async function makeBox(viewer, parts) {
  const [chromosomes] = await Promise.all([chromosomesOf(viewer.browser), styled(parts.input)])
  return new Box(viewer, parts, chromosomes)
}

/** Loads the styles of the list before there is one. @param {HTMLElement} input */
function styled(input) {
  const { href } = new URL('find.css', import.meta.url)
  return new Promise((resolve) => {
    input.after(h('link', { rel: 'stylesheet', href, onload: resolve, onerror: resolve }))
  })
}

/**
 * @param {Group} group
 * @param {string} asked
 */
function groupOf({ title, all, choices }, asked) {
  const few = choices.length < all && h('small', {}, ` ${choices.length} of ${number(all)}`)
  const rows = choices.map(({ name, detail }) => {
    const [before, found, after] = pieces(name, asked)
    const marked = h('span', {}, before, found !== undefined && h('mark', {}, found), after)
    return h('div', { role: 'option' }, marked, ' ', h('small', {}, detail))
  })
  const head = h('div', { class: 'gt-kind', 'aria-hidden': 'true' }, title, few)
  return h('div', { role: 'group', 'aria-label': title }, head, rows)
}
