// Drawing on a 2D context, with no igv.js in it. The scale is symmetric: zero is in the middle.
import { short } from './dom.js'

/** Colours that every eye tells apart (Okabe and Ito). */
export const COLORS = { A: '#009E73', C: '#0072B2', G: '#E69F00', T: '#D55E00', N: '#999999', positive: '#0072B2', negative: '#D55E00', dim: '#C2C2C2' }

/** Letters need 1 / LETTERS pixels per base; above, there are bars. */
export const LETTERS = 0.75
export const COMPLEMENT = { A: 'T', C: 'G', G: 'C', T: 'A' }
const EDGE = 5, MARK = '#222222' // room above and below for the marks of clipped values, and their colour

// SVG paths in a unit square, foot at 1; N is a bar. The hole of A runs against its outline, so that it is a hole under every fill rule.
export const GLYPHS = {
  A: 'M0 1L.35 0L.65 0L1 1L.76 1L.69 .78L.31 .78L.24 1Z M.37 .59L.63 .59L.5 .19Z',
  C: 'M1 .33C.96 .11 .78 0 .53 0C.2 0 0 .2 0 .5C0 .8 .2 1 .53 1C.78 1 .96 .89 1 .67L.73 .62C.71 .75 .64 .8 .53 .8'
    + 'C.36 .8 .28 .69 .28 .5C.28 .31 .36 .2 .53 .2C.64 .2 .71 .25 .73 .38Z',
  G: 'M1 .31C.95 .1 .77 0 .53 0C.2 0 0 .2 0 .5C0 .8 .2 1 .53 1C.72 1 .88 .95 1 .86L1 .45L.51 .45L.51 .63L.73 .63L.73 .75C.68 .78 .62 .8 .54 .8'
    + 'C.36 .8 .28 .69 .28 .5C.28 .31 .36 .2 .54 .2C.64 .2 .71 .25 .74 .36Z',
  T: 'M0 0L1 0L1 .2L.635 .2L.635 1L.365 1L.365 .2L0 .2Z',
}
const METHODS = { M: 'moveTo', L: 'lineTo', C: 'bezierCurveTo', Z: 'closePath' } // no Path2D: igv.js' SVG export lacks it
const steps = Object.fromEntries(Object.entries(GLYPHS).map(([base, path]) =>
  [base, [...path.matchAll(/([MLCZ])([^MLCZ]*)/g)].map(([, op, xy]) => [METHODS[op], xy.trim() ? xy.trim().split(' ').map(Number) : []])]))

/**
 * Draw values as letters or bars. `letters` ({start, text}: the sequence) is null for bars; |value| < threshold is dimmed;
 * what is beyond the limit ends at the edge under a dark mark.
 */
export function drawRelevance(ctx, { features, letters, bpStart, bpPerPixel, width, height, limit, threshold = 0, reverse = false, colors }) {
  const zero = Math.round(height / 2), half = height / 2 - EDGE, pixels = 1 / bpPerPixel, gap = pixels > 4 ? pixels * 0.04 : 0
  const x = (position) => (position - bpStart) / bpPerPixel
  const shapes = new Map() // colour -> what to draw in it: one path each, which keeps exported pictures small
  const add = (color, ...shape) => shapes.get(color)?.push(shape) ?? shapes.set(color, [shape])
  ctx.fillStyle = '#C8C8C8'
  ctx.fillRect(0, zero, width, 1)
  for (const { start, end, value } of features) {
    if (end <= bpStart || !value || !Number.isFinite(value)) continue
    if (x(start) >= width) break
    const sign = Math.sign(value), size = Math.abs(value)
    const put = (color, left, wide, base) => {
      add(size < threshold ? colors.dim : color, left, sign > 0 ? zero : zero + 1, wide, sign * Math.min(1, size / limit) * half, base)
      if (size > limit) add(MARK, left, sign > 0 ? 3 : height - 3, wide, sign * 3)
    }
    if (letters) {
      for (let at = Math.max(start, Math.floor(bpStart)); at < end && x(at) < width; at++) {
        const read = letters.text[at - letters.start]?.toUpperCase()
        const base = !(read in COMPLEMENT) ? 'N' : reverse ? COMPLEMENT[read] : read
        put(colors[base], x(at) + gap, pixels - 2 * gap, base)
      }
    } else {
      const left = Math.round(x(start))
      put(colors[sign > 0 ? 'positive' : 'negative'], left, Math.max(1, Math.round(x(end)) - left))
    }
  }
  for (const [color, list] of shapes) {
    ctx.fillStyle = color
    ctx.beginPath()
    for (const [left, foot, wide, tall, base] of list) { // a negative height is a letter that stands on its head
      if (!steps[base]) ctx.rect(left, Math.min(foot, foot - tall), wide, Math.abs(tall))
      else for (const [method, xy] of steps[base]) ctx[method](...xy.map((z, i) => (i % 2 ? foot - tall + z * tall : left + z * wide)))
    }
    ctx.fill()
  }
  if (threshold > 0 && threshold < limit) {
    ctx.fillStyle = 'rgba(110,110,110,0.45)'
    for (const sign of [1, -1]) ctx.fillRect(0, Math.round(zero - sign * (threshold / limit) * half), width, 1)
  }
}

/** The axis: the limit above and below zero. */
export function drawAxis(ctx, width, height, limit) {
  const right = width - 7
  Object.assign(ctx, { fillStyle: '#444444', textAlign: 'right', font: '10px Arial, sans-serif' })
  ctx.fillRect(right, EDGE, 1, height - 2 * EDGE)
  for (const [y, text, baseline] of [[EDGE, `+${short(limit)}`, 9], [Math.round(height / 2), '0', 3.5], [height - EDGE - 1, `−${short(limit)}`, -2]]) {
    ctx.fillRect(right - 4, y, 4, 1)
    ctx.fillText(text, right - 6, y + baseline)
  }
}
