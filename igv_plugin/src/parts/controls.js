// The small parts that the tool is made of.
import { h } from './dom.js'

/** @typedef {Record<string, import('./dom.js').Attribute>} Attributes */
/** @typedef {[value: string, text: string, more?: Attributes]} Choice */

/**
 * @param {string} label
 * @param {string} title
 * @param {() => unknown} onclick
 */
export function button(label, title, onclick) {
  const name = label.length < 2 && title // of a sign
  return h('button', { type: 'button', title, 'aria-label': name, onclick }, label)
}

/**
 * @param {string} label
 * @param {import('./dom.js').Child[]} items
 */
export const group = (label, ...items) => h('div', { role: 'group', 'aria-label': label }, items)

/** @param {Choice[]} list */
export const choices = (list) =>
  list.map(([value, text, more]) => h('option', { value, ...more }, text))

/**
 * @param {string} label
 * @param {Choice[]} list
 * @param {() => unknown} onchange
 */
export const select = (label, list, onchange) =>
  h('select', { 'aria-label': label, onchange }, choices(list))

/**
 * @param {string} label
 * @param {Attributes} more
 */
export function field(label, more) {
  const quiet = { spellcheck: 'false', autocomplete: 'off' }
  return h('input', { placeholder: label, 'aria-label': label, ...quiet, ...more })
}
