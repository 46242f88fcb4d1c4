import { h } from './dom.js'
import { GLYPHS } from './draw.js'

const WIDE = 15, HIGH = 72, LEFT = 26, TOP = 5 // pixels
const outline = (letter) => GLYPHS[letter].map(([op, xy]) => (op === 'Z' ? op : op + xy.join(' '))).join('')

/** Per position the letters from the bottom up as {letter, height in bits}, reverse complement if `minus`; null when these are no probabilities. */
export function stacks(probabilities, minus = false) {
  const fits = (row) => Array.isArray(row) && row.length === 4 && row.every((p) => p >= 0 && p <= 1)
  if (!Array.isArray(probabilities) || !probabilities.length || !probabilities.every(fits)) return null
  const columns = probabilities.map((row) => {
    const bits = Math.max(0, row.reduce((sum, p) => sum + (p > 0 ? p * Math.log2(p) : 0), 2))
    return row.map((p, i) => ({ letter: (minus ? 'TGCA' : 'ACGT')[i], height: p * bits })).sort((a, b) => a.height - b.height)
  })
  return minus ? columns.reverse() : columns
}

/** An information-content logo, 0 to 2 bits; null without probabilities. */
export function logo(probabilities, minus, colors, label) {
  const columns = stacks(probabilities, minus), width = LEFT + WIDE * columns?.length
  const letters = columns?.flatMap((column, i) => {
    let y = TOP + HIGH
    return column.map(({ letter, height }) => {
      y -= height / 2 * HIGH
      return h('svg:path', { d: outline(letter), fill: colors[letter], transform: `translate(${LEFT + i * WIDE} ${y.toFixed(2)}) scale(${WIDE - 1} ${(height / 2 * HIGH).toFixed(3)})` })
    })
  })
  const marks = [['2', TOP + 5], ['bits', TOP + HIGH / 2], ['0', TOP + HIGH]].map(([text, y]) => h('svg:text', { x: LEFT - 9, y, 'text-anchor': 'end', 'font-size': 9, fill: '#555' }, text))
  return columns && h('svg:svg', { class: 'gt-logo gt-ink', role: 'img', 'aria-label': label, viewBox: `0 0 ${width} ${HIGH + 2 * TOP}`, width },
    h('svg:path', { d: `M${LEFT - 7} ${TOP}H${LEFT - 3}V${TOP + HIGH}H${LEFT - 7}`, fill: 'none', stroke: '#777' }), marks, letters)
}
