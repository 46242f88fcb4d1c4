export const MEANING =
  'Cosine of the two relevance vectors over the bases shown. 1: the same bases matter in the ' +
  'same proportions. 0: unrelated. −1: opposite signs.'

/**
 * Cosine over the bases where both have a value; null when there are fewer than two, or when one
 * vector is zero.
 *
 * @param {number[] | Float32Array} first
 * @param {number[] | Float32Array} second
 */
export function agreement(first, second) {
  let dot = 0
  let one = 0
  let two = 0
  let bases = 0
  for (const [i, a] of first.entries()) {
    const b = second[i]
    if (!Number.isFinite(a + b)) continue
    dot += a * b
    one += a * a
    two += b * b
    bases++
  }
  const known = bases > 1 && one > 0 && two > 0
  return { cosine: known ? dot / Math.sqrt(one) / Math.sqrt(two) : null, bases }
}
