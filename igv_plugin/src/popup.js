import { h } from './dom.js'
import { formatLocus } from './state.js'
import { logo } from './logo.js'

/** A number with three significant digits, as a person reads it: 16.5, 0.0016, 6.9e−10; "n/a" for none. */
export function short(value) {
  const x = Number(value ?? NaN), plain = x === 0 || (Math.abs(x) >= 1e-4 && Math.abs(x) < 1e6)
  return Number.isFinite(x) ? (plain ? String(Number(x.toPrecision(3))) : x.toExponential(1)).replaceAll('-', '−') : 'n/a'
}
export const signed = (x) => (x > 0 ? '+' : '') + short(x)
const verdict = (x) => (x > 0 ? 'supports the label' : x < 0 ? 'opposes the label' : 'neither supports nor opposes')
export const jasparURL = (id) => (/^MA\d{4}\.\d+$/.test(id) ? `https://jaspar.elixir.no/matrix/${id}/` : null)
/** A feature of a hits bigBed (igv.js has its own columns as text) as a row of the hits table. */
export const hitOf = (feature, model) => ({
  strand: '.', region: '.', ...feature, chrom: feature.chr, chromStart: feature.start, chromEnd: feature.end, model: model ?? String(feature.model),
})
/** [label, value, what it means] of a hit. */
export const facts = (hit) => [
  ['Place', `${formatLocus({ chrom: hit.chrom, start: hit.chromStart, end: hit.chromEnd })} (${hit.strand.replace('-', '−')})`, 'Chromosome, first and last base, strand on which the motif reads'],
  ['Relevance', `${signed(hit.relSum)} logit, ${verdict(hit.relSum)}`, 'Sum over the bases of the hit'],
  ['Model', hit.model, 'The model whose relevance this is'],
  ['Region', hit.region, 'The scanned region that holds the hit'],
  ['q value', short(hit.qValue), 'False discovery rate of the locus'],
  ['z score', signed(hit.relZ), 'Information-weighted relevance, in standard deviations of the null (shuffled sequence)'],
  ['p, relevance', short(hit.relP), 'How often the null gives such a relevance'],
  ['p, sequence', short(hit.seqP), 'How often background sequence matches the motif so well'],
]
const list = (kind, rows) => h('dl', { class: `gt-facts ${kind}` }, rows.map(([label, value, why]) => [h('dt', { title: why }, label), h('dd', {}, value)]))

/** What there is to say about a hit, with its logo as the forward strand reads it. */
export function hitCard(hit, motif, colors) {
  const minus = hit.strand === '-', url = jasparURL(hit.motifId)
  const picture = logo(motif?.probabilities, minus, colors, `Motif logo of ${hit.name}${minus ? ', reverse complement' : ''}`)
  const source = url ? h('a', { href: url, target: '_blank', rel: 'noopener noreferrer', title: 'This motif in JASPAR' }, hit.motifId, ' ↗') : hit.motifId !== hit.name && h('small', {}, hit.motifId)
  return h('article', { class: 'gt-card' }, h('h3', {}, hit.name, ' ', source), picture,
    picture && minus && h('p', { class: 'gt-note' }, 'Reverse complement, since the hit is on the − strand.'), list('gt-hit', facts(hit)))
}

/** What a click on a track shows: the hits there, or igv.js' own list of names and values as text. */
export function clickCards(track, values, features, motifs, colors) {
  const { kind, model, title } = track.config?.gtrack ?? {}
  const hits = (features ?? []).filter((f) => f.motifId !== undefined || kind === 'hits').slice(0, 4)
  if (hits.length) return hits.map((f) => hitOf(f, model)).map((hit) => hitCard(hit, motifs[hit.motifId], colors))
  const rows = (values ?? []).filter((item) => item?.name).map(({ name, value }) => [String(name), String(value ?? '')])
  return rows.length ? [h('article', { class: 'gt-card' }, h('h3', {}, title ?? 'Details'), list('', rows))] : []
}

/** A box beside the pointer; Escape or a click elsewhere closes it, and the focus goes back: that is what a popover does. */
export function openPopup(root, cards, { x, y }) {
  const close = h('button', { class: 'gt-close', type: 'button', 'aria-label': 'Close', onclick: () => box.hidePopover() }, '×')
  const box = h('section', { class: 'gt-popup', popover: 'auto', role: 'dialog', 'aria-label': 'Details', tabindex: -1, autofocus: true, ontoggle: (event) => event.newState === 'closed' && box.remove() }, close, cards)
  root.append(box)
  box.showPopover()
  box.style.left = `${Math.max(8, Math.min(x + 12, innerWidth - box.offsetWidth - 12))}px`
  box.style.top = `${Math.max(8, Math.min(y + 12, innerHeight - box.offsetHeight - 12))}px`
}
