// The room of the panel before there is one, so that the first figure is as wide as it stays: else
// igv.js would make and read all of it twice.
import { h } from '../parts/dom.js'
import { markWidth, unmarkWidth } from './width.js'

/**
 * Makes the room, with that of a list or without. Returns what gives the list's room to the list,
 * and what takes all of it away.
 *
 * @param {HTMLElement} element
 * @param {HTMLElement} figure
 * @param {boolean} listed
 */
export function makeRoom(element, figure, listed) {
  element.classList.add('gtrack')
  figure.classList.add('gt-figure')
  markWidth(element)
  const pane = h('div', { class: 'gt-side', hidden: element.hasAttribute('data-medium') })
  if (listed) figure.after(pane)
  const give = () => pane.remove()
  const remove = () => {
    give()
    unmarkWidth(element)
    element.classList.remove('gtrack')
    if (!element.classList.length) element.removeAttribute('class')
  }
  return { give, remove }
}
