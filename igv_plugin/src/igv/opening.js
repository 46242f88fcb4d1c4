// What is opened: a manifest or a hub as an igv.js session, without what cannot be shown.
import { steady } from '../data/again.js'
import { COPY, fetchText, look, problem, wholeFiles } from '../data/files.js'
import { laneOf } from '../data/lanes.js'
import { localReference, messageOf, readManifest, sessionFromManifest } from '../data/manifest.js'
import { COLORS } from '../pure/draw.js'
import { withBands } from '../pure/ensembles.js'
import { escapeHTML } from '../pure/words.js'

/** @typedef {import('../../index.js').MountOptions} MountOptions */
/** @typedef {import('../../index.js').Problem} Problem */
/** @typedef {import('../../igv.js').Browser} Browser */
/** @typedef {import('../../igv.js').Igv} Igv */
/** @typedef {import('../../igv.js').Session} Session */
/** @typedef {import('../data/manifest.js').Manifest} Manifest */

/** @typedef {(problem: Problem) => void} Report */
/** @typedef {{id?: string, [key: string]: any}} Reference of igv.js */
/** @typedef {Record<string, {size?: number}>} Sizes by address: how long files were when written */
/**
 * What is opened: a manifest, or the address of a `hub`. `bare` is the genome by the lengths of its
 * chromosomes alone, for when its sequence cannot be read.
 *
 * @typedef {{manifest: Manifest | null, hub: string, session: Session, bare?: Reference}} Opened
 */

const VIEW = 'gtrack view DIR --fasta FILE'
export const OWN_GENOME = 'Open the scan with its own genome.'

/**
 * The manifest with absolute URLs (null for a hub) and an igv.js session, without the tracks whose
 * files are no good.
 *
 * @param {Igv | Promise<Igv>} igv
 * @param {MountOptions} options
 * @param {Report} report
 * @returns {Promise<Opened>}
 */
export async function open(igv, options, report) {
  const { hubURL, reference, sizes } = options
  const manifest = hubURL ? null : await manifestOf(options)
  const hub = new URL(hubURL ?? '', document.baseURI).href
  const all = manifest ? sessionOf(manifest, reference) : await ofHub(await igv, hub, reference)
  const known = (manifest ? manifest.files : await listOf(hub)) ?? {}
  const bare = bareOf(all, manifest?.genome ?? { id: 'custom', sizes })
  const [letters, found] = await Promise.all([
    lookAtGenome(all.reference, known),
    Promise.all(all.tracks.map((track) => lookAt(track, known))),
  ])
  for (const { bad, odd } of found) if (bad ?? odd) report(/** @type {Problem} */ (bad ?? odd))
  const whole = wholeFiles([...letters, ...found])
  if (whole) report(whole)
  const session = { ...all, tracks: withBands(all.tracks.filter((_, i) => !found[i].bad)) }
  const lost = letters.find(({ bad }) => bad)?.bad
  if (lost && bare) session.reference = bare
  const least = session.reference?.format === 'chromsizes'
  if (least) report(noLetters(session.reference ?? {}, options, lost?.title))
  return { manifest, hub, session, bare: least ? undefined : bare }
}

/** @type {typeof import('../data/hub.js').hubSession} */
const ofHub = async (...given) => (await import('../data/hub.js')).hubSession(...given)

/** @param {MountOptions} options */
async function manifestOf({ manifestURL = '', manifest }) {
  const { href } = new URL(manifestURL, document.baseURI)
  const cure = 'Give the address of the manifest.json of a scan.'
  return readManifest(manifest ? JSON.stringify(manifest) : await fetchText(href, cure), href)
}

/**
 * The files of a hub as gtrack listed them; none of a hub of others.
 *
 * @param {string} hub
 * @returns {Promise<Sizes>}
 */
async function listOf(hub) {
  try {
    const { files } = await (await fetch(new URL('files.json', hub))).json()
    const listed = Object.entries(files).map(([name, kept]) => [new URL(name, hub).href, kept])
    return Object.fromEntries(listed)
  } catch {
    return {}
  }
}

/**
 * The session of a manifest, with names as text, and with the genome beside the scan where there
 * is one; igv.js knows others by their name.
 *
 * @param {Manifest} manifest
 * @param {object | undefined} reference
 * @returns {Session}
 */
function sessionOf(manifest, reference) {
  const { genome: known, ...session } = sessionFromManifest(manifest)
  for (const track of session.tracks) {
    if (track.gtrack) track.gtrack.title = track.name
    const what = laneOf(track, manifest).kind === 'signal' ? ' · signal, on a scale of its own' : ''
    track.name = escapeHTML(track.name) + what
  }
  const { genome } = manifest
  if (!reference && !genome.fasta && genome.id !== 'custom') return { ...session, genome: known }
  return { ...session, reference: reference ?? localReference(genome), loadDefaultGenomes: false }
}

/**
 * The genome of a session without its sequence; none where nothing tells the lengths.
 *
 * @param {Session} session
 * @param {import('../data/manifest.js').Genome} genome
 * @returns {Reference | undefined}
 */
function bareOf({ reference, genome: name }, genome) {
  const { id = name ?? genome.id, aliasURL, chromSizesURL } = reference ?? {}
  const sizes = genome.sizes ?? chromSizesURL
  return sizes && { aliasURL, ...localReference({ ...genome, id, sizes, fasta: null }) }
}

/**
 * What stands above bars that could have been letters.
 *
 * @param {Reference} reference
 * @param {MountOptions} options
 * @param {string} [why]
 */
function noLetters({ id, name = id }, { lettersFrom }, why) {
  const title = why ?? `The sequence of ${name === 'custom' ? 'this genome' : name} is not here.`
  const offline = why || lettersFrom || id === 'custom'
  const online = offline ? '' : ', and --online lets this page fetch them'
  const cure = `${lettersFrom ?? VIEW} gives the letters${online}.`
  return problem(title, `Without it there are bars, not letters. ${cure}`)
}

/**
 * What is wrong with the files of a genome that igv.js reads in pieces.
 *
 * @param {Reference | undefined} reference
 * @param {Sizes} known
 */
function lookAtGenome({ format = '', twoBitURL, fastaURL, indexURL } = {}, known) {
  if (format === 'chromsizes') return Promise.resolve([])
  const files = [
    { url: twoBitURL, format: '2bit' },
    { url: twoBitURL ? undefined : fastaURL, format: 'fasta' },
    { url: indexURL, format: 'fai' },
  ]
  const there = files.filter(({ url }) => typeof url === 'string' && !url.startsWith('data:'))
  const { origin } = location
  const afar = ({ url = '' }) => twoBitURL && new URL(url, document.baseURI).origin !== origin
  return Promise.all(there.map((file) => (afar(file) ? wait(file.url) : lookAt(file, known))))
}

/**
 * Waits for a server of others only so long: igv.js would for ever. All else is left to igv.js,
 * which knows mirrors.
 *
 * @param {string} url
 * @returns {Promise<import('../data/files.js').Found>}
 */
async function wait(url) {
  const seconds = 10
  const asked = { headers: { Range: 'bytes=0-3' }, signal: AbortSignal.timeout(seconds * 1000) }
  const answer = await fetch(url, asked).catch((error) => error)
  answer.body?.cancel()
  if (answer.name !== 'TimeoutError') return {}
  return { bad: problem(`${url} does not answer within ${seconds} s.`, COPY) }
}

/**
 * What is wrong with the first bad or odd file of a track, or else how much is read of them all.
 *
 * @param {import('../../igv.js').TrackConfig} track
 * @param {Sizes} known
 * @returns {Promise<import('../data/files.js').Found>}
 */
async function lookAt(track, known) {
  const files = track.tracks ?? [track]
  const looks = files.map(({ url = '', format }) => look(url, { format, size: known[url]?.size }))
  const found = await Promise.all(looks)
  const whole = found.reduce((sum, each) => sum + (each.whole ?? 0), 0)
  return found.find(({ bad }) => bad) ?? found.find(({ odd }) => odd) ?? { whole }
}

/**
 * The igv.js browser of a session, without tracks yet. Its web service would be asked for names,
 * and its navigation bar is the panel's work. Where the genome cannot be read, there are bars.
 *
 * @param {Igv} igv
 * @param {HTMLElement} figure
 * @param {Opened} opened
 * @param {MountOptions} options
 * @param {Report} report
 * @returns {Promise<Browser>}
 */
export async function openBrowser(igv, figure, { session, bare, ...rest }, options, report) {
  const { palette, lettersFrom = VIEW } = options
  const { tracks, roi, locus, ...genome } = session
  const nucleotideColors = { ...COLORS, ...palette }
  const quiet = { showNavigation: false, search: false }
  try {
    return await steady(() => igv.createBrowser(figure, { ...genome, nucleotideColors, ...quiet }))
  } catch (error) {
    const [why] = messageOf(error).split('\n') // the rest are hints on addresses
    const title = `igv.js could not open the genome (${why}).`
    if (!bare) throw problem(title, `Give its FASTA: ${lettersFrom}.`)
    report(noLetters(bare, options, title))
    const own = { ...session, genome: undefined, reference: bare, loadDefaultGenomes: false }
    return openBrowser(igv, figure, { ...rest, session: own }, options, report)
  }
}

/**
 * Loads tracks, each once.
 *
 * @param {Browser} browser
 * @param {import('../../igv.js').TrackConfig[]} configs
 */
export const loadTracks = (browser, configs) =>
  steady(() => {
    const there = browser.trackViews.map(({ track }) => track.config)
    return browser.loadTrackList(configs.filter((config) => !there.includes(config)))
  })

/**
 * What is wrong where the genome is not that of the scan; null where it is.
 *
 * @param {Browser} browser
 * @param {Manifest | null} manifest
 */
export function genomeProblem(browser, manifest) {
  const { genome } = manifest ?? {}
  let bases = 0
  for (const chromosome of browser.genome.chromosomes.values()) {
    if (chromosome && chromosome.name !== 'all') bases += chromosome.bpLength
  }
  if (genome?.id !== 'custom' || bases === genome.bases) return null
  const counts = `it has ${bases} bases, that of the scan ${genome.bases}`
  const title = `The genome does not match: ${counts}.`
  return problem(title, `Letters and positions may be wrong. ${OWN_GENOME}`)
}
