// The band around a mean, on a 2D context: one path behind the letters, and its edges before them.

/** @typedef {import('./ensembles.js').Span} Span */
/**
 * @typedef {Pick<import('./draw.js').Picture,
 *   'bpStart' | 'bpPerPixel' | 'width' | 'height' | 'limit'> & {edge: number}} Frame
 */

const INK = '#555555'
const PALE = 0.22
const LINE = 0.55
// Pixels: of a lower span the edges are one line, which would hide what it is around.
const LOW = 2

/**
 * Where the spans of a band stand in a picture, in pixels; what is beyond the scale ends at its
 * edge.
 *
 * @param {Span[]} band
 * @param {Frame} frame
 */
export function placed(band, { bpStart, bpPerPixel, width, height, limit, edge }) {
  const half = height / 2 - edge
  const x = (/** @type {number} */ at) => (at - bpStart) / bpPerPixel
  const y = (/** @type {number} */ value) =>
    height / 2 - Math.max(-1, Math.min(1, value / limit)) * half
  return band
    .filter(({ start, end }) => x(end) > 0 && x(start) < width)
    .map(({ start, end, low, high }) => {
      const left = x(start)
      return { left, wide: x(end) - left, top: y(high), bottom: y(low) }
    })
}

/**
 * @param {import('./draw.js').Context} ctx
 * @param {Span[]} band
 * @param {Frame} frame
 * @param {'behind' | 'before'} where
 */
export function drawBand(ctx, band, frame, where) {
  Object.assign(ctx, { fillStyle: INK, globalAlpha: where === 'behind' ? PALE : LINE })
  ctx.beginPath()
  for (const { left, wide, top, bottom } of placed(band, frame)) {
    if (where === 'behind') ctx.rect(left, top, wide, bottom - top)
    else if (bottom - top > LOW) {
      for (const y of [top, bottom]) ctx.rect(left, y - 0.5, wide, 1)
    }
  }
  ctx.fill()
  ctx.globalAlpha = 1
}
