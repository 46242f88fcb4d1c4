import { h, number, short, signed } from './dom.js'

const ROW = 26, SPARE = 6 // pixels (as in style.css); rows drawn above and below what is seen
const place = (r) => `${r.chrom}:${number(r.chromStart + 1)}`
const POSITION = ['Place', place, 'position']
const KINDS = { // per column its title, the text of a row, what sorts by it, and what it is
  hits: [['Motif', (r) => `${r.name} ${r.strand.replace('-', '−')}`], POSITION,
    ['Relevance', (r) => signed(r.relSum), 'relevance', 'Sum over the hit'],
    ['q', (r) => short(r.qValue), 'q', 'False discovery rate'], ['Model', (r) => r.model]],
  regions: [['Region', (r) => r.name], POSITION, ['Length', (r) => `${number(r.chromEnd - r.chromStart)} bp`]],
}
let grids = 0

// The list of `tables` = {hits, regions}, which draws only the rows in sight. limits(): the least |relevance| per base of each model;
// chosen({row, kind, quiet}) hears of the current row, counted({shown, all, hidden, kind}) of the numbers.
export function makeNavigator(tables, { limits, chosen, counted }) {
  const id = `gt-grid-${++grids}`, pool = [], state = { kind: 'hits', by: 'position', text: '', model: '', motif: '' }
  let rows = new Uint32Array(), current = -1, order = null, frame = 0 // current: a row of the table
  const head = h('div', { role: 'row', class: 'gt-row gt-head', 'aria-rowindex': 1 }), space = h('div', { class: 'gt-space', role: 'rowgroup' })
  const grid = h('div', { class: 'gt-grid', role: 'grid', tabindex: 0, onkeydown: key, onscroll: draw }, head, space)
  const clicked = (event) => go(Number(event.currentTarget.dataset.at))
  const makeRow = () => h('div', { role: 'row', class: 'gt-row', id: `${id}-${pool.length}`, onclick: clicked },
    KINDS.hits.map(() => h('div', { role: 'gridcell' })))

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
      for (const [i, cell] of [...element.children].entries()) cell.title = cell.textContent = KINDS[state.kind][i]?.[1](row) ?? ''
    }
    element.dataset.at = at
    element.style.transform = `translateY(${at * ROW}px)`
    Object.assign(element, { ariaRowIndex: at + 2, ariaSelected: active })
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
    Object.assign(grid, { ariaRowCount: rows.length + 1, ariaLabel: kind === 'hits' ? 'Motif hits' : 'Scanned regions' })
    const sort = (key) => { set({ by: key }); head.querySelector('[aria-sort] button').focus() }
    head.replaceChildren(...KINDS[kind].map(([label, , key, title]) =>
      h('div', { role: 'columnheader', 'aria-sort': key === by && (by === 'relevance' ? 'descending' : 'ascending') },
        key ? h('button', { type: 'button', title, onclick: () => sort(key) }, label) : label)))
    counted({ shown: rows.length, all: table.count, hidden: found.hidden, kind })
    draw()
  }

  /** Makes row `at` of the list current and brings it in sight; `quiet`: the browser does not follow. */
  function go(at, quiet = false) {
    if (!(at >= 0 && at < rows.length)) return Promise.resolve(false)
    current = rows[at]
    const done = chosen({ row: tables[state.kind].row(current), kind: state.kind, quiet })
    grid.scrollTop = Math.max(Math.min(grid.scrollTop, at * ROW), (at + 2) * ROW - grid.clientHeight)
    draw()
    return done
  }
  const step = (by, quiet) => go(Math.max(0, Math.min(rows.length - 1, rows.indexOf(current) + by)), quiet)
  function key(event) {
    const page = Math.max(1, Math.floor(grid.clientHeight / ROW) - 2)
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity, Enter: 0 }[event.key]
    if (move === undefined || event.target !== grid || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    step(move, move !== 0)
  }

  /** Makes current what lies nearest to the middle of a view. */
  function touch(chrom, start, end) {
    const table = tables[state.kind], { chromStart, chromEnd } = table.data, away = (row) => Math.abs(chromStart[row] + chromEnd[row] - start - end)
    return go(rows.indexOf(rows.filter(table.overlaps(chrom, start, end)).reduce((best, row) => (away(best) <= away(row) ? best : row), -1)), true)
  }
  const sight = new ResizeObserver(draw)
  sight.observe(grid)
  return { element: grid, state, set, go, touch, next: () => step(1), prev: () => step(-1), destroy: () => sight.disconnect() }
}
