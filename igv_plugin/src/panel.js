import { agreement, MEANING } from './agreement.js'
import { h } from './dom.js'
import { around, readLines, sortNames, Table } from './hits.js'
import { makeNavigator, number } from './navigator.js'
import { clickCards, hitCard, openPopup, short, signed } from './popup.js'
import { formatLocus, parseLocus, readState, writeState } from './state.js'

const WIDTH = 140, LONGEST = 20_000 // bases: shown around a hit, with letters that are easy to read; on which models are compared at most

/** Builds the tool in `root` around the browser of `core` (made by index.js): toolbar, navigator, legend, messages. */
export function makePanel(root, core) {
  const { browser, manifest, relevance, colors, element } = core, gone = new AbortController(), { signal } = gone
  const pair = [...new Map(relevance.map((r) => [r.model, r])).values()].slice(0, 2), two = pair.length > 1
  const tables = { hits: new Table(), regions: new Table() }, said = new Set()
  let motifs = {}, pointer = { x: 0, y: 0 }, timer
  const here = () => parseLocus(core.state().locus)
  // ---- messages
  const banner = h('div', { class: 'gt-problems', role: 'alert' }), live = h('p', { class: 'gt-hidden', role: 'status' })
  function report({ title, cure = '' }) {
    if (said.has(title)) return
    said.add(title)
    const close = h('button', { type: 'button', class: 'gt-close', 'aria-label': 'Dismiss', onclick: () => { close.parentNode.remove(); said.delete(title) } }, '×')
    banner.append(h('p', {}, h('span', {}, h('strong', {}, title), ' ', cure), close))
  }
  // ---- places
  const lengthOf = (chrom) => browser.genome.getChromosome(chrom)?.bpLength
  const show = (chrom, start, end, width = 1) => {
    const view = around(start, end, width, lengthOf(chrom))
    return core.goto(chrom, view.start, view.end).then(() => true, (error) => report(error.title ? error : { title: `${chrom} cannot be shown.`, cure: error.message }))
  }
  const zoom = (factor, view = here(), middle = view && (view.start + view.end) / 2) =>
    view && show(view.chrom, middle, middle, Math.max(20, Math.round((view.end - view.start) * factor)))
  /** Goes to a locus or a chromosome, or else filters the list by the words: nothing is looked up outside this page. */
  async function seek(text) {
    const spot = parseLocus(text), word = text.trim()
    if (spot && lengthOf(spot.chrom)) return show(spot.chrom, spot.start, spot.end, spot.end - spot.start > 1 ? 1 : WIDTH)
    if (lengthOf(word)) return show(word, 0, lengthOf(word))
    nav.set({ text: search.value = word })
    if (await nav.go(0) === false) report({ title: `Nothing here is called “${word}”.`, cure: 'Write chromosome:start-end, a chromosome, a motif or a region.' })
  }
  // ---- controls
  const button = (label, title, onclick) => h('button', { type: 'button', title, 'aria-label': label.length < 2 && title, onclick }, label)
  const group = (label, ...items) => h('div', { role: 'group', 'aria-label': label }, items)
  const choices = (list) => list.map(([value, text]) => h('option', { value }, text))
  const select = (label, list, onchange) => h('select', { 'aria-label': label, onchange }, choices(list))
  const field = (label, more) => h('input', { placeholder: label, 'aria-label': label, spellcheck: 'false', autocomplete: 'off', ...more })
  const locus = field('Place, motif or region', { size: 24 }), search = field('Filter by motif, region, chromosome', { type: 'search', oninput: () => nav.set({ text: search.value }) })
  const setScale = () => core.setScale(scale.value === 'fixed' ? Math.abs(Number(limit.value)) || 1 : scale.value)
  const scale = select('Scale', [['auto', 'shared, automatic'], ['p99', '99th percentile of each'], ['fixed', 'fixed']], setScale)
  const limit = h('input', { type: 'number', min: 0, step: 'any', 'aria-label': 'Limit of the scale in logit', onchange: setScale })
  const slider = h('input', { type: 'range', min: 0, max: 1, step: 0.01, oninput: () => core.setThreshold(Number(slider.value)) }), amount = h('output')
  const reverse = button('Reverse strand', 'Letters of the reverse strand', () => core.setReverse(!core.state().reverse))
  const difference = button('Difference', 'First model minus second', () => core.setDifference(!core.state().difference))
  const theme = button('Dark', 'Dark or light', () => paint(element.dataset.theme === 'dark' ? 'light' : 'dark'))
  const paint = (mode) => { element.dataset.theme = mode; theme.setAttribute('aria-pressed', mode === 'dark') }
  const cosine = h('output', { tabindex: 0, 'aria-label': 'Agreement of the models', 'aria-description': MEANING }, '…'), basis = h('span'), scaleText = h('span')
  const kind = select('What to list', [['hits', 'Hits'], ['regions', 'Regions']], () => { nav.set({ kind: kind.value }); detail.replaceChildren() })
  const model = select('Model', [], () => refilter({ model: model.value })), motif = select('Motif', [], () => refilter({ motif: motif.value }))
  const count = h('p', { class: 'gt-count', role: 'status' }, 'Reading the hits…'), detail = h('div', { class: 'gt-detail', tabindex: 0, role: 'region', 'aria-label': 'Current hit' })
  const file = (type) => `gtrack_${core.state().locus.replace(/[^\w.-]+/g, '_')}.${type}`
  const copy = () => (navigator.clipboard?.writeText(location.href) ?? Promise.reject(new Error())).then(() => { live.textContent = 'Link copied' },
    () => report({ title: 'The link could not be copied.', cure: `It is ${location.href}` }))
  // ---- the list
  const nav = makeNavigator(tables, {
    limits: () => Object.fromEntries(relevance.map((r) => [r.model, core.state().threshold * r.p99])),
    counted({ shown, all, hidden, kind: what }) {
      model.disabled = motif.disabled = what !== 'hits'
      count.textContent = `${number(shown)} of ${number(all)} ${what}${hidden ? `, ${number(hidden)} hidden by the threshold` : ''}`
    },
    async chosen({ row, kind: what, at, of, quiet }) {
      const view = here(), size = row.chromEnd - row.chromStart, width = view ? view.end - view.start : 0, isHit = what === 'hits'
      live.textContent = `${isHit ? 'Hit' : 'Region'} ${number(at + 1)} of ${number(of)}: ${row.name}, ${formatLocus({ chrom: row.chrom, start: row.chromStart, end: row.chromEnd })}`
        + (isHit ? `, ${row.strand} strand, relevance ${signed(row.relSum)}, q ${short(row.qValue)}, ${row.model}` : '')
      detail.replaceChildren(...isHit ? [hitCard(row, motifs[row.motifId], colors)] : [])
      if (quiet) return true
      core.emit('hit', { ...row, kind: what })
      return show(row.chrom, row.chromStart, row.chromEnd, !isHit ? Math.round(size * 1.1) : width > size + 20 && width <= 2000 ? width : WIDTH)
    },
  })
  function refilter(change) {
    nav.set(change)
    const { motif, model } = nav.state
    history.replaceState(history.state, '', location.pathname + location.search + writeState({ ...readState(location.hash), motif, model }))
  }
  function fromHash() {
    const asked = readState(location.hash)
    for (const [control, value] of [[model, asked.model], [motif, asked.motif]]) {
      control.value = value ?? ''
      control.selectedIndex = Math.max(0, control.selectedIndex) // the list may have no such name
    }
    nav.set({ model: model.value, motif: motif.value })
  }
  async function load() {
    const { hits, regions } = manifest ?? {}, cure = 'Copy the file again, or write it anew with gtrack hits.'
    const read = (url, table, name) => readLines(url, table.reader(name), signal).catch((e) => signal.aborted || report({ title: `${url} cannot be read to its end: ${e.message}.`, cure }))
    const answer = hits?.logos && await fetch(hits.logos, { signal }).catch(() => null)
    motifs = answer?.ok ? await answer.json().catch(() => ({})) : {}
    for (const { bed, model: name } of hits?.models ?? []) await read(bed, tables.hits, name)
    if (regions?.url) await read(regions.url, tables.regions)
    for (const table of Object.values(tables)) await table.finish()
    if (signal.aborted) return
    for (const [control, all, names] of [[model, 'All models', tables.hits.text.model], [motif, 'All motifs', tables.hits.text.name]]) {
      control.replaceChildren(...choices([['', all], ...sortNames(names).map((name) => [name, name])]))
    }
    if (!hits) nav.state.kind = kind.value = 'regions'
    fromHash()
    const view = here()
    if (view) nav.near(view.chrom, (view.start + view.end) / 2, (view.end - view.start) / 2)
  }
  // ---- what follows the view
  async function compare() {
    const view = here(), near = view && view.end - view.start <= LONGEST
    const values = two && near && await Promise.all(pair.map((r) => core.values(r.model, view.chrom, view.start, view.end))).catch(() => null)
    if (view && core.state().locus !== formatLocus(view)) return // meanwhile the view has moved
    const { cosine: x, bases } = values ? agreement(...values) : { cosine: null, bases: 0 }
    cosine.value = x === null ? 'n/a' : x.toFixed(2).replace('-', '−')
    basis.textContent = near ? ` Here: ${number(bases)} bases.` : ` Zoom in to ${number(LONGEST)} bases or fewer to see it.`
  }
  function sync() {
    const state = core.state(), fixed = typeof state.scale === 'number'
    if (root.getRootNode().activeElement !== locus) locus.value = state.locus
    scale.value = fixed ? 'fixed' : state.scale
    if (!(limit.hidden = !fixed)) limit.value = state.scale
    slider.value = state.threshold
    amount.value = state.threshold.toFixed(2)
    for (const [key, toggle] of Object.entries({ reverse, difference })) toggle.setAttribute('aria-pressed', state[key])
    scaleText.textContent = `Scale: ${fixed ? `±${short(state.scale)} for all models` : state.scale === 'auto' ? 'one for all models, from what is shown'
      : `the 99th percentile of each model (${relevance.map((r) => `${r.name} ±${short(r.p99)}`).join(', ')})`}`
    clearTimeout(timer)
    timer = setTimeout(compare, 200)
  }
  function clicked(track, values, _, features) {
    const cards = clickCards(track, values, features, motifs, colors)
    if (cards.length) openPopup(element, cards, pointer)
    return false // or igv.js would show its list, as HTML
  }
  const offs = [...['locus', 'scale', 'reverse', 'difference', 'ready'].map((name) => core.on(name, sync)), core.on('threshold', () => { sync(); nav.set() }), core.on('error', report)]
  browser.on('trackclick', clicked)
  const listen = (target, name, f, capture) => target.addEventListener(name, f, { signal, capture })
  listen(core.igvElement, 'pointerup', ({ clientX: x, clientY: y }) => { pointer = { x, y } }, true)
  listen(window, 'hashchange', fromHash)
  listen(document, 'keydown', (event) => {
    const typing = event.composedPath()[0].closest?.('input, select, textarea')
    if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey) ({ n: nav.next, p: nav.prev })[event.key]?.()
  })
  listen(element, 'keyup', (event) => { if (event.target.matches('input, select')) event.stopPropagation() }) // igv.js would take f and b
  const system = matchMedia('(prefers-color-scheme: dark)'), follow = () => paint(system.matches ? 'dark' : 'light')
  listen(system, 'change', follow)
  // ---- the page
  const swatch = (color) => h('i', { class: 'gt-swatch gt-ink', style: `background:${color}` })
  const parts = [
    h('header', { class: 'gt-bar gt-top' }, h('span', {}, h('strong', {}, 'gtrack'), ' ', [...new Set(relevance.map((r) => r.model))].join(' · ')),
      group('Go to', manifest && [button('‹', 'Previous hit (key p)', () => nav.prev()), button('›', 'Next hit (key n)', () => nav.next())],
        h('form', { onsubmit: (event) => { event.preventDefault(); seek(locus.value) } }, locus), button('−', 'Zoom out', () => zoom(2)), button('+', 'Zoom in', () => zoom(0.5))),
      two && h('span', { class: 'gt-agree' }, 'Agreement ', cosine, h('span', { class: 'gt-tip', role: 'tooltip' }, MEANING, basis)),
      group('Share', button('PNG', 'Save the picture as PNG', () => browser.savePNGtoFile(file('png'))), button('SVG', 'Save the picture as SVG', () => browser.saveSVGtoFile(file('svg'))),
        button('Copy link', 'Copy a link that reopens this view', copy), theme)),
    banner, h('div', { class: 'gt-bar gt-display', role: 'group', 'aria-label': 'Display' }, h('label', {}, 'Scale ', scale), limit,
      h('label', { title: 'Below this share of the 99th percentile of their model, letters are dimmed and hits (per base) hidden' }, 'Threshold ', slider, amount, ' of p99'), reverse, two && difference),
    manifest && h('aside', { class: 'gt-side', 'aria-label': 'Navigator' }, group('Filters', search, kind, model, motif), count, nav.element, detail),
    h('footer', { class: 'gt-legend', 'aria-label': 'Legend' }, h('span', {}, [...'ACGT'].map((letter) => [swatch(colors[letter]), `${letter} `])),
      h('span', {}, 'Height: relevance (logit); up supports the label, down opposes it'), h('span', {}, 'Bars and hits: ', swatch(colors.positive), 'supports  ', swatch(colors.negative), 'opposes'), h('span', {}, swatch(colors.dim), 'below the threshold'), scaleText),
    live].filter(Boolean)
  const view = here(), width = core.igvElement.clientWidth
  element.classList.add('gtrack')
  core.igvElement.classList.add('gt-figure')
  root.prepend(...parts.slice(0, 3))
  root.append(...parts.slice(3))
  if (core.igvElement.clientWidth !== width) view ? show(view.chrom, view.start, view.end) : browser.layoutChange() // into the room that is left
  core.problems.forEach(report)
  follow()
  sync()
  const ready = load().catch((error) => signal.aborted || report({ title: 'The list could not be made.', cure: error.message }))
  const destroy = () => {
    gone.abort()
    clearTimeout(timer)
    browser.off('trackclick', clicked)
    for (const end of [...offs, nav.destroy, ...parts.map((part) => () => part.remove())]) end()
  }
  return { go: nav.go, next: nav.next, prev: nav.prev, ready, destroy }
}
