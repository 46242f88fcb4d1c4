// The heads of the columns of a list, and their widths.
import { h } from '../parts/dom.js'

/** @typedef {import('./listing.js').Column} Column */

/** Between two columns, and before and after all of them (rem), as in style.css. */
const GAP = 0.625
const SIDES = 1.5

/**
 * The head of a column, which sorts by it.
 *
 * @param {Column} column
 * @param {string | false} way
 * @param {(column: Column) => void} sort
 */
export function headOf(column, way, sort) {
  const { title, under, number, meaning } = column
  const said = [title, under !== undefined && [' ', h('small', {}, under)]]
  const onclick = () => sort(column)
  const button = h('button', { type: 'button', title: meaning, onclick }, said)
  const attributes = { role: 'columnheader', class: number && 'gt-number', 'aria-sort': way }
  return h('div', attributes, button)
}

/**
 * Tells a grid how wide its columns are.
 *
 * @param {HTMLElement} grid
 * @param {Column[]} columns
 */
export function setWidths(grid, columns) {
  const widths = columns.map(({ width, grow }) =>
    grow ? `minmax(${width}rem, ${grow}fr)` : `${width}rem`,
  )
  const least = columns.reduce((sum, { width }) => sum + width + GAP, SIDES - GAP)
  grid.style.setProperty('--columns', widths.join(' '))
  grid.style.setProperty('--least', `${least}rem`)
}
