import { choices, field, group, select } from './controls.js'
import { h, number } from './dom.js'
import { sortNames, Table } from './hits.js'
import { Navigator } from './navigator.js'
import { card, hitCard, locusOf } from './popup.js'
import { parseLocus } from './state.js'
import { featureSource, readMotifs, readTables } from './tables.js'

/** @typedef {import('./hits.js').Hit} Hit */
/** @typedef {import('./manifest.js').Manifest} Manifest */
/** @typedef {import('./navigator.js').Kind} Kind */
/** @typedef {import('./panel.js').Viewer} Viewer */

/** Bases around a hit, with letters that are easy to read. */
export const WIDTH = 140
/** A view of so many bases is kept when one goes to the next hit. */
const WIDEST = 2000

/** The pane beside the figure: the list of hits and regions, its filters and its current row. */
export class Side {
  /** @type {import('./popup.js').Motifs} */
  motifs = {}
  #tables = { hits: new Table(), regions: new Table() }
  #search = field('Filter by motif, region, chromosome', {
    type: 'search',
    oninput: () => this.list.set({ text: this.#search.value }),
  })
  #kind = select(
    'What to list',
    [
      ['hits', 'Hits'],
      ['regions', 'Regions'],
    ],
    () => {
      this.list.set({ kind: this.#kindNow() })
      this.#detail.replaceChildren()
    },
  )
  #model = select('Model', [], () => this.#viewer.setFilter(this.#chosen()))
  #motif = select('Motif', [], () => this.#viewer.setFilter(this.#chosen()))
  #count = h('p', { class: 'gt-count', role: 'status' }, 'Reading the hits…')
  #detail = h('div', {
    class: 'gt-detail',
    tabindex: 0,
    role: 'region',
    'aria-live': 'polite',
    'aria-label': 'Current row',
  })
  #viewer

  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.#viewer = viewer
    this.list = new Navigator(this.#tables, {
      limits: () => this.#limits(),
      counted: (counts) => this.#counted(counts),
      chosen: (row, kind, quiet) => this.#show(row, kind, quiet),
    })
    const filters = group('Filters', this.#search, this.#kind, this.#model, this.#motif)
    const parts = [filters, this.#count, this.list.element, this.#detail]
    this.element = h('aside', { class: 'gt-side', 'aria-label': 'Navigator' }, parts)
  }

  /** @returns {Kind} */
  #kindNow() {
    return this.#kind.value === 'regions' ? 'regions' : 'hits'
  }

  #chosen() {
    return { model: this.#model.value, motif: this.#motif.value }
  }

  #limits() {
    const { relevance, state } = this.#viewer
    const { threshold } = state()
    return Object.fromEntries(relevance.map((r) => [r.model, threshold * (r.p99 ?? 0)]))
  }

  /** @param {import('./navigator.js').Counts} counts */
  #counted({ shown, all, hidden, kind }) {
    this.#model.disabled = this.#motif.disabled = kind !== 'hits'
    const more = hidden ? `, ${number(hidden)} hidden by the threshold` : ''
    this.#count.textContent = `${number(shown)} of ${number(all)} ${kind}${more}`
  }

  /**
   * Shows what there is to say about a row, and its place unless `quiet`.
   *
   * @param {Hit} row
   * @param {Kind} kind
   * @param {boolean} quiet
   */
  async #show(row, kind, quiet) {
    const { relevance, colors } = this.#viewer
    const unit = relevance.find((r) => r.model === row.model)?.unit
    this.#detail.replaceChildren(
      kind === 'hits'
        ? hitCard(row, this.motifs[row.motifId], colors, unit)
        : card(row.name, [['Place', locusOf(row)]]),
    )
    if (quiet) return true
    this.#viewer.chose({ ...row, kind })
    const { chrom, chromStart: start, chromEnd: end } = row
    const view = parseLocus(this.#viewer.state().locus)
    const width = view ? view.end - view.start : 0
    const least = (end - start) * 1.1
    const keeps = width >= least && width <= WIDEST
    return this.#viewer.goto(chrom, start, end, keeps ? width : Math.max(WIDTH, Math.round(least)))
  }

  /**
   * Reads the lists and shows them, and the regions in the figure.
   *
   * @param {Manifest} manifest
   * @param {AbortSignal} signal
   */
  async load(manifest, signal) {
    const { report, browser, roi } = this.#viewer
    this.motifs = await readMotifs(manifest.hits?.logos, signal)
    await readTables(manifest, this.#tables, report, signal)
    if (signal.aborted) return
    this.#fill(manifest)
    await browser.loadROI({ ...roi, featureSource: featureSource(this.#tables.regions) })
  }

  /** @param {Manifest} manifest */
  #fill({ hits }) {
    const { state } = this.#viewer
    const { model, motif, locus } = state()
    const { text } = this.#tables.hits
    offer(this.#model, 'All models', text?.model, model)
    offer(this.#motif, 'All motifs', text?.name, motif)
    this.#kind.value = hits?.models?.some((each) => each.hits) ? 'hits' : 'regions'
    this.list.set({ kind: this.#kindNow(), ...this.#chosen() })
    this.list.touch(parseLocus(locus))
  }
}

/**
 * Offers names to filter by.
 *
 * @param {HTMLSelectElement} control
 * @param {string} all
 * @param {string[]} names
 * @param {string} wanted
 */
function offer(control, all, names = [], wanted = '') {
  const sorted = sortNames(names).map(
    /** @returns {import('./controls.js').Choice} */ (name) => [name, name],
  )
  control.replaceChildren(...choices([['', all], ...sorted]))
  control.value = names.includes(wanted) ? wanted : ''
}
