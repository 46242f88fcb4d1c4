// What the figure says where its relevance tracks are empty, on these tracks.
import { h } from '../parts/dom.js'
import { sortNames } from '../pure/hits.js'
import { parseLocus } from '../pure/state.js'
import { number } from '../pure/words.js'

/** @typedef {import('../../index.js').Interval} Interval */
/** @typedef {import('../../igv.js').TrackView} TrackView */
/** @typedef {import('../pure/hits.js').Table} Table */

/**
 * Where nothing was scanned in a view: the row of the region that comes next, of the first one
 * after the last. Null where something was scanned, or nothing is known of regions.
 *
 * @param {Table} table in genome order
 * @param {Interval} view
 */
export function nextScanned(table, { chrom, start, end }) {
  const { count, data, text } = table
  if (!text || !count) return null
  const order = sortNames(new Set([...text.chrom, chrom]))
  const later = text.chrom.map((name) => order.indexOf(name) > order.indexOf(chrom))
  const here = table.overlaps(chrom, start, end)
  let next = -1
  for (let row = 0; row < count; row++) {
    if (here(row)) return null
    const same = text.chrom[data.chrom[row]] === chrom
    const after = same ? data.chromStart[row] >= end : later[data.chrom[row]]
    if (next < 0 && after) next = row
  }
  return Math.max(0, next)
}

/**
 * Whether a track has been read at a place and has nothing there.
 *
 * @param {TrackView['viewports'][0]} viewport
 * @param {Interval} view
 */
export function isEmpty({ featureCache: read, loading }, { chrom, start, end }) {
  if (!read || loading || read.chr !== chrom) return false
  if (read.bpStart > start || read.bpEnd < Math.floor(end)) return false
  return !read.features.some((f) => f.start < end && f.end > start)
}

/**
 * @param {import('./panel.js').Viewer} viewer
 * @param {Table} regions
 */
export function makeNotes({ browser, relevance, state, goto }, regions) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const notes = relevance.map(() => h('p', { class: 'gt-note', role: 'status' }))

  /** @param {number} row */
  const lead = (row) => {
    const { name, chrom, chromStart: start, chromEnd: end } = regions.row(row)
    const place = `${chrom}:${number(start + 1)}`
    const label = `Next scanned: ${name === '.' ? '' : `${name}, `}${place} →`
    const go = () => goto(chrom, start, end)
    return ['Nothing was scanned here. ', h('button', { type: 'button', onclick: go }, label)]
  }
  const write = () => {
    const view = parseLocus(state().locus)
    const next = view && nextScanned(regions, view)
    let leads = typeof next === 'number'
    for (const [i, { model, track }] of relevance.entries()) {
      const { axis, viewports } = track.trackView ?? {}
      if (!viewports || track.isHidden) continue // or it was removed
      const note = notes[i]
      if (note.parentNode !== axis) axis?.append(note)
      const width = viewports[0]?.viewportElement.clientWidth ?? 0
      note.style.maxWidth = `${width}px`
      note.style.left = `${(axis?.clientWidth ?? 0) + width / 2}px`
      const none = next === null && view && isEmpty(viewports[0], view)
      if (leads) note.replaceChildren(...lead(Number(next)))
      else note.textContent = none ? `${model}: no values here` : ''
      leads = false
    }
  }
  const sync = () => {
    clearTimeout(timer)
    timer = setTimeout(write, 150)
  }
  browser.on('featuresloaded', sync)
  const destroy = () => {
    clearTimeout(timer)
    browser.off('featuresloaded', sync)
    for (const note of notes) note.remove()
  }
  return { sync, destroy }
}
