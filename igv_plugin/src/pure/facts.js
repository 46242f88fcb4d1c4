// What is said of a relevance track: beside its name, and of a place in it. No igv.js in here.
import { COMPLEMENT } from './draw.js'
import { number, short, signed } from './words.js'

/** @typedef {import('./envelope.js').Piece} Piece */
/** @typedef {import('../igv/track.js').RelevanceTrack} RelevanceTrack */

/**
 * What is to be known of a picture beside the name of its track.
 *
 * @param {Pick<RelevanceTrack, 'look' | 'inUnits' | 'isDifference' | 'unit'>} track
 * @param {number} width of a bin, in bases; 0: there are none
 * @param {unknown[]} [band] around the values
 */
export function labelOf({ look, inUnits, isDifference, unit }, width, band = []) {
  const words = isDifference ? [inUnits ? 'each in units of its p99' : `${unit}s`] : []
  if (band.length) words.push('mean, band: ± 1 sd of members')
  if (width) words.push(`largest and smallest of each ${bases(width)} bp`)
  if (width && isDifference) words.push('pale: at most')
  if (look.reverse) words.push('reverse strand')
  return words
}

/** @param {number} width */
function bases(width) {
  const about = Number(width.toPrecision(2))
  return about === width ? number(width) : `≈ ${number(about)}`
}

/**
 * @param {RelevanceTrack} track
 * @param {{piece: Piece, chr: string, position: number, read?: string, sd?: number}} place
 */
export function factsOf(track, { piece, chr, position, read, sd }) {
  const base = read?.toUpperCase()
  const complement = base && `${COMPLEMENT[base] ?? base} (reverse strand)`
  const bin = 'value' in piece ? null : piece
  const [from, to] = [Math.floor(piece.start) + 1, Math.ceil(piece.end)]
  return {
    Model: track.own.models?.join(' − ') ?? track.own.model,
    Position: bin ? `${chr}:${from}-${to}` : `${chr}:${position + 1}`,
    Base: track.look.reverse ? complement : base,
    Relevance: 'value' in piece && signed(piece.value) + track.unitText,
    'Sd of members': sd !== undefined && `${short(sd)}${track.unitText}`,
    Largest: bin && range(bin.high, bin.most?.high) + track.unitText,
    Smallest: bin && range(bin.low, bin.most?.low) + track.unitText,
  }
}

/**
 * A value, or between which two it lies.
 *
 * @param {number} sure
 * @param {number} [most]
 */
function range(sure, most = sure) {
  if (sure === most) return signed(sure)
  return Number.isFinite(sure)
    ? `${signed(sure)} to ${signed(most)}`
    : `unknown, to ${signed(most)}`
}
