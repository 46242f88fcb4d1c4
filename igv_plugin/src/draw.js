// Drawing on a 2D context, with no igv.js in it. The scale is symmetric: zero is in the middle.

/** Colours that every eye tells apart (Okabe and Ito), and those that genome browsers have always used. */
export const PALETTES = {
  'okabe-ito': { A: '#009E73', C: '#0072B2', G: '#E69F00', T: '#D55E00', N: '#999999', positive: '#0072B2', negative: '#D55E00', dim: '#C2C2C2' },
  classic: { A: '#109648', C: '#255C99', G: '#F7B32B', T: '#D62839', N: '#999999', positive: '#255C99', negative: '#D62839', dim: '#C2C2C2' },
}
export const paletteOf = (palette = 'okabe-ito') =>
  ({ ...PALETTES['okabe-ito'], ...(typeof palette === 'string' ? PALETTES[palette] : palette) })

/** Letters need 1 / LETTERS pixels per base; above, there are bars. */
export const LETTERS = 0.75
export const COMPLEMENT = { A: 'T', C: 'G', G: 'C', T: 'A' }
const EDGE = 5 // room above and below for the marks of clipped values

// In a unit square, y down, foot at 1. The hole of A runs against its outline, so that it is a hole under every fill rule.
export const GLYPHS = Object.fromEntries(Object.entries({
  A: 'M0 1L.35 0L.65 0L1 1L.76 1L.69 .78L.31 .78L.24 1Z M.37 .59L.63 .59L.5 .19Z',
  C: 'M1 .33C.96 .11 .78 0 .53 0C.2 0 0 .2 0 .5C0 .8 .2 1 .53 1C.78 1 .96 .89 1 .67L.73 .62C.71 .75 .64 .8 .53 .8C.36 .8 .28 .69 .28 .5C.28 .31 .36 .2 .53 .2C.64 .2 .71 .25 .73 .38Z',
  G: 'M1 .31C.95 .1 .77 0 .53 0C.2 0 0 .2 0 .5C0 .8 .2 1 .53 1C.72 1 .88 .95 1 .86L1 .45L.51 .45L.51 .63L.73 .63L.73 .75C.68 .78 .62 .8 .54 .8C.36 .8 .28 .69 .28 .5C.28 .31 .36 .2 .54 .2C.64 .2 .71 .25 .74 .36Z',
  T: 'M0 0L1 0L1 .2L.635 .2L.635 1L.365 1L.365 .2L0 .2Z',
  N: 'M0 1L0 0L.25 0L.76 .65L.76 0L1 0L1 1L.75 1L.24 .35L.24 1Z',
}).map(([base, path]) => [base, [...path.matchAll(/([MLCZ])([^MLCZ]*)/g)].map(([, op, xy]) => [op, xy.trim().split(' ').map(Number)])]))

function trace(ctx, base, x, y, width, height) { // a negative height is a letter that stands on its head
  const at = (xy, i) => [x + xy[i] * width, y + xy[i + 1] * height]
  for (const [op, xy] of GLYPHS[base]) {
    if (op === 'M') ctx.moveTo(...at(xy, 0))
    else if (op === 'L') ctx.lineTo(...at(xy, 0))
    else if (op === 'C') ctx.bezierCurveTo(...at(xy, 0), ...at(xy, 2), ...at(xy, 4))
    else ctx.closePath()
  }
}

/**
 * Draw values as letters or bars. `letters` ({start, text}: the sequence) is null for bars; |value| < threshold is dimmed;
 * what is beyond the limit ends at the edge under a dark mark.
 */
export function drawRelevance(ctx, { features, letters, bpStart, bpPerPixel, width, height, limit, threshold = 0, reverse = false, colors }) {
  const zero = Math.round(height / 2), half = height / 2 - EDGE, pixels = 1 / bpPerPixel
  const x = (position) => (position - bpStart) / bpPerPixel
  const shapes = new Map() // colour -> what to draw in it: one path each, which keeps exported pictures small
  const clipped = []
  ctx.fillStyle = '#C8C8C8'
  ctx.fillRect(0, zero, width, 1)
  for (const { start, end, value } of features) {
    if (end <= bpStart || !Number.isFinite(value) || value === 0) continue
    if (x(start) >= width) break
    const tall = Math.sign(value) * Math.min(1, Math.abs(value) / limit) * half
    const dim = Math.abs(value) < threshold
    const put = (color, shape) => shapes.get(dim ? colors.dim : color)?.push(shape) ?? shapes.set(dim ? colors.dim : color, [shape])
    if (letters) {
      for (let at = Math.max(start, Math.floor(bpStart)); at < end && x(at) < width; at++) {
        const read = letters.text[at - letters.start]?.toUpperCase()
        const base = read in COMPLEMENT ? (reverse ? COMPLEMENT[read] : read) : 'N'
        const gap = pixels > 4 ? pixels * 0.04 : 0
        put(colors[base], [base, x(at) + gap, pixels - 2 * gap, tall])
        if (Math.abs(value) > limit) clipped.push([x(at) + pixels / 2, pixels, tall])
      }
    } else {
      const left = Math.round(x(start)), wide = Math.max(1, Math.round(x(end)) - left)
      put(value > 0 ? colors.positive : colors.negative, [null, left, wide, tall])
      if (Math.abs(value) > limit) clipped.push([left + wide / 2, wide, tall])
    }
  }
  for (const [color, list] of shapes) {
    ctx.fillStyle = color
    ctx.beginPath()
    for (const [base, left, wide, tall] of list) {
      const foot = tall > 0 ? zero : zero + 1
      if (base) trace(ctx, base, left, foot - tall, wide, tall)
      else ctx.rect(left, Math.min(foot, foot - tall), wide, Math.abs(tall))
    }
    ctx.fill()
  }
  if (threshold > 0 && threshold < limit) {
    ctx.fillStyle = 'rgba(110,110,110,0.45)'
    for (const sign of [1, -1]) ctx.fillRect(0, Math.round(zero - sign * (threshold / limit) * half), width, 1)
  }
  if (clipped.length) {
    ctx.fillStyle = '#222222'
    ctx.beginPath()
    for (const [middle, wide, tall] of clipped) {
      const reach = Math.min(4, Math.max(1, wide / 2)), [tip, foot] = tall > 0 ? [0, EDGE - 1] : [height, height - EDGE + 1]
      ctx.moveTo(middle - reach, foot)
      ctx.lineTo(middle, tip)
      ctx.lineTo(middle + reach, foot)
      ctx.closePath()
    }
    ctx.fill()
  }
}

/** A number as an axis shows it: 0.762, 12.3, 4.1e-5; with a real minus sign. */
export const short = (x) => String(Number(x.toPrecision(3))).replace('-', '−')

/** The axis: the limit above and below zero, and in small letters what it is (`note`). */
export function drawAxis(ctx, { width, height, limit, note }) {
  const right = width - 7, zero = Math.round(height / 2)
  ctx.fillStyle = '#444444'
  ctx.fillRect(right, EDGE, 1, height - 2 * EDGE)
  ctx.textAlign = 'right'
  ctx.font = '10px Arial, sans-serif'
  for (const [y, text, baseline] of [[EDGE, `+${short(limit)}`, 9], [zero, '0', 3.5], [height - EDGE - 1, `−${short(limit)}`, -2]]) {
    ctx.fillRect(right - 4, y, 4, 1)
    if (height >= 40 || text !== '0') ctx.fillText(text, right - 6, y + baseline)
  }
  if (note && height >= 80) {
    ctx.font = '9px Arial, sans-serif'
    ctx.fillStyle = '#777777'
    ctx.fillText(note, right - 6, zero - height / 8)
  }
}
