// Drawing on a 2D context, with no igv.js in it. The scale is symmetric: zero is in the middle.
import { drawBand } from './band.js'
import { endsOf, mostOf } from './envelope.js'
import { short } from './words.js'

/** @typedef {'A' | 'C' | 'G' | 'T'} Base */
/** @typedef {typeof COLORS} Colors */
/** @typedef {import('./envelope.js').Piece} Piece */
/** @typedef {Pick<CanvasRenderingContext2D, keyof CanvasRenderingContext2D>} Context */

/**
 * @typedef {object} Picture
 * @property {Piece[]} features
 * @property {{start: number, text: string} | null} letters the sequence; null for bars
 * @property {number} bpStart
 * @property {number} bpPerPixel
 * @property {number} width
 * @property {number} height
 * @property {number} limit what is beyond it ends at the edge under a dark mark
 * @property {number} [threshold] a smaller |value| is dimmed
 * @property {import('./ensembles.js').Span[]} [band] around the values
 * @property {boolean} [reverse] letters of the reverse strand
 * @property {Colors} colors
 */

/**
 * A letter or a bar: where it stands, how wide it is, and how tall; below zero that is negative,
 * and a letter stands on its head.
 *
 * @typedef {{left: number, foot: number, wide: number, tall: number, base?: string}} Shape
 */

/** Colours that every eye tells apart (Okabe and Ito). */
export const COLORS = {
  A: '#009E73',
  C: '#0072B2',
  G: '#E69F00',
  T: '#D55E00',
  N: '#999999',
  positive: '#0072B2',
  negative: '#D55E00',
  dim: '#C2C2C2',
}

/** Letters need 1 / LETTERS = 5 pixels per base; narrower ones are mush, and there are bars. */
export const LETTERS = 0.2

/** @type {Record<string, Base>} */
export const COMPLEMENT = { A: 'T', C: 'G', G: 'C', T: 'A' }

// Room above and below for the marks of clipped values, and the colour of these.
const EDGE = 5
const MARK = '#222222'
// Pixels of the axis: of a character at most, and of a tick's text from the edge.
const CHARACTER = 4.6
const TICK = 15
/** The ink of what may be, where less is certain. */
const PALE = 0.3

// SVG paths in a unit square, foot at 1; N is a bar. The hole of A runs against its outline, so
// that it is a hole under every fill rule.
export const GLYPHS = {
  A: 'M0 1L.35 0L.65 0L1 1L.76 1L.69 .78L.31 .78L.24 1Z M.37 .59L.63 .59L.5 .19Z',
  C:
    'M1 .33C.96 .11 .78 0 .53 0C.2 0 0 .2 0 .5C0 .8 .2 1 .53 1C.78 1 .96 .89 1 .67' +
    'L.73 .62C.71 .75 .64 .8 .53 .8C.36 .8 .28 .69 .28 .5C.28 .31 .36 .2 .53 .2' +
    'C.64 .2 .71 .25 .73 .38Z',
  G:
    'M1 .31C.95 .1 .77 0 .53 0C.2 0 0 .2 0 .5C0 .8 .2 1 .53 1C.72 1 .88 .95 1 .86' +
    'L1 .45L.51 .45L.51 .63L.73 .63L.73 .75C.68 .78 .62 .8 .54 .8C.36 .8 .28 .69 .28 .5' +
    'C.28 .31 .36 .2 .54 .2C.64 .2 .71 .25 .74 .36Z',
  T: 'M0 0L1 0L1 .2L.635 .2L.635 1L.365 1L.365 .2L0 .2Z',
}

/** @type {Record<string, 'moveTo' | 'lineTo' | 'bezierCurveTo' | 'closePath'>} */
const METHODS = { M: 'moveTo', L: 'lineTo', C: 'bezierCurveTo', Z: 'closePath' }

// The glyphs as calls of a context's methods: igv.js' SVG export knows no Path2D.
const STEPS = new Map(Object.entries(GLYPHS).map(([base, path]) => [base, stepsOf(path)]))

/** @param {string} path */
function stepsOf(path) {
  return Array.from(path.matchAll(/([MLCZ])([^MLCZ]*)/g), ([, op, numbers]) => ({
    method: METHODS[op],
    xy: numbers.trim() ? numbers.trim().split(' ').map(Number) : [],
  }))
}

/**
 * Draw values as letters or bars.
 *
 * @param {Context} ctx
 * @param {Picture} picture
 */
export function drawRelevance(ctx, picture) {
  const { width, height, limit, threshold = 0, band = [] } = picture
  const zero = Math.round(height / 2)
  ctx.fillStyle = '#C8C8C8'
  ctx.fillRect(0, zero, width, 1)
  if (band.length) drawBand(ctx, band, { ...picture, edge: EDGE }, 'behind')
  for (const { color, alpha, shapes } of layersOf(picture)) {
    Object.assign(ctx, { fillStyle: color, globalAlpha: alpha })
    ctx.beginPath()
    for (const shape of shapes) trace(ctx, shape)
    ctx.fill()
  }
  ctx.globalAlpha = 1
  if (band.length) drawBand(ctx, band, { ...picture, edge: EDGE }, 'before')
  if (threshold > 0 && threshold < limit) {
    const away = (threshold / limit) * (height / 2 - EDGE)
    ctx.fillStyle = 'rgba(110,110,110,0.45)'
    for (const sign of [1, -1]) ctx.fillRect(0, Math.round(zero - sign * away), width, 1)
  }
}

/**
 * What there is to draw in each colour: one path each, which keeps exported pictures small. Where
 * shapes overlap, what says less lies below.
 *
 * @param {Picture} picture
 */
function layersOf(picture) {
  const { features, bpStart, bpPerPixel, width, height, limit, threshold = 0, colors } = picture
  const half = height / 2 - EDGE
  /** @type {Map<string, {color: string, alpha: number, shapes: Shape[]}>} */
  const layers = new Map()
  const add = (
    /** @type {string} */ color,
    /** @type {number} */ alpha,
    /** @type {Shape} */ one,
  ) => {
    const layer = layers.get(color + alpha) ?? { color, alpha, shapes: [] }
    layers.set(color + alpha, layer)
    layer.shapes.push(one)
  }
  for (const piece of features) {
    if (piece.end <= bpStart) continue
    if ((piece.start - bpStart) / bpPerPixel >= width) break
    for (const { value, most, alpha } of partsOf(piece)) {
      const sign = Math.sign(value)
      const foot = Math.round(height / 2) + (sign > 0 ? 0 : 1)
      const tall = sign * Math.min(1, Math.abs(value) / limit) * half
      for (const { left, wide, base } of columnsOf(piece, picture)) {
        const color = colors[base ?? (sign > 0 ? 'positive' : 'negative')]
        add(most < threshold ? colors.dim : color, alpha, { left, foot, wide, tall, base })
        if (Math.abs(value) <= limit) continue
        add(MARK, 1, { left, foot: sign > 0 ? 3 : height - 3, wide, tall: sign * 3 })
      }
    }
  }
  return [...layers.values()].sort(
    (a, b) => a.alpha - b.alpha || order(a.color, colors) - order(b.color, colors),
  )
}

/**
 * @param {string} color
 * @param {Colors} colors
 */
const order = (color, colors) => Number(color === MARK) - Number(color === colors.dim)

/**
 * The one to four bars of a piece: of its value, or up to its largest and down to its smallest; and
 * pale ones where these may be exceeded. `most`: what |value| can be at most.
 *
 * @param {Piece} piece
 */
function partsOf(piece) {
  const most = mostOf(piece)
  const sure = { ...endsOf(piece), alpha: 1 }
  const parts =
    most.high === sure.high && most.low === sure.low ? [sure] : [{ ...most, alpha: PALE }, sure]
  return parts.flatMap(({ high, low, alpha }) => {
    const up = { value: Math.max(0, high), most: Math.max(0, most.high), alpha }
    const down = { value: Math.min(0, low), most: Math.max(0, -most.low), alpha }
    return [up, down].filter(({ value }) => value && Number.isFinite(value))
  })
}

/**
 * Where letters or a bar stand for a stretch of bases.
 *
 * @param {Piece} piece
 * @param {Picture} picture
 * @returns {{left: number, wide: number, base?: Base | 'N'}[]}
 */
function columnsOf({ start, end }, { letters, bpStart, bpPerPixel, width, reverse }) {
  const x = (/** @type {number} */ position) => (position - bpStart) / bpPerPixel
  if (!letters) {
    const left = Math.round(x(start)) // on whole pixels
    return [{ left, wide: Math.max(1, Math.round(x(end)) - left) }]
  }
  const pixels = 1 / bpPerPixel
  const gap = pixels > 4 ? pixels * 0.04 : 0
  const columns = []
  for (let at = Math.max(start, Math.floor(bpStart)); at < end && x(at) < width; at++) {
    const base = baseOf(letters.text[at - letters.start], reverse)
    columns.push({ left: x(at) + gap, wide: pixels - 2 * gap, base })
  }
  return columns
}

/**
 * @param {string | undefined} read
 * @param {boolean | undefined} reverse
 * @returns {Base | 'N'}
 */
function baseOf(read, reverse) {
  const base = /** @type {Base | undefined} */ (read?.toUpperCase())
  if (!base || !(base in COMPLEMENT)) return 'N'
  return reverse ? COMPLEMENT[base] : base
}

/**
 * @param {Context} ctx
 * @param {Shape} shape
 */
function trace(ctx, { left, foot, wide, tall, base = 'N' }) {
  const steps = STEPS.get(base)
  if (!steps) return ctx.rect(left, Math.min(foot, foot - tall), wide, Math.abs(tall))
  for (const { method, xy } of steps) {
    const call = /** @type {(...points: number[]) => void} */ (ctx[method])
    call.apply(
      ctx,
      xy.map((z, i) => (i % 2 ? foot - tall + z * tall : left + z * wide)),
    )
  }
}

/**
 * The axis: the limit above and below zero, what it counts in where that fits, and which end of the
 * strand is here.
 *
 * @param {Context} ctx
 * @param {number} width
 * @param {number} height
 * @param {{limit: number, units: string[], reverse?: boolean}} shown
 */
export function drawAxis(ctx, width, height, { limit, units, reverse }) {
  const right = width - 7
  const middle = Math.round(height / 2)
  Object.assign(ctx, { fillStyle: '#444444', textAlign: 'right', font: '10px Arial, sans-serif' })
  ctx.fillRect(right, EDGE, 1, height - 2 * EDGE)
  const tick = (
    /** @type {number} */ y,
    /** @type {string} */ text,
    /** @type {number} */ down,
  ) => {
    ctx.fillRect(right - 4, y, 4, 1)
    ctx.fillText(text, right - 6, y + down)
  }
  tick(EDGE, `+${short(limit)}`, 9)
  tick(middle, '0', 3.5)
  tick(height - EDGE - 1, `−${short(limit)}`, -2)
  ctx.fillText(strandEnd(!reverse), right - 16, middle + 3.5)
  const unit = units.find((text) => text.length * CHARACTER <= height - 2 * TICK)
  if (!unit) return
  ctx.save()
  ctx.translate(9, height / 2)
  ctx.rotate(-Math.PI / 2)
  ctx.textAlign = 'center'
  ctx.fillText(unit, 0, 0)
  ctx.restore()
}

/**
 * The mark of an end of a strand.
 *
 * @param {boolean} five
 */
export const strandEnd = (five) => (five ? '5′' : '3′')
