import { closer, h, short, signed } from './dom.js'
import { logo } from './logo.js'
import { formatLocus } from './state.js'

export const jasparURL = (id) => (/^MA\d{4}\.\d+$/.test(id) ? `https://jaspar.elixir.no/matrix/${id}/` : null)

const utf8 = (text = '.') => { // igv.js takes the bytes of a bigBed for Latin-1
  try { return decodeURIComponent(escape(text)) } catch { return text }
}
/** A feature of a hits bigBed (igv.js has its own columns as text) as a row of the hits table. */
export const hitOf = ({ chr: chrom, start, end, strand = '.', name, motifId, region, ...rest }, model = rest.model) => ({
  ...rest, chrom, chromStart: start, chromEnd: end, strand, name: utf8(name), motifId: utf8(motifId), region: utf8(region), model,
})

export const placeOf = ({ chrom, chromStart: start, chromEnd: end }) => formatLocus({ chrom, start, end })
/** [label, value, what it means] of a hit. */
export const facts = (hit, unit = 'logit') => [
  ['Place', `${placeOf(hit)} (${hit.strand.replace('-', '−')})`],
  ['Relevance', `${signed(hit.relSum)} ${unit}, ${hit.relSum > 0 ? 'supports' : 'opposes'} the ${unit === 'logit' ? 'label' : unit}`, 'Sum over its bases'],
  ['Model', hit.model],
  ['Region', hit.region],
  ['q value', short(hit.qValue), 'False discovery rate of the locus'],
  ['z score', signed(hit.relZ), 'In standard deviations of the null'],
  ['p, relevance', short(hit.relP), 'How often the null gives such a relevance'],
  ['p, sequence', short(hit.seqP), 'How often background matches the motif so well'],
]
/** A title (text or elements), [label, value, what it means]... and what stands between. */
export const card = (title, rows, ...between) => h('article', { class: 'gt-card' }, h('h3', {}, title), between,
  h('dl', { class: between.length > 0 && 'gt-hit' }, rows.map(([label, value, why]) => [h('dt', { title: why }, label), h('dd', {}, value)])))

/** What there is to say about a hit, with its logo as the forward strand reads it. */
export function hitCard(hit, motif, colors, unit) {
  const minus = hit.strand === '-', href = jasparURL(hit.motifId)
  const picture = logo(motif?.probabilities, minus, colors, `Motif logo of ${hit.name}${minus ? ', reverse complement' : ''}`)
  const link = href && h('a', { href, target: '_blank', rel: 'noreferrer' }, hit.motifId, ' ↗')
  const note = picture && minus && h('p', {}, 'Reverse complement: the hit is on the − strand.')
  return card([hit.name, ' ', link || h('small', {}, hit.motifId)], facts(hit, unit), picture, note)
}

/** What a click on a track shows: the hits there, or igv.js' own list of names and values as text. */
export function clickCards(track, values, features, motifs, colors) {
  const { model, unit, title = 'Details' } = track.config?.gtrack ?? {}
  const hits = (features ?? []).filter((f) => f.motifId !== undefined).slice(0, 4)
  if (hits.length) return hits.map((f) => hitCard(hitOf(f, model), motifs[utf8(f.motifId)], colors, unit))
  const rows = (values ?? []).filter((item) => item?.name).map(({ name, value, text }) => [name, text ?? value])
  return rows.length ? [card(title, rows)] : []
}

/** A box beside the pointer, or another thing with x and y; Escape or a click elsewhere closes it, and the focus goes back: that is what a popover does. */
export function openPopup(root, cards, { x, y }) {
  const gone = ({ newState }) => newState === 'closed' && box.remove()
  const box = h('section', { class: 'gt-popup', popover: 'auto', role: 'dialog', 'aria-label': 'Details', tabindex: -1, autofocus: true, ontoggle: gone },
    closer(() => box.hidePopover()), cards)
  root.append(box)
  box.showPopover()
  box.style.left = `${Math.max(8, Math.min(x + 12, innerWidth - box.offsetWidth - 12))}px`
  box.style.top = `${Math.max(8, Math.min(y + 12, innerHeight - box.offsetHeight - 12))}px`
}
