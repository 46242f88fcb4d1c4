import { h } from './dom.js'
import { short, signed } from './popup.js'

const ROW = 26, SPARE = 6 // pixels (as in style.css); rows drawn above and below what is seen
export const number = (n) => n.toLocaleString('en')
const place = (r) => `${r.chrom}:${number(r.chromStart + 1)}`
const KINDS = { // per column its title, what sorts by it, and the text of a row
  hits: [['Motif', null, (r) => `${r.name} ${r.strand.replace('-', '−')}`], ['Place', 'position', place], ['Relevance', 'relevance', (r) => signed(r.relSum)],
    ['q', 'q', (r) => short(r.qValue)], ['Model', null, (r) => r.model]],
  regions: [['Region', null, (r) => r.name], ['Place', 'position', place], ['Length', null, (r) => `${number(r.chromEnd - r.chromStart)} bp`]],
}
const WHY = { position: 'Sort by position', relevance: 'Sum over the hit in logit; sort by its size', q: 'False discovery rate; sort by it' }
let grids = 0

// The list of `tables` = {hits, regions}, which draws only the rows in sight. limits(): the least |relevance| per base of each model;
// chosen({row, kind, at, of, quiet}) hears of the current row, counted({shown, all, hidden, kind}) of the numbers.
export function makeNavigator(tables, { limits, chosen, counted }) {
  const id = `gt-grid-${++grids}`, pool = [], state = { kind: 'hits', by: 'position', text: '', model: '', motif: '' }
  let rows = new Uint32Array(), current = -1, order = null, frame = 0 // current: a row of the table
  const head = h('div', { role: 'row', class: 'gt-row gt-head', 'aria-rowindex': 1 }), space = h('div', { class: 'gt-space', role: 'rowgroup' })
  const grid = h('div', { class: 'gt-grid', role: 'grid', tabindex: 0, 'aria-readonly': 'true', onkeydown: key, onscroll: draw }, head, space)
  const makeRow = () => h('div', { role: 'row', class: 'gt-row', id: `${id}-${pool.length}`, onclick: (event) => go(Number(event.currentTarget.dataset.at)) }, KINDS.hits.map(() => h('div', { role: 'gridcell' })))
  /** Draws what is in sight; row `at` of the list is always in the same element of the pool. */
  function draw() {
    frame ||= requestAnimationFrame(() => {
      frame = 0
      const size = Math.min(Math.ceil(grid.clientHeight / ROW) + 2 * SPARE, rows.length)
      while (pool.length < size) pool.push(space.appendChild(makeRow()))
      while (pool.length > size) pool.pop().remove()
      grid.removeAttribute('aria-activedescendant')
      const from = Math.min(Math.max(0, Math.floor(grid.scrollTop / ROW) - SPARE), rows.length - size)
      for (let at = from; at < from + size; at++) paint(pool[at % size], at)
    })
  }
  function paint(element, at) {
    const mark = `${state.kind} ${rows[at]}`, active = rows[at] === current
    if (element.dataset.row !== mark) {
      const row = tables[state.kind].row(rows[at])
      Object.assign(element.dataset, { row: mark, sign: Math.sign(row.relSum) })
      KINDS[state.kind].forEach(([, , text], i) => { element.children[i].textContent = text(row) })
    }
    element.dataset.at = at
    element.style.transform = `translateY(${at * ROW}px)`
    for (const [name, value] of [['aria-rowindex', at + 2], ['aria-selected', active]]) element.setAttribute(name, value)
    if (active) grid.setAttribute('aria-activedescendant', element.id)
  }
  /** Filters and sorts anew; the current row stays current. */
  function set(change = {}) {
    if (change.kind && change.kind !== state.kind) current = -1
    if (change.kind || change.by) order = null
    const { kind, by } = Object.assign(state, change), table = tables[kind]
    if (!table.text) return // still being read
    const found = table.filter(order ??= table.sorted(by), kind === 'hits' ? { ...state, limits: limits() } : { text: state.text })
    rows = found.rows
    space.style.height = `${rows.length * ROW}px`
    grid.dataset.kind = kind
    for (const [name, value] of [['aria-rowcount', rows.length + 1], ['aria-label', kind === 'hits' ? 'Motif hits' : 'Scanned regions']]) grid.setAttribute(name, value)
    const sort = (key) => { set({ by: key }); head.querySelector('[aria-sort] button').focus() }
    head.replaceChildren(...KINDS[kind].map(([label, key]) => h('div', { role: 'columnheader', 'aria-sort': key === by && (by === 'relevance' ? 'descending' : 'ascending') },
      key ? h('button', { type: 'button', title: WHY[key], onclick: () => sort(key) }, label) : label)))
    counted({ shown: rows.length, all: table.count, hidden: found.hidden, kind })
    draw()
  }
  /** Makes row `at` of the list current and brings it in sight; `quiet`: the browser does not follow. */
  function go(at, quiet = false) {
    if (!(at >= 0 && at < rows.length)) return Promise.resolve(false)
    current = rows[at]
    const done = chosen({ row: tables[state.kind].row(current), kind: state.kind, at, of: rows.length, quiet })
    grid.scrollTop = Math.max(Math.min(grid.scrollTop, at * ROW), (at + 2) * ROW - grid.clientHeight)
    draw()
    return done
  }
  const step = (by, quiet) => go(Math.max(0, Math.min(rows.length - 1, rows.indexOf(current) + by)), quiet)
  function key(event) {
    const page = Math.max(1, Math.floor(grid.clientHeight / ROW) - 2)
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }
    if (event.target !== grid || event.ctrlKey || event.metaKey || event.altKey || !(event.key in moves || event.key === 'Enter')) return
    event.preventDefault()
    if (event.key === 'Enter') go(rows.indexOf(current))
    else step(moves[event.key], true)
  }
  /** Makes current what lies nearest to a base, at most `reach` away. */
  function near(chrom, base, reach) {
    const { data, names } = tables[state.kind], code = names.chrom.get(chrom)
    const away = (i) => (data.chrom[i] === code ? Math.abs((data.chromStart[i] + data.chromEnd[i]) / 2 - base) : Infinity)
    return go(rows.reduce((best, row, at) => (away(row) < best[1] ? [at, away(row)] : best), [-1, reach])[0], true)
  }
  const sight = new ResizeObserver(draw)
  sight.observe(grid)
  return { element: grid, state, set, go, near, next: () => step(1), prev: () => step(-1), destroy: () => sight.disconnect() }
}
