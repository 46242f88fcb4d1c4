export const MEANING = 'Cosine of the two relevance vectors over the bases shown that both models cover. 1: the same bases matter, with the '
  + 'same signs and proportions. 0: unrelated. −1: opposite signs. It does not depend on the scale of either model.'
/** Cosine over the bases where both have a value; null when there are fewer than two, or when one vector is zero. */
export function agreement(first, second) {
  let dot = 0, one = 0, two = 0, bases = 0
  for (let i = 0; i < Math.min(first.length, second.length); i++) {
    const a = first[i], b = second[i]
    if (!Number.isFinite(a) || !Number.isFinite(b)) continue
    [dot, one, two, bases] = [dot + a * b, one + a * a, two + b * b, bases + 1]
  }
  return { cosine: bases > 1 && one > 0 && two > 0 ? Math.max(-1, Math.min(1, dot / Math.sqrt(one) / Math.sqrt(two))) : null, bases }
}
