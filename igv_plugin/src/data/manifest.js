// The manifest of a scan: read, checked, turned into an igv.js session. No igv.js in here.
import { COLORS } from '../pure/draw.js'
import { together } from '../pure/ensembles.js'
import { igvLocus } from '../pure/state.js'
import { COPY, problem } from './files.js'

/** @typedef {import('../../igv.js').TrackConfig} TrackConfig */
/**
 * @typedef {{id: string, fasta?: string | null, sizes?: string, aliases?: string, bases?: number}}
 * Genome
 */

/**
 * A file that is shown as a track.
 *
 * @typedef {object} Shown
 * @property {string} name
 * @property {string} kind
 * @property {string} format
 * @property {string} url
 * @property {string} [index]
 * @property {string} [names] the table of what an annotation names
 * @property {string} [model]
 * @property {string} [target]
 * @property {number} [p99]
 * @property {string} [unit] of a score or a standard deviation
 */

/**
 * What the plugin reads of a manifest (gtrack/publish/manifest.schema.json has all of it).
 *
 * @typedef {object} Manifest
 * @property {string} schema
 * @property {Genome} genome
 * @property {import('../../index.js').Interval} locus
 * @property {{url: string, table?: string}} regions
 * @property {Shown[]} tracks
 * @property {Model[]} [models]
 * @property {{models: Model[], hits?: HitFile[]}} [ensembles] of models; apart in the text alone
 * @property {{q?: number, logos?: string, models?: HitFile[]}} [hits] of a q below this
 * @property {{models?: import('../page/trust.js').Trust[]}} [trust]
 * @property {Record<string, {size?: number}>} [files] by URL: how long each was when it was written
 */

/** @typedef {{name: string, outputs?: {kind?: string}}} Model */
/**
 * @typedef {object} HitFile
 * @property {string} model
 * @property {string} [target]
 * @property {string} bed
 * @property {number} [hits] how many
 * @property {number} [candidates] places that match a motif, hits among them
 * @property {number} [best_q] the lowest of the candidates
 */

const SCHEMA = 'gtrack-manifest/1'

/**
 * A manifest from its text, with absolute URLs, which may not lead to another host; or an error
 * that says so.
 *
 * @param {string} text
 * @param {string} base
 * @returns {Manifest}
 */
export function readManifest(text, base) {
  try {
    const written = JSON.parse(text)
    const schema = written?.schema
    const title = `${base} has the schema ${JSON.stringify(schema)}, not "${SCHEMA}".`
    if (schema !== SCHEMA) throw problem(title, 'Open the scan with the gtrack that wrote it.')
    if (!isWhole(written)) throw new Error('it is not whole')
    const manifest = together(written)
    makeAbsolute(manifest, base)
    for (const file of manifest.hits?.models ?? []) file.model = titled(file) ?? ''
    return manifest
  } catch (error) {
    if (error instanceof Error && 'cure' in error) throw error
    throw problem(`${base} is damaged (${messageOf(error)}).`, COPY)
  }
}

/** @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error))

/** @param {Manifest} manifest */
function isWhole({ genome, regions, locus, tracks }) {
  if (!regions.url || !genome.id || !locus.chrom || !(locus.start < locus.end)) return false
  return tracks.every((t) => t.name && t.kind && t.format && t.url)
}

/**
 * @param {Manifest} manifest
 * @param {string} base
 */
function makeAbsolute(manifest, base) {
  const { genome, regions, tracks, hits = {}, files = {} } = manifest
  const absolute = (/** @type {Record<string, any>} */ object, /** @type {string[]} */ ...keys) => {
    for (const key of keys.filter((k) => object[k])) {
      const url = new URL(object[key], base)
      if (url.origin !== new URL(base).origin) throw new Error(`it names ${url}, on another host`)
      object[key] = url.href
    }
  }
  absolute(genome, 'fasta', 'sizes', 'aliases')
  absolute(regions, 'url', 'table')
  absolute(hits, 'logos')
  for (const track of tracks) absolute(track, 'url', 'index', 'names')
  for (const file of hits.models ?? []) absolute(file, 'bed')
  const sizes = Object.entries(files).map(([url, kept]) => [new URL(url, base).href, kept])
  if (manifest.files) manifest.files = Object.fromEntries(sizes)
}

/**
 * An igv.js reference from what the scan folder itself holds; without a FASTA only the names and
 * sizes.
 *
 * @param {Genome} genome
 */
export function localReference({ id, fasta, sizes, aliases }) {
  const own = { id, name: id, ...(aliases && { aliasURL: aliases }) }
  if (!fasta) return { ...own, format: 'chromsizes', fastaURL: sizes }
  const packed = fasta.endsWith('.gz') && { compressedIndexURL: `${fasta}.gzi` }
  return { ...own, fastaURL: fasta, indexURL: `${fasta}.fai`, ...packed }
}

/**
 * What a series is called: its model, and the target of several.
 *
 * @param {{model?: string, target?: string}} series
 */
export const titled = ({ model, target }) => (target === undefined ? model : `${model}: ${target}`)

const LETTERED = {
  type: 'wig',
  graphType: 'dynseq',
  height: 110,
  autoscale: true,
}
const SIGNED = { ...LETTERED, format: 'bigwig', color: 'rgb(0,114,178)', altColor: 'rgb(213,94,0)' }
// A signal of the user's: bars of stock igv.js, on a scale of their own.
const GREY = 'rgb(90,90,90)'
const GIVEN = {
  type: 'wig',
  format: 'bigwig',
  height: 50,
  autoscale: true,
  color: GREY,
  altColor: GREY,
}
// Annotations overlap. A feature is 14 pixels high, and its name ends 13 below it.
const TWO_ROWS = { height: 60, margin: 4, expandedRowHeight: 28 }
const SHOWN = /^(relevance(-forward|-reverse)?|hits|score|sd|agreement|annotation)$/
// What stands beside relevance: bars, too. A score has a colour that no letter and no sign has.
/** @type {Record<string, string>} */
const BESIDE = { score: 'score', sd: 'sd of members', agreement: 'sign agreement' }
const PURPLE = 'rgb(204,121,167)'

/**
 * The igv.js config of a track of the manifest.
 *
 * @param {Shown} shown
 * @param {Manifest} manifest
 * @returns {TrackConfig}
 */
function configOf(shown, { models, tracks }) {
  const { kind, format, url, p99, index } = shown
  const model = titled(shown)
  const name = nameOf(shown)
  const outputs = models?.find((m) => m.name === shown.model)?.outputs
  const unit = outputs?.kind === 'values' && { unit: 'value' } // others are in logits
  if (kind === 'annotation' && format === 'bigWig') return { ...GIVEN, name, url }
  if (kind in BESIDE) return { ...besideOf(kind), name, url }
  if (format === 'bigWig') {
    const isSpread = (/** @type {Shown} */ t) => t.kind === 'sd' && titled(t) === model
    const spread = kind === 'relevance' && tracks.find(isSpread)
    const sd = spread && { sd: spread.url }
    return { ...SIGNED, name, url, gtrack: { kind, model, p99, ...unit, ...sd } }
  }
  const type = 'annotation'
  const config = { type, format: format.toLowerCase(), name, url, displayMode: 'EXPANDED' }
  if (kind === 'hits') return { ...config, height: 48, gtrack: { kind, model, ...unit } }
  return {
    ...config,
    ...(/^(BED|narrowPeak|broadPeak)$/.test(format) && { delimiter: '\t' }), // not at spaces
    ...(index ? { indexURL: index } : format !== 'bigBed' && { indexed: false }),
    ...TWO_ROWS,
    color: GREY, // that of hits is their own
    gtrack: { kind },
  }
}

/** @param {string} kind */
function besideOf(kind) {
  const { autoscale, ...bars } = GIVEN
  if (kind === 'agreement') return { ...bars, min: 0, max: 1 }
  return kind === 'score' ? { ...GIVEN, color: PURPLE, altColor: PURPLE } : GIVEN
}

/** @param {Shown} shown */
function nameOf(shown) {
  const { kind, unit } = shown
  if (kind in BESIDE) return `${titled(shown)} ${BESIDE[kind]}${unit ? ` (${unit})` : ''}`
  if (shown.target === undefined) return shown.name
  const [what, strand] = shown.kind.split('-')
  if (what === 'hits') return `${titled(shown)} hits`
  return strand ? `${titled(shown)} (${strand})` : titled(shown)
}

/**
 * The config of the difference of two relevance tracks: of the two models wanted, or of the first
 * two; null where there are no two.
 *
 * @param {TrackConfig[]} configs
 * @param {{first?: string, second?: string}} [wanted]
 * @returns {TrackConfig | null}
 */
export function differenceOf(configs, { first, second } = {}) {
  const relevance = configs.filter(({ gtrack }) => gtrack?.kind === 'relevance')
  const of = (
    /** @type {string | undefined} */ model,
    /** @type {TrackConfig | undefined} */ other,
  ) =>
    relevance.find(({ gtrack }) => model !== undefined && gtrack?.model === model) ??
    relevance.find((config) => config !== other)
  const one = of(first, undefined)
  const two = of(second, one)
  if (!one || !two) return null
  const models = [one, two].map(({ gtrack }) => gtrack?.model ?? '')
  const unit = one.gtrack?.unit === two.gtrack?.unit ? one.gtrack?.unit : 'mixed unit'
  return { ...LETTERED, height: 80, gtrack: { kind: 'difference', models, unit } }
}

/**
 * The same session as `igv_session.json`, which gtrack writes.
 *
 * @param {Manifest} manifest
 * @returns {import('../../igv.js').Session}
 */
export function sessionFromManifest(manifest) {
  const whole = together(manifest)
  const { genome, locus, regions, tracks } = whole
  const own = { reference: localReference(genome), loadDefaultGenomes: false }
  const { A, C, G, T, N } = COLORS
  const roi = {
    name: 'Scanned regions',
    url: regions.url,
    format: 'bed',
    delimiter: '\t',
    color: 'rgba(68,134,247,0.08)',
  }
  return {
    ...(genome.id === 'custom' ? own : { genome: genome.id }),
    locus: igvLocus(locus),
    nucleotideColors: { A, C, G, T, N },
    roi: [roi],
    gtrack: { manifest: 'manifest.json' },
    tracks: tracks.filter((t) => SHOWN.test(t.kind)).map((t) => configOf(t, whole)),
  }
}
