// Drawing on a 2D context, with no igv.js in it. The scale is symmetric: zero is in the middle.
import { short } from './dom.js'

/** @typedef {'A' | 'C' | 'G' | 'T'} Base */
/** @typedef {typeof COLORS} Colors */
/** @typedef {import('./scale.js').Stretch} Stretch */
/** @typedef {Pick<CanvasRenderingContext2D, keyof CanvasRenderingContext2D>} Context */

/**
 * @typedef {object} Picture
 * @property {Stretch[]} features
 * @property {{start: number, text: string} | null} letters the sequence; null for bars
 * @property {number} bpStart
 * @property {number} bpPerPixel
 * @property {number} width
 * @property {number} height
 * @property {number} limit what is beyond it ends at the edge under a dark mark
 * @property {number} [threshold] a smaller |value| is dimmed
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

/** Letters need 1 / LETTERS pixels per base; above, there are bars. */
export const LETTERS = 0.75

/** @type {Record<string, Base>} */
export const COMPLEMENT = { A: 'T', C: 'G', G: 'C', T: 'A' }

// Room above and below for the marks of clipped values, and the colour of these.
const EDGE = 5
const MARK = '#222222'

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
  const { width, height, limit, threshold = 0 } = picture
  const zero = Math.round(height / 2)
  ctx.fillStyle = '#C8C8C8'
  ctx.fillRect(0, zero, width, 1)
  for (const [color, shapes] of shapesOf(picture)) {
    ctx.fillStyle = color
    ctx.beginPath()
    for (const shape of shapes) trace(ctx, shape)
    ctx.fill()
  }
  if (threshold > 0 && threshold < limit) {
    const away = (threshold / limit) * (height / 2 - EDGE)
    ctx.fillStyle = 'rgba(110,110,110,0.45)'
    for (const sign of [1, -1]) ctx.fillRect(0, Math.round(zero - sign * away), width, 1)
  }
}

/**
 * What there is to draw in each colour: one path each, which keeps exported pictures small.
 *
 * @param {Picture} picture
 */
function shapesOf(picture) {
  const { features, bpStart, bpPerPixel, width, height, limit, threshold = 0, colors } = picture
  const zero = Math.round(height / 2)
  const half = height / 2 - EDGE
  /** @type {Map<string, Shape[]>} */
  const shapes = new Map()
  const add = (/** @type {string} */ color, /** @type {Shape} */ shape) => {
    const others = shapes.get(color)
    if (others) others.push(shape)
    else shapes.set(color, [shape])
  }
  for (const stretch of features) {
    const { start, end, value } = stretch
    if (end <= bpStart || !value || !Number.isFinite(value)) continue
    if ((start - bpStart) / bpPerPixel >= width) break
    const sign = Math.sign(value)
    const size = Math.abs(value)
    const foot = sign > 0 ? zero : zero + 1
    const tall = sign * Math.min(1, size / limit) * half
    for (const { left, wide, base } of columnsOf(stretch, picture)) {
      const color = colors[base ?? (sign > 0 ? 'positive' : 'negative')]
      add(size < threshold ? colors.dim : color, { left, foot, wide, tall, base })
      if (size > limit) add(MARK, { left, foot: sign > 0 ? 3 : height - 3, wide, tall: sign * 3 })
    }
  }
  return shapes
}

/**
 * Where letters or a bar stand for a stretch of bases.
 *
 * @param {Stretch} stretch
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
 * The axis: the limit above and below zero.
 *
 * @param {Context} ctx
 * @param {number} width
 * @param {number} height
 * @param {number} limit
 */
export function drawAxis(ctx, width, height, limit) {
  const right = width - 7
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
  tick(Math.round(height / 2), '0', 3.5)
  tick(height - EDGE - 1, `−${short(limit)}`, -2)
}
