export const MEANING = 'Cosine of the two relevance vectors over the bases shown. 1: the same bases matter in the same proportions. '
  + '0: unrelated. −1: opposite signs.'
/** Cosine over the bases where both have a value; null when there are fewer than two, or when one vector is zero. */
export function agreement(first, second) {
  let dot = 0, one = 0, two = 0, bases = 0
  first.forEach((a, i) => {
    const b = second[i]
    if (!Number.isFinite(a + b)) return
    dot += a * b
    one += a * a
    two += b * b
    bases++
  })
  return { cosine: bases > 1 && one > 0 && two > 0 ? dot / Math.sqrt(one) / Math.sqrt(two) : null, bases }
}
