// What is opened: a manifest or a hub as an igv.js session, without what cannot be shown.
import { escapeHTML } from './dom.js'
import { COLORS } from './draw.js'
import { COPY, fetchText, preflight, problem } from './files.js'
import { hubSession } from './hub.js'
import { localReference, messageOf, readManifest, sessionFromManifest } from './manifest.js'

/** @typedef {import('../index.js').MountOptions} MountOptions */
/** @typedef {import('../index.js').Problem} Problem */
/** @typedef {import('../igv.js').Browser} Browser */
/** @typedef {import('../igv.js').Igv} Igv */
/** @typedef {import('../igv.js').Session} Session */
/** @typedef {import('./manifest.js').Manifest} Manifest */

export const OWN_GENOME = 'Open the scan with its own genome.'

/**
 * The manifest with absolute URLs (null for a hub) and an igv.js session, without the tracks whose
 * files are no good.
 *
 * @param {Igv} igv
 * @param {MountOptions} options
 * @param {(problem: Problem) => void} report
 * @returns {Promise<{manifest: Manifest | null, session: Session}>}
 */
export async function open(igv, options, report) {
  const { hubURL, reference } = options
  let manifest = null
  let session
  if (hubURL) session = await hubSession(igv, new URL(hubURL, document.baseURI).href, reference)
  else {
    manifest = await manifestOf(options)
    session = await sessionOf(manifest, reference, report)
  }
  const found = await Promise.all(session.tracks.map(whatIsWrong))
  for (const bad of found) if (bad) report(bad)
  return { manifest, session: { ...session, tracks: session.tracks.filter((_, i) => !found[i]) } }
}

/** @param {MountOptions} options */
async function manifestOf({ manifestURL = '', manifest }) {
  const { href } = new URL(manifestURL, document.baseURI)
  const cure = 'Give the address of the manifest.json of a scan.'
  return readManifest(manifest ? JSON.stringify(manifest) : await fetchText(href, cure), href)
}

/**
 * The session of a manifest, with names as text, and with the genome beside the scan where there
 * is one.
 *
 * @param {Manifest} manifest
 * @param {object | undefined} reference
 * @param {(problem: Problem) => void} report
 * @returns {Promise<Session>}
 */
async function sessionOf(manifest, reference, report) {
  const { genome: known, ...session } = sessionFromManifest(manifest)
  for (const track of session.tracks) {
    if (track.gtrack) track.gtrack.title = track.name
    track.name = escapeHTML(track.name)
  }
  if (reference) return { ...session, reference, loadDefaultGenomes: false }
  const { genome } = manifest
  if (!genome.fasta && genome.id !== 'custom') return { ...session, genome: known }
  const bad = genome.fasta && (await whatIsWrongWith(genome.fasta))
  if (bad) report(problem(bad.title, `Without it there are bars, not letters. ${COPY}`))
  const own = localReference(bad ? { ...genome, fasta: null } : genome)
  return { ...session, reference: own, loadDefaultGenomes: false }
}

/** @param {string} fasta */
const whatIsWrongWith = async (fasta) =>
  (await preflight(fasta)) ?? (await preflight(`${fasta}.fai`))

/**
 * What is wrong with the first bad file of a track; undefined where all are good.
 *
 * @param {import('../igv.js').TrackConfig} track
 */
async function whatIsWrong(track) {
  const files = track.tracks ?? [track]
  const found = await Promise.all(files.map(({ url = '', format }) => preflight(url, format)))
  return found.find((bad) => bad !== null)
}

/**
 * The igv.js browser of a session, without tracks yet. Its web service would be asked for names,
 * and its navigation bar is the panel's work.
 *
 * @param {Igv} igv
 * @param {HTMLElement} figure
 * @param {Session} session
 * @param {MountOptions['palette']} palette
 */
export async function openBrowser(igv, figure, session, palette) {
  const { tracks, roi, locus, ...genome } = session
  const nucleotideColors = { ...COLORS, ...palette }
  const quiet = { showNavigation: false, search: false }
  try {
    return await igv.createBrowser(figure, { ...genome, nucleotideColors, ...quiet })
  } catch (error) {
    const cure =
      'A known genome such as hg38 needs the internet; any other must lie beside the scan.'
    throw problem(`igv.js could not open the genome (${messageOf(error)}).`, cure)
  }
}

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
