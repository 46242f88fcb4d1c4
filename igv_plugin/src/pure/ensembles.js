// Ensembles of models: in the text of a manifest they stand apart, and here they are models like
// others, whose relevance is a mean with a band around it. Pure: no igv, no page.

/** @typedef {import('../../igv.js').TrackConfig} TrackConfig */
/** @typedef {import('./envelope.js').Piece} Piece */
/** @typedef {import('../data/manifest.js').Manifest} Manifest */
/** @typedef {{start: number, end: number, low: number, high: number, sd: number}} Span */

/** @type {Record<string, string>} */
const TOGETHER = { ensemble: 'relevance', 'ensemble-hits': 'hits' }

/**
 * The manifest with its ensembles among its models.
 *
 * @param {Manifest} given
 * @returns {Manifest}
 */
export function together(given) {
  const { ensembles, ...manifest } = given
  if (!ensembles) return given
  const { models = [], tracks, hits } = manifest
  const called = hits && { ...hits, models: [...(hits.models ?? []), ...(ensembles.hits ?? [])] }
  return {
    ...manifest,
    models: [...models, ...ensembles.models],
    tracks: tracks.map((track) => ({ ...track, kind: TOGETHER[track.kind] ?? track.kind })),
    ...(called && { hits: called }),
  }
}

/**
 * The tracks of a session as the plugin shows them: a standard deviation that is there is a band
 * around its mean, and no track of its own; without one there is no band.
 *
 * @param {TrackConfig[]} tracks
 * @returns {TrackConfig[]}
 */
export function withBands(tracks) {
  const there = new Set(tracks.map(({ url }) => url))
  const bands = new Set(tracks.map(({ gtrack }) => gtrack?.sd).filter((url) => there.has(url)))
  return tracks
    .filter(({ url, gtrack }) => gtrack || !url || !bands.has(url))
    .map((track) => {
      const { sd, ...own } = track.gtrack ?? {}
      return sd && !bands.has(sd) ? { ...track, gtrack: /** @type {any} */ (own) } : track
    })
}

/**
 * The mean and one standard deviation on either side, of bases where both are known.
 *
 * @param {Piece[]} means sorted, without overlap
 * @param {Piece[]} deviations likewise
 * @returns {Span[]}
 */
export function bandOf(means, deviations) {
  const found = []
  for (let i = 0, j = 0; i < means.length && j < deviations.length;) {
    const [one, two] = [means[i], deviations[j]]
    const [start, end] = [Math.max(one.start, two.start), Math.min(one.end, two.end)]
    if (start < end && 'value' in one && 'value' in two) {
      const [value, sd] = [one.value, two.value]
      found.push({ start, end, low: value - sd, high: value + sd, sd })
    }
    if (one.end <= two.end) i++
    else j++
  }
  return found
}

/**
 * The largest |value| that a band reaches in [start, end).
 *
 * @param {Span[]} band
 * @param {number} start
 * @param {number} end
 */
export function reachOf(band, start, end) {
  let found = 0
  for (const span of band) {
    if (span.end <= start || span.start >= end) continue
    found = Math.max(found, Math.abs(span.low), Math.abs(span.high))
  }
  return found
}
