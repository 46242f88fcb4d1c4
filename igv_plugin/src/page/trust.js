// Whether to believe the maps: a badge each, and a box with the sentences behind it.
import { titled } from '../data/manifest.js'
import { group } from '../parts/controls.js'
import { h } from '../parts/dom.js'
import { openPopup } from '../parts/popup.js'

/**
 * What a manifest says of the maps of one target.
 *
 * @typedef {object} Trust
 * @property {string} model
 * @property {string} [target]
 * @property {string} verdict
 * @property {string} [sentence]
 * @property {{name: string, asks: string, verdict: string, sentence: string}[]} [axes]
 * @property {string[]} [cannot_see]
 */

const WORST_FIRST = ['not supported', 'mixed', 'not asked', 'supported']
const SIGNS = ['✗', '~', '?', '✓']

/** So many badges have room; more become one. */
export const MOST = 3

/** @param {string} verdict a word that is not known is as good as none */
const rankOf = (verdict) => {
  const rank = WORST_FIRST.indexOf(verdict)
  return rank < 0 ? 2 : rank
}

/**
 * The badges: label, verdict and what each is about.
 *
 * @param {Trust[]} entries
 * @returns {{label: string, rank: number, entries: Trust[]}[]}
 */
export function badgesOf(entries) {
  if (!entries.length) return []
  if (entries.length <= MOST) {
    return entries.map((e) => ({
      label: `${titled(e)}: ${WORST_FIRST[rankOf(e.verdict)]}`,
      rank: rankOf(e.verdict),
      entries: [e],
    }))
  }
  const rank = Math.min(...entries.map((e) => rankOf(e.verdict)))
  const many = entries.filter((e) => rankOf(e.verdict) === rank).length
  return [{ label: `${many} of ${entries.length} maps: ${WORST_FIRST[rank]}`, rank, entries }]
}

/**
 * The badges of a viewer; false where nobody asked.
 *
 * @param {import('./panel.js').Viewer} viewer
 */
export function makeTrust({ manifest, element }) {
  const badges = badgesOf(manifest?.trust?.models ?? [])
  if (!badges.length) return false
  const made = badges.map(({ label, rank, entries }) => {
    const onclick = (/** @type {MouseEvent} */ event) => {
      const { left, bottom } = /** @type {Element} */ (event.currentTarget).getBoundingClientRect()
      openPopup(element, entries.map(card), { x: left - 12, y: bottom - 6 })
    }
    const title = entries.map((e) => e.sentence ?? '').find((text) => text)
    const attributes = { type: 'button', class: 'gt-trust', 'data-rank': rank, title, onclick }
    return h('button', attributes, `${SIGNS[rank]} ${label}`)
  })
  return group('Whether to believe the maps', made)
}

/** @param {Trust} entry */
function card(entry) {
  const { sentence, axes = [], cannot_see: unseen = [] } = entry
  const said = axes.map(({ name, asks, verdict, sentence: why }) => [
    h('dt', {}, `${name}, ${asks}`),
    h('dd', {}, h('strong', {}, verdict), `. ${why}`),
  ])
  const list = h(
    'ul',
    {},
    unseen.map((text) => h('li', {}, text)),
  )
  return h(
    'article',
    { class: 'gt-card' },
    h('h2', {}, titled(entry) ?? ''),
    h('p', {}, sentence),
    h('dl', { class: 'gt-said' }, said),
    unseen.length > 0 && h('details', {}, h('summary', {}, 'What these checks cannot see'), list),
  )
}
