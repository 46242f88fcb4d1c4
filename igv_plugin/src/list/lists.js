// What is listed, made of the tables once they are read; what is said of a row.
import { regionCard, siteCard } from './cards.js'
import { hitCard } from '../parts/popup.js'
import { whyEmpty } from '../pure/emptiness.js'
import { RegionFacts } from './known.js'
import { RegionList } from './regions.js'
import { HitList, SiteList } from './sites.js'

export { featureSource, readMotifs, readTables } from '../data/tables.js'
export { Navigator } from './navigator.js'

/** @typedef {import('../pure/hits.js').Hit} Hit */
/** @typedef {import('./listing.js').Kind} Kind */

/**
 * The lists of a viewer, and the cards of their rows.
 *
 * @param {Record<'hits' | 'regions', import('../pure/hits.js').Table>} tables
 * @param {import('../page/panel.js').Viewer} viewer
 * @param {import('../data/manifest.js').Manifest} manifest
 * @param {object} told
 * @param {(anew: boolean) => void} told.changed hears that regions have more to say, and whether
 *   in other columns
 * @param {(share: number) => void} told.progress
 * @param {AbortSignal} told.signal
 */
export function makeLists(tables, viewer, manifest, { changed, ...more }) {
  const facts = new RegionFacts(tables, viewer, manifest, {
    ...more,
    again: viewer.again,
    changed: () => changed(regions.refresh()),
  })
  const regions = new RegionList(facts)
  const lists = { sites: new SiteList(tables.hits), hits: new HitList(tables.hits), regions }
  /** @param {any} row @param {Kind} kind @param {import('../parts/popup.js').Motifs} motifs */
  const cardsOf = (row, kind, motifs) => {
    const { colors, relevance, state } = viewer
    if (kind === 'sites') return siteCard(row, motifs, viewer)
    if (kind === 'regions') return [regionCard(facts, row.at).element]
    const unit = relevance.find((r) => r.model === row.model)?.unit
    return [hitCard(row, motifs[row.motifId], colors, unit, state().reverse)]
  }
  /** The cards of the regions over a base. @param {string} chrom @param {number} at */
  const regionsAt = (chrom, at) => {
    const over = regions.overlaps(chrom, at, at + 1)
    const rows = tables.regions.sorted('position').filter(over)
    return [...rows.subarray(0, 2)].map((row) => regionCard(facts, row).element)
  }
  return { lists, cardsOf, regionsAt, whyEmpty }
}
