// The cards of a site and of a region: what all models say of it, side by side.
import { h } from '../parts/dom.js'
import { number, signed } from '../pure/words.js'
import { howNear } from '../pure/nearest.js'
import { card, hitCard, locusOf, qOf } from '../parts/popup.js'
import { familyOf } from './sites.js'

/** @typedef {import('../parts/dom.js').Child} Child */
/** @typedef {import('../parts/popup.js').Fact} Fact */
/** @typedef {import('./known.js').RegionFacts} RegionFacts */
/** @typedef {import('./sites.js').Site} Site */

const NONE = '–'

/**
 * A small table whose first column names its rows.
 *
 * @param {string} label
 * @param {string[]} heads
 * @param {Child[][]} rows
 */
function table(label, heads, rows) {
  const head = heads.map((text) => h('th', { scope: 'col' }, text))
  const body = rows.map(([name, ...cells]) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, name),
      cells.map((cell) => h('td', {}, cell)),
    ),
  )
  const whole = [h('thead', {}, h('tr', {}, head)), h('tbody', {}, body)]
  return h('table', { class: 'gt-table', 'aria-label': label }, whole)
}

/**
 * What there is to say of a site: its hits, the best first, and all of the best.
 *
 * @param {Site} site
 * @param {import('../parts/popup.js').Motifs} motifs
 * @param {import('../page/panel.js').Viewer} viewer
 */
export function siteCard(site, motifs, { colors, relevance, state }) {
  const { hits } = site
  const unitOf = (/** @type {string} */ model) => relevance.find((r) => r.model === model)?.unit
  const unit = unitOf(site.model)
  const { chromStart: start, chromEnd: end } = hits.find((hit) => isBest(hit, site)) ?? site
  const best = { ...site, chromStart: start, chromEnd: end }
  const whole = hitCard(best, motifs[site.motifId], colors, unit, state().reverse)
  if (hits.length < 2) return [whole]
  const strand = (/** @type {string} */ text) => text.replace('-', '−')
  const rows = hits.map((hit) => [
    hit.model,
    `${hit.name} ${strand(hit.strand)}`,
    `${signed(hit.relSum)} ${unitOf(hit.model) ?? 'logit'}`,
    qOf(hit),
    locusOf(hit).slice(hit.chrom.length + 1),
  ])
  const heads = ['Model', 'Motif', 'Relevance', 'q value', 'Bases']
  const said = `${hits.length} hits at one site of ${familyOf(site)}`
  const list = h('article', { class: 'gt-card' }, h('h2', {}, said), table(said, heads, rows))
  return [list, whole]
}

/** @param {import('../pure/hits.js').Hit} hit @param {Site} site */
const isBest = (hit, site) =>
  hit.model === site.model && hit.name === site.name && hit.relSum === site.relSum

/**
 * What there is to say of a region; what is not read yet comes into the card when it is.
 *
 * @param {RegionFacts} facts
 * @param {number} at
 */
export function regionCard(facts, at) {
  const { regions } = facts
  const row = regions.row(at)
  const element = card(row.name === '.' ? 'Region' : row.name, [])
  const write = () => {
    const { chromStart: start, chromEnd: end } = row
    /** @type {Fact[]} */
    const rows = [['Place', `${locusOf(row)}, ${number(end - start)} bp`], ...besides(facts, at)]
    const list = card('', rows).querySelector('dl') ?? ''
    const heads = ['Model', 'Score', 'Probability', 'Largest |relevance|', 'Passport']
    element.replaceChildren(element.firstElementChild ?? '', list, ...said(heads, facts, at))
    if (facts.why) element.append(h('p', {}, `${facts.why}.`))
  }
  write()
  const done = Promise.all([facts.open(), facts.read([at]), facts.genesAt(at)]).then(write)
  return { element, done }
}

/**
 * What the models say, without the columns that nothing is known of.
 *
 * @param {string[]} heads
 * @param {RegionFacts} facts
 * @param {number} at
 */
function said(heads, facts, at) {
  const rows = modelRows(facts, at)
  const known = heads.map((_, i) => rows.some((row) => row[i] !== NONE))
  const kept = (/** @type {string[]} */ cells) => cells.filter((_, i) => known[i])
  return rows.length ? [table('What the models say', kept(heads), rows.map(kept))] : []
}

/**
 * @param {RegionFacts} facts
 * @param {number} at
 * @returns {Fact[]} motif and genes
 */
function besides(facts, at) {
  /** @type {Fact[]} */
  const rows = []
  const hit = facts.topHitOf(at)
  if (hit) {
    const { name, model } = hit
    const said = `${name}${name === familyOf(hit) ? '' : `, family ${familyOf(hit)}`}`
    rows.push(['Top motif', `${said} (${model}, q ${qOf(hit)})`, 'Of the lowest q value'])
  }
  if (!facts.hasGenes) return rows
  const near = facts.genes(at)
  const said = near?.map((gene) => `${gene.name}, ${howNear(gene, number)}`).join('; ')
  const none = 'none on this chromosome'
  return [...rows, ['Nearest gene', near ? said || none : '…', 'Smallest distance to its body']]
}

/**
 * @param {RegionFacts} facts
 * @param {number} at
 */
function modelRows(facts, at) {
  const { scores, series, regions, largest, verdictOf } = facts
  const line = regions.from[at]
  const names = new Set([...scores, ...series].map(({ model }) => model))
  return [...names].map((model) => {
    const read = scores.find((each) => each.model === model)
    const shown = series.findIndex((each) => each.model === model)
    const unit = series[shown]?.unit ?? 'logit'
    const value = largest[shown]?.[at] ?? Infinity
    const known = (/** @type {number | undefined} */ x = NaN, more = '') =>
      Number.isFinite(x) ? `${signed(x)}${more}` : NONE
    return [
      model,
      known(read?.score[line], ` ${unit}`),
      known(read?.probability[line]).replace('+', ''),
      Number.isNaN(value) ? '…' : known(value, ` ${unit}`),
      verdictOf(model) ?? NONE,
    ]
  })
}
