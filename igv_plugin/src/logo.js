import { h } from './dom.js'
import { GLYPHS } from './draw.js'

const WIDE = 15, HIGH = 72, LEFT = 26, TOP = 5 // pixels

/** Per position the letters from the bottom up as {letter, bits}, reverse complement if `minus`; null when these are no probabilities. */
export function stacks(probabilities, minus = false) {
  const fits = (row) => Array.isArray(row) && row.length === 4 && row.every((p) => p >= 0 && p <= 1)
  if (!Array.isArray(probabilities) || !probabilities.length || !probabilities.every(fits)) return null
  const columns = probabilities.map((row) => {
    const bits = Math.max(0, row.reduce((sum, p) => sum + (p > 0 ? p * Math.log2(p) : 0), 2))
    return row.map((p, i) => ({ letter: (minus ? 'TGCA' : 'ACGT')[i], bits: p * bits })).sort((a, b) => a.bits - b.bits)
  })
  return minus ? columns.reverse() : columns
}

/** An information-content logo, 0 to 2 bits; null without probabilities. */
export function logo(probabilities, minus, colors, label) {
  const columns = stacks(probabilities, minus)
  if (!columns) return null
  const width = LEFT + WIDE * columns.length, marks = [['2', TOP + 5], ['bits', TOP + HIGH / 2], ['0', TOP + HIGH]]
  const letters = columns.map((column, i) => {
    let y = TOP + HIGH
    return column.map(({ letter, bits }) => {
      const tall = bits / 2 * HIGH
      y -= tall
      return h('svg:path', { d: GLYPHS[letter], fill: colors[letter], transform: `translate(${LEFT + i * WIDE} ${y}) scale(${WIDE - 1} ${tall})` })
    })
  })
  return h('svg:svg', { class: 'gt-logo gt-ink', role: 'img', 'aria-label': label, viewBox: `0 0 ${width} ${HIGH + 2 * TOP}`, width },
    h('svg:path', { d: `M${LEFT - 7} ${TOP}h4v${HIGH}h-4`, fill: 'none', stroke: '#777' }),
    marks.map(([text, y]) => h('svg:text', { x: LEFT - 9, y, 'text-anchor': 'end', 'font-size': 9, fill: '#555' }, text)), letters)
}
