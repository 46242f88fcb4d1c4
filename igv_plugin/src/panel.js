import { agreement, MEANING } from './agreement.js'
import { closer, h, number, short } from './dom.js'
import { readLines, sortNames, Table } from './hits.js'
import { COPY, problem } from './manifest.js'
import { makeNavigator } from './navigator.js'
import { card, clickCards, hitCard, openPopup, placeOf } from './popup.js'
import { formatLocus, parseLocus } from './state.js'

const WIDTH = 140, LONGEST = 20_000 // bases: shown around a hit, with letters that are easy to read; on which models are compared at most
const DIMS = 'Dims letters, hides hits (per base) below this share of their 99th percentile'
const UNKNOWN = 'The 99th percentile is not known here: open the scan itself'

/** Builds the tool around the browser of `app` (made by index.js): toolbar, navigator, legend, messages. */
export function makePanel(app) {
  const { browser, manifest, relevance, colors, element, igvElement } = app, gone = new AbortController(), { signal } = gone
  const models = relevance.map((r) => r.model), two = models.length > 1, known = relevance.some((r) => r.p99)
  const units = [...new Set(relevance.map((r) => r.unit))].join(', '), tables = { hits: new Table(), regions: new Table() }
  let motifs = {}, pointer = { x: 0, y: 0 }, timer
  const here = () => parseLocus(app.state().locus)

  // ---- messages
  const banner = h('div', { class: 'gt-problems', role: 'alert' })
  function report({ title, cure }) {
    if ([...banner.children].some((line) => line.title === title)) return
    const line = h('p', { class: 'gt-bar', title }, h('span', {}, h('strong', {}, title), ' ', cure), closer(() => line.remove()))
    banner.append(line)
  }

  // ---- controls
  const button = (label, title, onclick) => h('button', { type: 'button', title, 'aria-label': label.length < 2 && title, onclick }, label)
  const group = (label, ...items) => h('div', { role: 'group', 'aria-label': label }, items)
  const choices = (list) => list.map(([value, text, more]) => h('option', { value, ...more }, text))
  const select = (label, list, onchange) => h('select', { 'aria-label': label, onchange }, choices(list))
  const field = (label, more) => h('input', { placeholder: label, 'aria-label': label, spellcheck: 'false', autocomplete: 'off', ...more })
  const locus = field('Place or chromosome', { size: 24 })
  const search = field('Filter by motif, region, chromosome', { type: 'search', oninput: () => nav.set({ text: search.value }) })
  const setScale = () => app.setScale(scale.value === 'fixed' ? Math.abs(Number(limit.value)) || 1 : scale.value)
  const percentile = ['p99', '99th percentile of each', { disabled: !known, title: known ? null : UNKNOWN }]
  const scale = select('Scale', [['auto', 'shared, automatic'], percentile, ['fixed', 'fixed']], setScale)
  const limit = h('input', { type: 'number', min: 0, step: 'any', 'aria-label': 'Limit of the scale', onchange: setScale })
  const setThreshold = () => app.setThreshold(Number(slider.value))
  const slider = h('input', { type: 'range', min: 0, max: 1, step: 0.01, disabled: !known, title: known ? DIMS : UNKNOWN, oninput: setThreshold })
  const amount = h('output')
  const reverse = button('Reverse strand', 'Letters of the reverse strand', () => app.setReverse(!app.state().reverse))
  const difference = button('Difference', 'First minus second', () => app.setDifference(!app.state().difference))
  const theme = button('Dark', 'Dark or light', () => paint(element.dataset.theme !== 'dark'))
  const paint = (dark) => { element.dataset.theme = dark ? 'dark' : 'light'; theme.ariaPressed = dark }
  const explain = () => openPopup(element, [card('Agreement', [], h('p', {}, cosine.title))], cosine.getBoundingClientRect())
  const cosine = button('Agreement …', MEANING, explain)
  const scaleText = h('span')
  const kind = select('What to list', [['hits', 'Hits'], ['regions', 'Regions']], () => { nav.set({ kind: kind.value }); detail.replaceChildren() })
  const chosen = () => ({ model: model.value, motif: motif.value }), refilter = () => { nav.set(chosen()); app.setFilter(chosen()) }
  const model = select('Model', [], refilter), motif = select('Motif', [], refilter)
  const count = h('p', { class: 'gt-count', role: 'status' }, 'Reading the hits…')
  const detail = h('div', { class: 'gt-detail', tabindex: 0, role: 'region', 'aria-live': 'polite', 'aria-label': 'Current row' })
  const file = (type) => `gtrack_${app.state().locus.replace(/[^\w.-]+/g, '_')}.${type}`
  const seek = (event) => {
    event.preventDefault()
    const text = locus.value.trim(), end = browser.genome.getChromosome(text)?.bpLength, spot = end ? { chrom: text, start: 0, end } : parseLocus(text) ?? {}
    if (spot.end) app.goto(spot.chrom, spot.start, spot.end, spot.end - spot.start > 1 ? 1 : WIDTH)
    else report(problem(`“${text}” is no place.`, 'Write chromosome:start-end or a chromosome.'))
  }

  // ---- the list
  const nav = makeNavigator(tables, {
    limits: () => Object.fromEntries(relevance.map((r) => [r.model, app.state().threshold * r.p99])),
    counted({ shown, all, hidden, kind: what }) {
      model.disabled = motif.disabled = what !== 'hits'
      count.textContent = `${number(shown)} of ${number(all)} ${what}${hidden ? `, ${number(hidden)} hidden by the threshold` : ''}`
    },
    async chosen({ row, kind: what, quiet }) {
      const { chrom, chromStart: start, chromEnd: end } = row
      detail.replaceChildren(what === 'hits' ? hitCard(row, motifs[row.motifId], colors, app.of(row.model)?.unit) : card(row.name, [['Place', placeOf(row)]]))
      if (quiet) return true
      app.emit('hit', { ...row, kind: what })
      const view = here(), width = view ? view.end - view.start : 0, least = (end - start) * 1.1
      return app.goto(chrom, start, end, width >= least && width <= 2000 ? width : Math.max(WIDTH, Math.round(least)))
    },
  })
  async function load() {
    const { hits, regions } = manifest
    const read = (url, table, name) => readLines(url, table.reader(name), signal).catch((error) =>
      signal.aborted || report(problem(`${url} cannot be read to its end: ${error.message}.`, COPY)))
    if (hits?.logos) motifs = await fetch(hits.logos, { signal }).then((answer) => answer.json()).catch(() => ({}))
    for (const { bed, model: name } of hits?.models ?? []) await read(bed, tables.hits, name)
    await read(regions.url, tables.regions)
    for (const table of Object.values(tables)) await table.finish()
    if (signal.aborted) return
    const { text } = tables.hits, { filter } = app
    for (const [control, all, names, wanted] of [[model, 'All models', text.model, filter.model], [motif, 'All motifs', text.name, filter.motif]]) {
      control.replaceChildren(...choices([['', all], ...sortNames(names).map((name) => [name, name])]))
      control.value = names.includes(wanted) ? wanted : ''
    }
    kind.value = hits?.models.some((each) => each.hits) ? 'hits' : 'regions'
    nav.set({ kind: kind.value, ...chosen() })
    const { chrom, start, end } = here() ?? {}
    nav.touch(chrom, start, end)
    const { data } = tables.regions, order = tables.regions.sorted('position')
    const getFeatures = ({ chr, start, end }) => /["\\]/.test(chr) ? [] : Array.from(order.filter(tables.regions.overlaps(chr, start, end)),
      (i) => ({ chr, start: data.chromStart[i], end: data.chromEnd[i] })) // without names, which igv.js would take for HTML
    await browser.loadROI({ ...app.roi, featureSource: { getFeatures } })
  }

  // ---- what follows the view
  async function compare() {
    const view = here(), near = view && view.end - view.start <= LONGEST
    const values = two && near && await Promise.all(models.slice(0, 2).map((name) => app.values(name, view.chrom, view.start, view.end))).catch(() => null)
    if (view && app.state().locus !== formatLocus(view)) return // meanwhile the view has moved
    const { cosine: x, bases } = values ? agreement(...values) : { cosine: null, bases: 0 }
    cosine.textContent = `Agreement ${x === null ? 'n/a' : x.toFixed(2).replace('-', '−')}`
    cosine.title = MEANING + (near ? ` Here: ${number(bases)} bases.` : ` Zoom in to ${number(LONGEST)} bases to see it.`)
  }
  function sync() {
    const state = app.state(), fixed = typeof state.scale === 'number'
    if (element.getRootNode().activeElement !== locus) locus.value = state.locus
    scale.value = fixed ? 'fixed' : state.scale
    if (!(limit.hidden = !fixed)) limit.value = state.scale
    slider.value = state.threshold
    amount.value = state.threshold.toFixed(2)
    reverse.ariaPressed = state.reverse
    difference.ariaPressed = state.difference
    const said = fixed ? `±${short(state.scale)} for all` : state.scale === 'auto' ? 'one for all, from what is shown' : 'the 99th percentile of each'
    scaleText.textContent = `Scale: ${said}`
    clearTimeout(timer)
    timer = setTimeout(compare, 200)
  }
  function clicked(track, values, _, features) {
    const cards = clickCards(track, values, features, motifs, colors)
    if (cards.length) openPopup(element, cards, pointer)
    return false // or igv.js would show its list, as HTML
  }
  const offs = ['locus', 'scale', 'reverse', 'difference', 'threshold'].map((name) => app.on(name, sync))
  offs.push(app.on('threshold', () => nav.set()), app.on('error', report))
  browser.on('trackclick', clicked)
  const listen = (target, name, f, capture) => target.addEventListener(name, f, { signal, capture })
  listen(igvElement, 'pointerup', (event) => { pointer = event }, true)
  listen(document, 'keydown', (event) => {
    const typing = event.composedPath()[0].closest?.('input, select, textarea')
    if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey) ({ n: nav.next, p: nav.prev })[event.key]?.()
  })
  listen(element, 'keyup', (event) => { if (event.target.matches('input, select')) event.stopPropagation() }) // igv.js would take f and b
  const system = matchMedia('(prefers-color-scheme: dark)'), follow = () => paint(system.matches)
  listen(system, 'change', follow)

  // ---- the page
  const swatch = (color) => h('i', { class: 'gt-swatch gt-ink', style: `background:${color}` })
  const above = [
    h('header', { class: 'gt-bar gt-top' }, h('span', {}, h('strong', {}, 'gtrack'), ' ', models.join(' · ')),
      group('Go to', manifest && [button('‹', 'Previous hit (key p)', nav.prev), button('›', 'Next hit (key n)', nav.next)],
        h('form', { onsubmit: seek }, locus),
        [['−', 'Zoom out', 2], ['+', 'Zoom in', 0.5]].map(([sign, title, by]) => button(sign, title, () => browser.zoomWithScaleFactor(by)))),
      group('Page', two && cosine, ['PNG', 'SVG'].map((t) => button(t, `Save as ${t}`, () => browser[`save${t}toFile`](file(t.toLowerCase())))), theme)),
    banner,
    h('div', { class: 'gt-bar gt-display', role: 'group', 'aria-label': 'Display' }, h('label', {}, 'Scale ', scale), limit,
      h('label', {}, 'Threshold ', slider, amount, ' of p99'), reverse, two && difference)]
  const below = [
    manifest && h('aside', { class: 'gt-side', 'aria-label': 'Navigator' }, group('Filters', search, kind, model, motif), count, nav.element, detail),
    h('footer', { class: 'gt-legend', 'aria-label': 'Legend' }, h('span', {}, [...'ACGT'].map((letter) => [swatch(colors[letter]), `${letter}\u2002`])),
      h('span', {}, `Height: relevance (${units}); up supports the ${units === 'value' ? units : 'label'}, down opposes it`),
      h('span', {}, 'Bars and hits: ', swatch(colors.positive), 'supports\u2002', swatch(colors.negative), 'opposes'),
      h('span', {}, swatch(colors.dim), 'below the threshold'), scaleText)].filter(Boolean)
  const view = here(), width = igvElement.clientWidth
  element.classList.add('gtrack')
  igvElement.classList.add('gt-figure')
  igvElement.before(...above)
  igvElement.after(...below)
  if (igvElement.clientWidth !== width) view ? app.goto(view.chrom, view.start, view.end) : browser.layoutChange() // into the room that is left
  app.problems.forEach(report)
  follow()
  sync()
  const ready = manifest ? load().catch((error) => signal.aborted || report(problem('The list could not be made.', error.message))) : Promise.resolve()
  const destroy = () => {
    gone.abort()
    clearTimeout(timer)
    browser.off('trackclick', clicked)
    for (const end of [...offs, nav.destroy, ...[...above, ...below].map((part) => () => part.remove())]) end()
  }
  return { go: nav.go, next: nav.next, prev: nav.prev, ready, destroy }
}
