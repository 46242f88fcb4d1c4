// The genes of a scan's annotations, read chromosome by chromosome from the tracks that show them.
import { turns } from '../pure/turns.js'
import { geneFinder, holdsGenes } from '../pure/nearest.js'
import { utf8 } from '../pure/words.js'

/** @typedef {import('../pure/nearest.js').Gene} Gene */
/** @typedef {import('../../igv.js').Browser} Browser */
/** @typedef {import('../../igv.js').Feature} Feature */
/** @typedef {ReturnType<typeof geneFinder>} Finder */

/** Bases that are asked for at once, so that the page does not wait for what comes. */
const PIECE = 20_000_000

/**
 * The name of a gene in an annotation: of a GTF that of the gene, not of its transcript.
 *
 * @param {Feature} feature
 */
const nameOf = ({ name, getAttributeValue, ...rest }) =>
  String(getAttributeValue?.call(rest, 'gene_name') ?? name ?? '.')

/**
 * The tracks of genes; none where no annotation is one of genes.
 *
 * @param {Browser} browser
 * @param {import('../data/manifest.js').Manifest} manifest
 */
export function geneTracks(browser, { tracks = [] }) {
  const isGenes = ({ kind = '', name = '', format = '' }) =>
    kind === 'annotation' && holdsGenes({ name, format })
  const urls = new Set(tracks.filter(isGenes).map(({ url }) => url))
  return browser.findTracks(({ config }) => urls.has(config?.url ?? ''))
}

/**
 * What finds the genes that are nearest in a chromosome.
 *
 * @param {Browser} browser
 * @param {import('../../igv.js').Track[]} tracks
 * @param {string} chrom
 * @returns {Promise<Finder>}
 */
export async function genesOf(browser, tracks, chrom) {
  const turn = turns()
  const length = (await browser.genome.loadChromosome(chrom))?.bpLength ?? 0
  /** @type {Map<string, Gene>} one that lies over the end of a piece comes with both */
  const genes = new Map()
  for (const { featureSource } of tracks) {
    for (let start = 0; start < length; start += PIECE) {
      const end = Math.min(start + PIECE, length)
      const found = await featureSource.getFeatures({
        chr: chrom,
        start,
        end,
        windowFunction: 'none',
      })
      for (const feature of found ?? []) {
        const gene = { name: utf8(nameOf(feature)), start: feature.start, end: feature.end }
        const { strand } = feature
        genes.set([gene.name, gene.start, gene.end, strand].join('\t'), { ...gene, strand })
        await turn()
      }
    }
  }
  return geneFinder([...genes.values()])
}
