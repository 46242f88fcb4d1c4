// Families of motifs: those whose matches coincide, called by the best of them. No page in here.
import { sortNames } from './hits.js'

/**
 * The families in a table of hits, each with the names of its motifs, the best first; a motif
 * without a family is its own.
 *
 * @param {import('./hits.js').Table} table
 * @returns {[family: string, motifs: string[]][]}
 */
export function familiesOf({ count, data, names, text }) {
  /** @type {Map<string, Set<string>>} */
  const found = new Map()
  const seen = new Set()
  for (let i = 0; text && i < count; i++) {
    const pair = data.family[i] * names.name.size + data.name[i]
    if (seen.has(pair)) continue
    seen.add(pair)
    const name = text.name[data.name[i]]
    const given = text.family[data.family[i]]
    const family = given === '.' ? name : given
    found.set(family, (found.get(family) ?? new Set()).add(name))
  }
  return sortNames(found.keys()).map((family) => {
    const motifs = sortNames(found.get(family) ?? [])
    const others = motifs.filter((name) => name !== family)
    return [family, others.length < motifs.length ? [family, ...others] : others]
  })
}
