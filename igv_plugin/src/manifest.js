// The manifest of a scan: read, checked, turned into an igv.js session. No igv.js in here.

const SCHEMA = 'gtrack-manifest/1'
export const COPY = 'Copy the whole scan folder again, or write it anew with gtrack.'

/** An error that says what went wrong (`title`) and what to do about it (`cure`), as plain text. */
export const problem = (title, cure) => Object.assign(new Error(`${title} ${cure}`), { title, cure })

/** The text of a file, or an error that says so. */
export async function fetchText(url, cure) {
  const response = await fetch(url).catch((error) => error)
  if (!response.ok) throw problem(`${url} cannot be read (${response.message ?? `HTTP ${response.status}`}).`, cure)
  return response.text()
}

/** A manifest from its text, with absolute URLs, which may not lead to another host; or an error that says so. */
export function readManifest(text, base) {
  try {
    const manifest = JSON.parse(text), { schema, genome, regions, locus, tracks, hits = {} } = manifest ?? {}
    if (schema !== SCHEMA) {
      const title = `${base} has the schema ${JSON.stringify(schema)}, not "${SCHEMA}".`
      throw problem(title, 'Open the manifest.json of a scan with the gtrack that wrote it.')
    }
    const whole = regions.url && genome.id && locus.chrom && locus.start < locus.end && tracks.every((t) => t.name && t.kind && t.format && t.url)
    if (!whole) throw new Error('its genome, regions, locus or tracks are not whole')
    const files = [[genome, 'fasta', 'sizes'], [regions, 'url'], [hits, 'logos'], ...tracks.map((t) => [t, 'url', 'index']),
      ...(hits.models ?? []).map((m) => [m, 'bed'])]
    for (const [object, ...keys] of files) {
      for (const key of keys.filter((k) => object[k])) {
        const url = new URL(object[key], base)
        if (url.origin !== new URL(base).origin) throw new Error(`it names ${url}, on another host`)
        object[key] = url.href
      }
    }
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

function trackOf({ name, kind, format, model, url, p99, index }) {
  if (format === 'bigWig') {
    return {
      type: 'wig', format: 'bigwig', graphType: 'dynseq', name, url, height: 110, autoscale: true, autoscaleGroup: 'relevance',
      color: 'rgb(0,114,178)', altColor: 'rgb(213,94,0)', gtrack: { kind, model, p99 },
    }
  }
  const shown = { type: 'annotation', format: format.toLowerCase(), name, url, displayMode: 'EXPANDED' }
  if (kind === 'hits') return { ...shown, height: 48, gtrack: { kind, model } } // a colour would hide the hits' own
  const lookup = index ? { indexURL: index } : format === 'bigBed' ? {} : { indexed: false }
  if (/^(BED|narrowPeak)$/.test(format)) shown.delimiter = '\t' // igv.js would split names at spaces
  return { ...shown, ...lookup, height: 42, color: 'rgb(90,90,90)', gtrack: { kind } }
}

/** The same session as `igv_session.json`, which gtrack writes. */
export function sessionFromManifest({ genome, locus, regions, tracks }) {
  const own = { reference: localReference(genome), loadDefaultGenomes: false }
  return {
    ...(genome.id === 'custom' ? own : { genome: genome.id }),
    locus: `${locus.chrom}:${locus.start + 1}-${locus.end}`,
    nucleotideColors: { A: '#009E73', C: '#0072B2', G: '#E69F00', T: '#D55E00', N: '#999999' },
    roi: [{ name: 'Scanned regions', url: regions.url, format: 'bed', delimiter: '\t', color: 'rgba(68,134,247,0.08)' }],
    gtrack: { manifest: 'manifest.json' },
    tracks: tracks.map(trackOf),
  }
}

/** Ask for the last four bytes of a file. Resolves to null, or to what is wrong with it. */
export async function preflight(url, format = '') {
  const magic = { bigwig: 0x888ffc26, bigbed: 0x8789f2eb }[format.toLowerCase()]
  const bad = (what, cure = COPY) => problem(`${url} ${what}.`, cure)
  const response = await fetch(url, { headers: { Range: 'bytes=-4' } }).catch((error) => error), { status } = response
  if (status === 206) {
    const end = new DataView(await response.arrayBuffer())
    const whole = !magic || (end.byteLength === 4 && end.getUint32(0, true) === magic)
    return whole ? null : bad(`is truncated, or no ${format}: its end mark is missing`)
  }
  response.body?.cancel()
  if (!magic && (status === 200 || status === 416)) return null // 416: an empty file
  if (status === 200) return bad('comes from a server that ignores Range requests', 'Use gtrack view, or one that answers them (nginx, Apache, S3).')
  if (status) return bad(status === 404 ? 'is missing' : `cannot be read (HTTP ${status})`)
  return bad(`cannot be read (${response.message})`, 'Check the address, and that its server allows this page to read it (CORS).')
}
