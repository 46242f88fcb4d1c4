// What there is to say about a hit or a click, and the box that says it.
import { formatLocus } from '../pure/state.js'
import { number, short, signed, utf8 } from '../pure/words.js'
import { append, closer, h } from './dom.js'
import { logo } from './logo.js'

/** @typedef {import('./dom.js').Child} Child */
/** @typedef {import('../pure/draw.js').Colors} Colors */
/** @typedef {import('../pure/hits.js').Hit} Hit */
/** @typedef {import('../../igv.js').Feature} Feature */
/** @typedef {Record<string, {probabilities?: unknown}>} Motifs By the motifs' identifiers. */
/** @typedef {[label: string, value: Child, meaning?: string]} Fact */

/** @param {string} id */
export const jasparURL = (id) =>
  /^MA\d{4}\.\d+$/.test(id) ? `https://jaspar.elixir.no/matrix/${id}/` : null

/**
 * A feature of a hits bigBed (igv.js has its own columns as text) as a row of the hits table.
 *
 * @param {Feature} feature
 * @param {string} [model]
 * @returns {Hit}
 */
export const hitOf = (feature, model = feature.model) => ({
  chrom: feature.chr ?? '',
  chromStart: feature.start,
  chromEnd: feature.end,
  name: utf8(feature.name),
  strand: feature.strand ?? '.',
  motifId: utf8(feature.motifId),
  region: utf8(feature.region),
  model: model ?? '.',
  relSum: Number(feature.relSum),
  relZ: Number(feature.relZ),
  seqP: Number(feature.seqP),
  relP: Number(feature.relP),
  qValue: Number(feature.qValue),
  qWord: Number(feature.qWord),
  qPlace: Number(feature.qPlace),
  chance: Number(feature.chance),
  bound: Number(feature.bound),
  family: utf8(feature.family),
})

/** @param {Pick<Hit, 'qValue' | 'bound'>} hit */
export const qOf = ({ qValue, bound }) => `${bound === 1 ? '≤ ' : ''}${short(qValue)}`

/**
 * The same in two digits at most, for a narrow column.
 *
 * @param {Pick<Hit, 'qValue' | 'bound'>} hit
 */
export function briefQ({ qValue, bound }) {
  const tiny = qValue > 0 && qValue < 1e-3
  const said = tiny ? qValue.toExponential(0).replace('-', '−') : short(qValue.toPrecision(2))
  return `${bound === 1 ? '≤ ' : ''}${said}`
}

/** @param {number} share -1: the scan has no null */
const shareOf = (share) => (share < 0 ? 'no null' : short(share))

/**
 * How many words as good as this one are expected by chance.
 *
 * @param {number} chance
 */
export function chanceOf(chance) {
  if (chance < 0) return 'no null'
  if (chance === 0) return 'no such word is expected by chance'
  if (chance >= 0.95) return 'such words are as common by chance'
  const many = chance > 0.5
  const [some, all] = many ? [Math.round(chance * 10), 10] : [1, Math.round(1 / chance)]
  return `${some} in ${number(all)} such words ${many ? 'are' : 'is'} expected by chance`
}

/** @param {Pick<Hit, 'chrom' | 'chromStart' | 'chromEnd'>} hit */
export const locusOf = ({ chrom, chromStart: start, chromEnd: end }) =>
  formatLocus({ chrom, start, end })

/**
 * @param {Hit} hit
 * @returns {Fact[]}
 */
export function facts(hit, unit = 'logit') {
  const effect = `${hit.relSum > 0 ? 'supports' : 'opposes'} the`
  const supported = unit === 'logit' ? 'label' : unit
  return [
    ['Place', `${locusOf(hit)} (${hit.strand.replace('-', '−')})`],
    ['Relevance', `${signed(hit.relSum)} ${unit}, ${effect} ${supported}`, 'Sum over its bases'],
    ['Model', hit.model],
    ['Region', hit.region],
    [
      'q value',
      `${qOf(hit)}${hit.bound === 1 ? ' (bound: few decoys)' : ''}`,
      'False discovery rate of the locus',
    ],
    ['z score', signed(hit.relZ), 'In standard deviations of the null'],
    ['p, relevance', short(hit.relP), 'How often the null gives such a relevance'],
    ['p, sequence', short(hit.seqP), 'How often background matches the motif so well'],
    ...laterFacts(hit),
  ]
}

/**
 * What hits of earlier versions do not say.
 *
 * @param {Hit} hit
 * @returns {Fact[]}
 */
function laterFacts({ qWord, qPlace, chance, family }) {
  if (!(qWord >= 0)) return []
  return [
    ['q, word', short(qWord), 'Share of false calls by permuted motifs'],
    ['q, place', shareOf(qPlace), 'Share of false calls by relevance lent from the null'],
    ['Chance', chanceOf(chance), 'Matches as good in shuffled sequence, per match as good here'],
    ['Family', family, 'The best motif of those whose matches coincide'],
  ]
}

/**
 * A title (text or elements), facts and what stands between.
 *
 * @param {Child} title
 * @param {Fact[]} rows
 * @param {Child[]} between
 */
export function card(title, rows, ...between) {
  const list = rows.map(([label, value, meaning]) => [
    h('dt', { title: meaning }, label),
    h('dd', {}, value),
  ])
  const dl = h('dl', { class: between.length > 0 && 'gt-hit' }, list)
  return h('article', { class: 'gt-card' }, h('h2', {}, title), between, dl)
}

/** What a logo is, by the strand shown and that of the hit. */
const LOGOS = [
  ['', 'Reverse complement: the hit is on the − strand.'],
  [
    'Complement: the hit is on the + strand. 5′ is on the right, as in the figure.',
    '5′ is on the right, as in the figure.',
  ],
]

/**
 * What there is to say about a hit, with its logo as the letters of the figure lie.
 *
 * @param {Hit} hit
 * @param {Motifs[string] | undefined} motif
 * @param {Colors} colors
 * @param {string} [unit]
 * @param {boolean} [reverse] the figure shows the reverse strand
 */
export function hitCard(hit, motif, colors, unit, reverse = false) {
  const minus = hit.strand === '-'
  const said = LOGOS[Number(reverse)][Number(minus)]
  const label = `Motif logo of ${hit.name}${said && `: ${said}`}`
  const picture = logo(motif?.probabilities, { minus, reverse }, colors, label)
  const note = picture && said && h('p', {}, said)
  const href = jasparURL(hit.motifId)
  const id = href
    ? h('a', { href, target: '_blank', rel: 'noreferrer' }, hit.motifId, ' ↗')
    : hit.motifId !== hit.name && h('small', {}, hit.motifId)
  return card([hit.name, ' ', id], facts(hit, unit), picture, note)
}

/**
 * What a click on a track shows: the hits there, or igv.js' own list of names and values as text.
 *
 * @param {{config?: import('../../igv.js').TrackConfig}} track
 * @param {({name?: string, value?: Child, text?: Child} | null)[] | undefined} values
 * @param {Feature[] | undefined} features
 * @param {Motifs} motifs
 * @param {Colors} colors
 * @param {boolean} [reverse] the figure shows the reverse strand
 */
export function clickCards(track, values, features, motifs, colors, reverse) {
  const { model, unit, title = 'Details' } = track.config?.gtrack ?? {}
  const hits = (features ?? []).filter((f) => f.motifId !== undefined).slice(0, 4)
  if (hits.length) {
    return hits.map((f) => hitCard(hitOf(f, model), motifs[utf8(f.motifId)], colors, unit, reverse))
  }
  /** @type {Fact[]} */
  const rows = []
  for (const item of values ?? []) if (item?.name) rows.push([item.name, item.text ?? item.value])
  return rows.length ? [card(title, rows)] : []
}

/**
 * A box beside the pointer, or another thing with x and y; Escape or a click elsewhere closes it,
 * and the focus goes back: that is what a popover does.
 *
 * @param {HTMLElement} root
 * @param {Child[]} cards
 * @param {{x: number, y: number}} pointer
 */
export function openPopup(root, cards, { x, y }) {
  const box = h('section', {
    class: 'gt-popup',
    popover: 'auto',
    role: 'dialog',
    'aria-label': 'Details',
    tabindex: -1,
    autofocus: true,
  })
  box.append(closer(() => box.hidePopover()))
  append(box, cards)
  box.addEventListener('toggle', ({ newState }) => newState === 'closed' && box.remove())
  root.append(box)
  box.showPopover()
  box.style.left = `${Math.max(8, Math.min(x + 12, innerWidth - box.offsetWidth - 12))}px`
  box.style.top = `${Math.max(8, Math.min(y + 12, innerHeight - box.offsetHeight - 12))}px`
  return box
}
