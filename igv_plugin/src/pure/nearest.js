// The genes that are nearest to a region, as gtrack/core/nearest_genes.py finds them. No igv and no
// page in here.

/** @typedef {{name: string, start: number, end: number, strand?: string}} Gene */
/**
 * A gene that is as near as any: how far (0 where it shares a base with the region, else one more
 * than the bases between them), and where the region lies, as the gene reads.
 *
 * @typedef {{name: string, distance: number, side: string}} Near
 */

const GENES = /gene|refseq|gencode|ensembl|transcript/i

/**
 * Whether an annotation is one of genes, by its format or its name.
 *
 * @param {{name: string, format: string}} annotation
 */
export const holdsGenes = ({ name, format }) => /^(GTF|GFF3)$/.test(format) || GENES.test(name)

/**
 * @param {Gene} gene
 * @param {boolean} isLeft whether the region lies left of it
 */
function sideOf({ strand }, isLeft) {
  if (strand !== '+' && strand !== '-') return isLeft ? 'left' : 'right'
  return isLeft === (strand === '+') ? 'upstream' : 'downstream'
}

/**
 * What tells the genes at the smallest distance from [start, end) of one chromosome, by name, each
 * once.
 *
 * @param {Gene[]} genes
 * @returns {(start: number, end: number) => Near[]}
 */
export function geneFinder(genes) {
  const named = genes.filter(({ name }) => name && name !== '.')
  const sorted = named.sort((a, b) => a.start - b.start)
  // The farthest end of a gene and of all before it.
  const reach = new Float64Array(sorted.length)
  sorted.forEach(({ end }, i) => (reach[i] = Math.max(end, i ? reach[i - 1] : 0)))

  /** How many genes start before a place. @param {number} place */
  function before(place) {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sorted[middle].start < place) low = middle + 1
      else high = middle
    }
    return low
  }

  return (start, end) => {
    let least = Infinity
    /** @type {Map<string, Near>} */
    const near = new Map()
    /** @param {Gene} gene */
    const see = (gene) => {
      const { name } = gene
      const distance = Math.max(0, gene.start - end + 1, start - gene.end + 1)
      if (distance > least) return
      if (distance < least) near.clear()
      least = distance
      const side = distance ? sideOf(gene, end <= gene.start) : 'inside'
      const known = near.get(name)
      if (!known || side < known.side) near.set(name, { name, distance, side })
    }
    const first = before(end)
    for (let i = first - 1; i >= 0 && start - reach[i] + 1 <= least; i--) see(sorted[i])
    for (let i = first; i < sorted.length && sorted[i].start - end + 1 <= least; i++) see(sorted[i])
    return [...near.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}

/**
 * How near a gene is, in words.
 *
 * @param {Near} near
 * @param {(n: number) => string} number
 */
export const howNear = ({ distance, side }, number) =>
  distance ? `${number(distance)} bp ${side} of it` : 'overlaps it'
