import { button, choices, field, group, select } from '../parts/controls.js'
import { h } from '../parts/dom.js'
import { familiesOf } from '../pure/families.js'
import { sortNames, Table } from '../pure/hits.js'
import { parseLocus } from '../pure/state.js'
import { rest } from '../pure/turns.js'
import { number } from '../pure/words.js'
import { Rows } from './rows.js'

/** @typedef {import('../pure/hits.js').Hit} Hit */
/** @typedef {import('../data/manifest.js').Manifest} Manifest */
/** @typedef {import('./listing.js').Kind} Kind */
/** @typedef {ReturnType<typeof import('./lists.js').makeLists>} Lists */
/** @typedef {import('../page/panel.js').Viewer} Viewer */

/** A view of so many bases is kept when one goes to the next hit. */
const WIDEST = 2000
/** Begins the value of a choice that is a whole family: no name in a table holds one. */
const FAMILY = '\t'

/** The pane beside the figure: the list of hits and regions, its filters and its current row. */
export class Side {
  /** @type {import('../parts/popup.js').Motifs} */
  motifs = {}
  /** @type {ReturnType<typeof import('../page/marks.js').makeMarks> | null} */
  marks = null
  #tables = { hits: new Table(), regions: new Table() }
  #search = field('Filter by motif, region, chromosome', {
    type: 'search',
    oninput: () => this.list.set({ text: this.#search.value }),
  })
  #kind = select(
    'What to list',
    [
      ['sites', 'Sites'],
      ['hits', 'Hits'],
      ['regions', 'Regions'],
    ],
    () => {
      this.list.set({ kind: this.#kindNow() })
      this.#viewer.setFilter(this.#chosen()) // those who tell what is listed hear of it
      this.#row = null
      this.#detail.replaceChildren()
      this.marks?.current(null)
      this.list.touch(parseLocus(this.#viewer.state().locus))
    },
  )
  #model = select('Model', [], () => this.#viewer.setFilter(this.#chosen()))
  #motif = select('Motif', [], () => this.#viewer.setFilter(this.#chosen()))
  #count = h('p', { class: 'gt-count', role: 'status' }, 'Reading the hits…')
  #why = h('p', { class: 'gt-empty', role: 'status', hidden: true })
  #detail = h('div', {
    class: 'gt-detail',
    tabindex: 0,
    role: 'region',
    'aria-live': 'polite',
    'aria-label': 'Current row',
  })
  /** @type {{row: Hit, kind: Kind} | null} the current one */
  #row = null
  /** The bases that were shown for the last region. */
  #fitted = 0
  list = new Rows()
  /** @type {Lists | null} once they are read */
  #lists = null
  #viewer

  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.#viewer = viewer
    const filters = group('Filters', this.#search, this.#kind, this.#model, this.#motif)
    const parts = [filters, this.#count, this.#why, this.list.element, this.#detail]
    this.element = h('aside', { class: 'gt-side', 'aria-label': 'Navigator' }, parts)
  }

  /** @returns {import('./listing.js').Ears} */
  #ears() {
    return {
      limits: () => this.#limits(),
      counted: (counts) => this.#counted(counts),
      waiting: () => (this.#count.textContent = 'Sorting…'),
      chosen: (row, kind, quiet) => this.#show(row, kind, quiet),
      coming: (row) => this.#viewer.expect(...this.#placeOf(row, this.#kindNow())),
      pointed: (row) => this.marks?.hovered(row),
    }
  }

  /** @returns {Kind} */
  #kindNow() {
    const { value } = this.#kind
    return value === 'regions' || value === 'hits' ? value : 'sites'
  }

  #chosen() {
    const { value } = this.#motif
    this.#motif.title = this.#motif.selectedOptions[0]?.text ?? '' // it may not fit
    const family = value.startsWith(FAMILY) ? value.slice(FAMILY.length) : ''
    return { model: this.#model.value, motif: family ? '' : value, family }
  }

  /** What alone is listed was said. @param {Partial<import('./listing.js').Only>} filter */
  filtered = ({ model = '', motif = '', family = '' }) => {
    this.#model.value = model
    this.#motif.value = family ? FAMILY + family : motif
    this.list.set({ model, motif, family })
  }

  #limits() {
    const { relevance, state } = this.#viewer
    const { threshold } = state()
    return Object.fromEntries(relevance.map((r) => [r.model, threshold * (r.p99 ?? 0)]))
  }

  get regions() {
    return this.#tables.regions
  }

  get hits() {
    return this.#tables.hits
  }

  /** @param {import('./listing.js').Counts} counts */
  #counted(counts) {
    const { shown, all, hidden, kind, rows } = counts
    const noun = kind === 'regions' ? kind : 'hits'
    this.#model.disabled = this.#motif.disabled = kind === 'regions'
    const sites = kind === 'sites' ? ` at ${number(rows)} sites` : ''
    const more = hidden ? `, ${number(hidden)} hidden by the threshold` : ''
    this.#count.textContent = `${number(shown)} of ${number(all)} ${noun}${sites}${more}`
    const only = { text: this.#search.value, ...this.#chosen() }
    const { manifest } = this.#viewer
    const some = this.#tables.hits.count > 0
    this.#explain(this.#lists?.whyEmpty(counts, only, manifest?.hits, some))
  }

  /** @param {import('../pure/emptiness.js').Why | null} [why] */
  #explain(why) {
    const filter = () => this.#clear()
    const threshold = () => this.#viewer.setThreshold(0)
    const cures = {
      filter: button('Clear the filter', 'List all again', filter),
      threshold: button('Set the threshold to 0', 'Show all hits again', threshold),
    }
    this.#why.replaceChildren(why?.text ?? '', ...(why?.cure ? [' ', cures[why.cure]] : []))
    this.#why.hidden = !why
  }

  #clear() {
    this.#search.value = this.#model.value = this.#motif.value = ''
    this.#search.focus() // the button goes
    this.list.set({ text: '' })
    this.#viewer.setFilter(this.#chosen())
  }

  /** Lists a motif or a family, and all of it. @param {{motif?: string, family?: string}} wanted */
  async only({ motif = '', family = '' }) {
    this.#search.value = this.#model.value = ''
    this.#motif.value = family ? FAMILY + family : motif
    if (this.#kind.value === 'regions') this.#kind.value = 'hits'
    await this.list.set({ kind: this.#kindNow(), text: '' })
    return this.#viewer.setFilter(this.#chosen())
  }

  /** What there is to say about the current row. */
  describe() {
    if (!this.#row) return
    const { row, kind } = this.#row
    this.#detail.replaceChildren(...(this.#lists?.cardsOf(row, kind, this.motifs) ?? []))
  }

  /**
   * From now on the current row is marked in the figure.
   *
   * @param {NonNullable<Side['marks']>} marks
   */
  mark(marks) {
    this.marks = marks
    marks.current(this.#row?.row ?? null, this.#row?.kind === 'regions')
  }

  /** What there is to say of the regions over a base. @param {string} chrom @param {number} at */
  regionsAt = (chrom, at) => this.#lists?.regionsAt(chrom, at) ?? []

  /**
   * Shows what there is to say about a row, and its place unless `quiet`.
   *
   * @param {Hit} row
   * @param {Kind} kind
   * @param {boolean} quiet
   */
  async #show(row, kind, quiet) {
    this.#row = { row, kind }
    this.describe()
    this.marks?.current(row, kind === 'regions')
    if (quiet) return true
    this.#viewer.chose({ ...row, kind })
    const place = this.#placeOf(row, kind)
    if (kind === 'regions') this.#fitted = place[3]
    return this.#viewer.goto(...place)
  }

  /**
   * Where a row is, and how many bases are shown around it: as many as before, unless that is too
   * few or too many, or what a whole region needed and a hit does not.
   *
   * @param {Hit} row
   * @param {Kind} kind
   * @returns {[chrom: string, start: number, end: number, width: number]}
   */
  #placeOf({ chrom, chromStart: start, chromEnd: end }, kind) {
    const view = parseLocus(this.#viewer.state().locus)
    const width = view ? view.end - view.start : 0
    const least = (end - start) * 1.1
    const isOurs = kind !== 'regions' && width === this.#fitted
    const keeps = width >= least && width <= WIDEST && !isOurs
    const shown = keeps ? width : Math.max(this.#viewer.span(), Math.round(least))
    return [chrom, start, end, shown]
  }

  /**
   * Reads the lists and shows them, and the regions in the figure.
   *
   * @param {Manifest} manifest
   * @param {AbortSignal} signal
   */
  async load(manifest, signal) {
    const { again, browser, roi, state } = this.#viewer
    const lists = await again(() => import('./lists.js'), signal)
    const { featureSource, makeLists, Navigator, readMotifs, readTables } = lists
    this.motifs = await readMotifs(manifest.hits?.logos, again, signal)
    await readTables(manifest, this.#tables, this.#viewer, signal)
    if (signal.aborted) return
    const progress = (/** @type {number} */ share) => {
      this.#count.textContent = `Reading the relevance of all regions: ${Math.floor(100 * share)} %`
    }
    const changed = (/** @type {boolean} */ anew) => {
      if (this.#kindNow() === 'regions') (anew ? this.list.set : this.list.draw)()
    }
    const told = { changed, progress, signal }
    this.#lists = makeLists(this.#tables, this.#viewer, manifest, told)
    this.list.use(new Navigator(this.#lists.lists, this.#ears()))
    await rest()
    if (signal.aborted) return
    this.#fill(manifest)
    await rest()
    if (signal.aborted) return
    this.list.touch(parseLocus(state().locus))
    await browser.loadROI({ ...roi, featureSource: featureSource(this.#tables.regions) })
  }

  /** @param {Manifest} manifest */
  #fill({ hits }) {
    const { state } = this.#viewer
    const { model, motif, family } = state()
    const { hits: table } = this.#tables
    const models = sortNames(table.text?.model ?? []).map(plain)
    offer(this.#model, choices([['', 'All models'], ...models]), model)
    const motifs = familiesOf(table).flatMap(([name, names]) => familyOptions(name, names))
    const wanted = family ? FAMILY + family : motif
    offer(this.#motif, [...choices([['', 'All motifs']]), ...motifs], wanted)
    this.#kind.value = hits?.models?.some((each) => each.hits) ? 'sites' : 'regions'
    this.list.set({ kind: this.#kindNow(), text: this.#search.value, ...this.#chosen() })
  }
}

/**
 * @param {string} name
 * @returns {import('../parts/controls.js').Choice}
 */
const plain = (name) => [name, name]

/**
 * The choices of a family: its motif alone, or all of it and each of its motifs.
 *
 * @param {string} family
 * @param {string[]} motifs
 */
function familyOptions(family, motifs) {
  if (motifs.length === 1 && motifs[0] === family) return choices([plain(family)])
  /** @type {import('../parts/controls.js').Choice} */
  const whole = [FAMILY + family, `${family}: all ${motifs.length} motifs`]
  const offered = choices([...(motifs.length > 1 ? [whole] : []), ...motifs.map(plain)])
  return [h('optgroup', { label: family }, offered)]
}

/**
 * Offers what to filter by.
 *
 * @param {HTMLSelectElement} control
 * @param {HTMLElement[]} offered
 * @param {string} [wanted]
 */
function offer(control, offered, wanted = '') {
  control.replaceChildren(...offered)
  control.value = wanted
  if (control.selectedIndex < 0) control.value = ''
}
