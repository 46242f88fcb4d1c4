// The lists of a scan, read from its files.
import { COPY, problem } from './files.js'
import { readLines } from './lines.js'
import { messageOf } from './manifest.js'

/** @typedef {import('../pure/hits.js').Table} Table */
/** @typedef {'hits' | 'regions'} Kind */
/** @typedef {Pick<import('../page/panel.js').Viewer, 'report' | 'again'>} Told */

/**
 * Reads the hits and regions of a manifest into tables; a file that cannot be read is reported, and
 * what was read of it is kept.
 *
 * @param {import('./manifest.js').Manifest} manifest
 * @param {Record<Kind, Table>} tables
 * @param {Told} viewer
 * @param {AbortSignal} signal
 */
export async function readTables({ hits, regions }, tables, { report, again }, signal) {
  /** @type {(url: string, table: Table, model?: string) => Promise<void>} */
  const read = async (url, table, model) => {
    try {
      await readLines(url, table.reader(model), again, signal)
    } catch (error) {
      if (signal.aborted) return
      report(problem(`${url} cannot be read to its end: ${messageOf(error)}.`, COPY))
    }
  }
  for (const { bed, model } of hits?.models ?? []) await read(bed, tables.hits, model)
  await read(regions.url, tables.regions)
  for (const table of Object.values(tables)) await table.finish()
}

/**
 * The motifs' logos by identifier; none where they cannot be read.
 *
 * @param {string | undefined} url
 * @param {import('./again.js').Again} again
 * @param {AbortSignal} signal
 * @returns {Promise<import('../parts/popup.js').Motifs>}
 */
export async function readMotifs(url, again, signal) {
  if (!url) return {}
  try {
    return await again(async () => (await fetch(url, { signal })).json(), signal)
  } catch {
    return {}
  }
}

/**
 * The rows of a table as igv.js reads features: without names, which it would take for HTML.
 *
 * @param {Table} table
 */
export function featureSource(table) {
  const { data } = table
  const rows = table.sorted('position')
  /** @param {import('../../igv.js').Query} query */
  const getFeatures = ({ chr, start, end }) => {
    if (/["\\]/.test(chr)) return []
    const found = rows.filter(table.overlaps(chr, start, end))
    return Array.from(found, (i) => ({ chr, start: data.chromStart[i], end: data.chromEnd[i] }))
  }
  return { getFeatures }
}
