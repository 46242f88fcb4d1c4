// The manifest of a scan: read, checked, turned into an igv.js session. No igv.js in here.

export const SCHEMA = 'gtrack-manifest/1'
const COPY = 'Copy the whole scan folder again, or run gtrack scan --resume.'

/** What went wrong (`title`) and what to do about it (`cure`), as plain text; `tag` is for programs. */
export class GtrackError extends Error {
  constructor(tag, title, cure) {
    super(`${title} ${cure}`)
    Object.assign(this, { name: 'GtrackError', tag, title, cure })
  }
}

/** Text for places where igv.js sets HTML: track names, popovers, menus. */
export const escapeHTML = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

/** The text of a file, or a GtrackError. */
export async function fetchText(url, cure) {
  const response = await fetch(url).catch((error) => { throw new GtrackError('unreachable', `${url} cannot be read (${error.message}).`, cure) })
  if (!response.ok) throw new GtrackError('missing', `${url} is missing (HTTP ${response.status}).`, cure)
  return response.text()
}

/** A manifest that is safe to use, or a GtrackError. */
export function checkManifest(manifest, where = 'The manifest') {
  if (manifest?.schema !== SCHEMA) {
    throw new GtrackError('schema', `${where} has the schema ${JSON.stringify(manifest?.schema)}, not "${SCHEMA}".`, 'Open the manifest.json of a scan, with the gtrack version that wrote it.')
  }
  const { genome, regions, locus, tracks } = manifest, texts = (...values) => values.every((value) => typeof value === 'string')
  const isPlace = texts(locus?.chrom) && Number.isInteger(locus.start) && Number.isInteger(locus.end) && 0 <= locus.start && locus.start < locus.end
  if (!isPlace || !texts(genome?.id, regions?.url) || !Array.isArray(tracks) || !tracks.every((t) => texts(t?.name, t?.kind, t?.format, t?.url))) {
    throw new GtrackError('invalid', `${where} is damaged: its genome, regions, locus or tracks are not as the schema says.`, COPY)
  }
  return manifest
}

/** Fetch a manifest. */
export async function loadManifest(url) {
  const text = await fetchText(url, 'Check the address: it must be that of the manifest.json in a finished scan folder.')
  let manifest
  try {
    manifest = JSON.parse(text)
  } catch (error) {
    throw new GtrackError('json', `${url} is not JSON (${error.message}).`, COPY)
  }
  return checkManifest(manifest, url)
}

/** A copy of which all URLs are absolute. They may not lead to another host. */
export function resolveManifest(manifest, base) {
  const copy = structuredClone(manifest), { genome, regions, tracks, hits = {} } = copy
  const places = [[genome, 'fasta', 'sizes'], [regions, 'url'], [hits, 'logos'], ...tracks.map((t) => [t, 'url', 'index']), ...(hits.models ?? []).map((m) => [m, 'bed', 'bigbed', 'table'])]
  for (const [object, ...keys] of places) {
    for (const key of keys.filter((k) => object[k])) {
      const url = new URL(object[key], base)
      if (url.origin !== new URL(base).origin) throw new GtrackError('elsewhere', `The manifest names ${url}, on another host.`, 'All files of a scan lie beside its manifest.')
      object[key] = url.href
    }
  }
  return copy
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
  return { ...shown, ...lookup, height: 60, color: 'rgb(90,90,90)', gtrack: { kind } }
}

/** The same session as `igv_session.json`, which gtrack writes. */
export function sessionFromManifest({ genome, locus, regions, tracks }) {
  const { id } = genome
  const own = { reference: localReference(genome), loadDefaultGenomes: false }
  return {
    ...(id === 'custom' ? own : { genome: id }),
    locus: `${locus.chrom}:${locus.start + 1}-${locus.end}`,
    nucleotideColors: { A: '#009E73', C: '#0072B2', G: '#E69F00', T: '#D55E00', N: '#999999' },
    roi: [{ name: 'Scanned regions', url: regions.url, format: 'bed', color: 'rgba(68,134,247,0.08)' }],
    gtrack: { manifest: 'manifest.json' },
    tracks: tracks.map(trackOf),
  }
}

/** Ask for the last four bytes of a file. Resolves to null, or to what is wrong with it as {title, cure}. */
export async function preflight(url, format = '') {
  const magic = { bigwig: 0x888ffc26, bigbed: 0x8789f2eb }[format.toLowerCase()]
  const problem = (what, cure = COPY) => ({ title: `${url} ${what}`, cure })
  try {
    const response = await fetch(url, { headers: { Range: 'bytes=-4' } })
    if (response.status === 206) {
      const end = new DataView(await response.arrayBuffer())
      const whole = !magic || (end.byteLength === 4 && [true, false].some((little) => end.getUint32(0, little) === magic))
      return whole ? null : problem(`is truncated, or no ${format}: its end mark is missing.`)
    }
    response.body?.cancel()
    if (response.status === 404) return problem('is missing (HTTP 404).')
    if (response.status === 416 || response.ok) {
      if (!magic) return null
      return response.ok ? problem('comes from a server that ignores Range requests.', 'Use gtrack view, or a web server that answers them (nginx, Apache, S3).') : problem('is empty.')
    }
    return problem(`cannot be read (HTTP ${response.status}).`)
  } catch (error) {
    return problem(`cannot be read (${error.message}).`, 'Check the address, and that its server allows this page to read it (CORS).')
  }
}

/** The scanned regions as an igv.js feature source: its own would put their names into menus as HTML, and make a table row of each. */
export function regionSource(url) {
  const load = async () => {
    const found = {}
    for (const line of (await fetchText(url, COPY)).split(/\r?\n/)) {
      const [chr, start, end, name = ''] = line.split('\t')
      if (end && !line.startsWith('#')) (found[chr] ??= []).push({ chr, start: +start, end: +end, name: escapeHTML(name) })
    }
    return found
  }
  let loaded
  return { getFeatures: async ({ chr, start, end }) => ((await (loaded ??= load()))[chr] ?? []).filter((f) => f.end > start && f.start < end) }
}
