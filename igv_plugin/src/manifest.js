// The manifest of a scan: read, checked, turned into an igv.js session. No igv.js in here.
import { COLORS } from './draw.js'
import { formatLocus } from './state.js'

const SCHEMA = 'gtrack-manifest/1'
export const COPY = 'Copy the whole scan folder again, or write it anew with gtrack.'

/** An error that says what went wrong (`title`) and what to do about it (`cure`), as plain text. */
export const problem = (title, cure) => Object.assign(new Error(`${title} ${cure}`), { title, cure })
const unread = ({ message, status }) => `cannot be read (${message ?? `HTTP ${status}`})`

/** The text of a file, or an error that says so. */
export async function fetchText(url, cure) {
  const response = await fetch(url).catch((error) => error)
  if (!response.ok) throw problem(`${url} ${unread(response)}.`, cure)
  return response.text()
}

/** A manifest from its text, with absolute URLs, which may not lead to another host; or an error that says so. */
export function readManifest(text, base) {
  try {
    const manifest = JSON.parse(text), { schema, genome, regions, locus, tracks, hits = {} } = manifest ?? {}
    const title = `${base} has the schema ${JSON.stringify(schema)}, not "${SCHEMA}".`
    if (schema !== SCHEMA) throw problem(title, 'Open the scan with the gtrack that wrote it.')
    const whole = regions.url && genome.id && locus.chrom && locus.start < locus.end && tracks.every((t) => t.name && t.kind && t.format && t.url)
    if (!whole) throw new Error('it is not whole')
    const files = [[genome, 'fasta', 'sizes'], [regions, 'url'], [hits, 'logos'], ...tracks.map((t) => [t, 'url', 'index']),
      ...(hits.models ?? []).map((m) => [m, 'bed'])]
    for (const [object, ...keys] of files) {
      for (const key of keys.filter((k) => object[k])) {
        const url = new URL(object[key], base)
        if (url.origin !== new URL(base).origin) throw new Error(`it names ${url}, on another host`)
        object[key] = url.href
      }
    }
    for (const m of hits.models ?? []) m.model = titled(m)
    return manifest
  } catch (error) {
    throw error.cure ? error : problem(`${base} is damaged (${error.message}).`, COPY)
  }
}

/** An igv.js reference from what the scan folder itself holds; without a FASTA only the names and sizes. */
export function localReference({ id, fasta, sizes }) {
  if (!fasta) return { id, name: id, format: 'chromsizes', fastaURL: sizes }
  return { id, name: id, fastaURL: fasta, indexURL: `${fasta}.fai`, ...(fasta.endsWith('.gz') && { compressedIndexURL: `${fasta}.gzi` }) }
}

/** What a series is called: its model, and the target of several. */
const titled = ({ model, target }) => (target === undefined ? model : `${model}: ${target}`)

export const LETTERED = { type: 'wig', graphType: 'dynseq', height: 110, autoscale: true, autoscaleGroup: 'relevance' }
function trackOf({ kind, format, url, p99, index, ...track }, models) {
  const model = titled(track), [what, strand] = kind.split('-'), hits = what === 'hits'
  const name = model === track.model ? track.name : model + (hits ? ' hits' : strand ? ` (${strand})` : '')
  const unit = models?.find((m) => m.name === track.model)?.outputs?.kind === 'values' && { unit: 'value' } // others are in logits
  const drawn = { ...LETTERED, format: 'bigwig', color: 'rgb(0,114,178)', altColor: 'rgb(213,94,0)' }
  if (format === 'bigWig') return { ...drawn, name, url, gtrack: { kind, model, p99, ...unit } }
  const shown = { type: 'annotation', format: format.toLowerCase(), name, url, displayMode: 'EXPANDED' }
  if (hits) return { ...shown, height: 48, gtrack: { kind, model, ...unit } } // a colour would hide the hits' own
  if (/^(BED|narrowPeak)$/.test(format)) shown.delimiter = '\t' // igv.js would split names at spaces
  return { ...shown, ...(index ? { indexURL: index } : format !== 'bigBed' && { indexed: false }), height: 42, color: 'rgb(90,90,90)', gtrack: { kind } }
}

/** The same session as `igv_session.json`, which gtrack writes. */
export function sessionFromManifest({ genome, locus, models, regions, tracks }) {
  const own = { reference: localReference(genome), loadDefaultGenomes: false }, { A, C, G, T, N } = COLORS
  return {
    ...(genome.id === 'custom' ? own : { genome: genome.id }),
    locus: formatLocus(locus),
    nucleotideColors: { A, C, G, T, N },
    roi: [{ name: 'Scanned regions', url: regions.url, format: 'bed', delimiter: '\t', color: 'rgba(68,134,247,0.08)' }],
    gtrack: { manifest: 'manifest.json' },
    tracks: tracks.filter((t) => /^(relevance(-forward|-reverse)?|hits|annotation)$/.test(t.kind)).map((t) => trackOf(t, models)),
  }
}

/** Ask for the last four bytes of a file. Resolves to null, or to what is wrong with it. */
export async function preflight(url, format = '') {
  const magic = { bigwig: 0x888ffc26, bigbed: 0x8789f2eb }[format.toLowerCase()]
  const bad = (what, cure = COPY) => problem(`${url} ${what}.`, cure)
  const response = await fetch(url, { headers: { Range: 'bytes=-4' } }).catch((error) => error), { status } = response
  if (status === 206) {
    const end = new DataView(await response.arrayBuffer()), whole = !magic || (end.byteLength === 4 && end.getUint32(0, true) === magic)
    return whole ? null : bad(`is truncated, or no ${format}: its end mark is missing`)
  }
  response.body?.cancel()
  if (!magic && (status === 200 || status === 416)) return null // 416: an empty file
  if (status === 200) return bad('comes from a server that ignores Range requests', 'Use gtrack view, or one that answers them (nginx, Apache, S3).')
  if (status === 404) return bad('is missing')
  return bad(unread(response), status ? COPY : 'Check the address, and that its server lets this page read it (CORS).')
}
