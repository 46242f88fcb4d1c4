// gtrack's plugin for igv.js: install(igv) for any page, mount(element, igv, options) for the whole viewer.
import { checkManifest, escapeHTML, GtrackError, loadManifest, localReference, preflight, regionSource, resolveManifest, sessionFromManifest } from './manifest.js'
import { hubSession } from './hub.js'
import { relevanceTrack, sceneOf } from './track.js'
import { formatLocus, parseLocus, readState, writeState } from './state.js'

export { GtrackError, sessionFromManifest }

const MANY_REGIONS = 20_000 // igv.js looks through all of them at each step
const installed = new WeakMap()
const isRelevance = (config) => config?.gtrack?.kind === 'relevance'

/** Teach igv.js the relevance track: configs of type wig with a `gtrack` key. All others stay as they are. */
export function install(igv) {
  const teach = async () => {
    const Wig = (await igv.createTrack({ type: 'wig', features: [] }, {})).constructor, Relevance = relevanceTrack(Wig)
    igv.registerTrackCreatorFunction('wig', (config, browser) => new (config.gtrack ? Relevance : Wig)(config, browser))
  }
  if (!installed.has(igv)) installed.set(igv, teach())
  return installed.get(igv)
}

/** Build the viewer in `element`. See index.d.ts for the options and for what comes back. */
export async function mount(element, igv, options) {
  try {
    return await build(element, igv, options)
  } catch (error) {
    const message = document.createElement('p')
    message.setAttribute('role', 'alert')
    message.textContent = `The viewer could not start. ${error.message}`
    element.replaceChildren(message)
    throw error
  }
}

async function build(element, igv, options) {
  await install(igv)
  const problems = [], listeners = {}
  const emit = (name, detail) => listeners[name]?.forEach((listener) => listener(detail))
  const on = (name, listener) => {
    (listeners[name] ??= new Set()).add(listener)
    return () => listeners[name].delete(listener)
  }
  const report = (problem) => { problems.push(problem); emit('error', problem) }
  const wanted = { difference: true, ...options, ...readState(location.hash) }
  const { manifest, session } = await source(igv, options, report)

  // ---- igv.js, with what the address and the options ask for
  const shared = { palette: options.palette, ...Object.fromEntries(['scale', 'threshold', 'reverse'].filter((key) => wanted[key] !== undefined).map((key) => [key, wanted[key]])) }
  for (const track of session.tracks) if (track.graphType === 'dynseq') Object.assign(track.gtrack, shared)
  const models = [...new Set(session.tracks.filter(isRelevance).map((t) => t.gtrack.model))].slice(0, 2)
  const differenceTrack = () => ({
    type: 'wig', graphType: 'dynseq', height: 80, order: session.tracks.findLastIndex(isRelevance) + 1.5, autoscale: true, autoscaleGroup: 'relevance',
    gtrack: { kind: 'difference', models, ...shared },
  })
  const tracks = models.length === 2 && wanted.difference ? [...session.tracks, differenceTrack()] : session.tracks
  const igvElement = document.createElement('div')
  element.replaceChildren(igvElement)
  const places = [wanted.locus, session.locus].map((place) => (typeof place === 'string' ? parseLocus(place) : place)).filter(Boolean)
  const browser = await open(igv, igvElement, { ...session, tracks }, places, report)
  if (manifest?.genome.id === 'custom') checkGenome(browser.genome, manifest.genome, report)
  const scene = sceneOf(browser, shared), { colors } = scene
  const find = (match) => browser.findTracks((track) => match(track.config))
  const relevance = find(isRelevance).map((track) => ({ name: track.config.gtrack.title, model: track.config.gtrack.model, p99: track.p99, track }))

  // ---- state
  const locus = () => {
    const { chr, start, end } = browser.referenceFrameList[0]
    return chr === 'all' ? chr : formatLocus({ chrom: chr, start, end })
  }
  const shown = () => ({ locus: locus(), threshold: scene.threshold, scale: scene.scale, reverse: scene.reverse, difference: core.difference !== null })
  let timer
  const changed = (name, detail) => {
    clearTimeout(timer) // browsers limit how often the address may change
    timer = setTimeout(() => history.replaceState(history.state, '', writeState({ ...readState(location.hash), ...shown() })), 200)
    emit(name, detail)
  }
  const filterHits = () => {
    for (const track of find((config) => config?.type === 'annotation' || config?.format === 'bigbed')) {
      const p99 = (hit) => relevance.find((r) => r.model === (track.config.gtrack.model ?? hit.model?.split(':')[0]))?.p99 ?? 0
      track.filter = (hit) => hit.relSum === undefined || Math.abs(hit.relSum) / (hit.end - hit.start) >= scene.threshold * p99(hit)
    }
  }
  let work = Promise.resolve() // one change after the other
  const core = {
    browser, igv, manifest, element, igvElement, relevance, colors, problems, on, emit,
    difference: find((config) => config?.gtrack?.kind === 'difference')[0] ?? null,
    state: () => ({ ...shown(), palette: options.palette ?? 'okabe-ito' }),
    setThreshold: (x) => scene.set({ threshold: Math.min(1, Math.max(0, Number(x) || 0)) }),
    async setScale(x) {
      if (x !== 'auto' && x !== 'p99' && !(x > 0 && x < Infinity)) throw new RangeError('gtrack: a scale is "auto", "p99" or a number above 0')
      await scene.set({ scale: x })
    },
    setReverse: (x) => scene.set({ reverse: Boolean(x) }),
    setDifference: (wish) => (work = work.then(async () => {
      if (models.length < 2 || Boolean(wish) === (core.difference !== null)) return
      if (!wish) return browser.removeTrack(core.difference)
      core.difference = await browser.loadTrack(differenceTrack())
      changed('difference', true)
    })),
    values: (model, chrom, start, end) => relevance.find((r) => r.model === model).track.values(chrom, Math.max(0, Math.floor(start)), Math.ceil(end)),
    async goto(chrom, start, end) {
      if (!(await show(browser, { chrom, start, end }))) throw new GtrackError('chromosome', `The genome has no chromosome "${chrom}".`, 'Open the scan with its own genome.')
    },
  }
  scene.onChange = (changes) => {
    if ('threshold' in changes) filterHits()
    for (const name in changes) changed(name, changes[name])
  }
  browser.on('locuschange', () => changed('locus', locus()))
  browser.on('trackremoved', (track) => {
    if (track !== core.difference) return
    core.difference = null
    changed('difference', false)
  })
  const follow = async () => { // the address was changed by hand
    const { locus: text, threshold = 0, scale = 'auto', reverse = false, difference = true } = readState(location.hash), place = parseLocus(text)
    await scene.set({ threshold, scale, reverse })
    await core.setDifference(difference)
    if (place && text !== locus()) await core.goto(place.chrom, place.start, place.end).catch(report)
  }
  window.addEventListener('hashchange', follow)
  filterHits()
  scene.turn()
  const panel = (await import('./panel.js')).makePanel(element, core)
  emit('ready')
  return {
    core, browser, on, problems, state: core.state, go: panel.go, next: panel.next, prev: panel.prev, ready: panel.ready,
    setThreshold: core.setThreshold, setScale: core.setScale, setReverse: core.setReverse, setDifference: core.setDifference,
    destroy() {
      clearTimeout(timer)
      window.removeEventListener('hashchange', follow)
      panel.destroy()
      igv.removeBrowser(browser)
      document.removeEventListener('keyup', browser.keyUpHandler) // igv.js adds it once more instead
      clearTimeout(timer)
      igvElement.remove()
    },
  }
}

/** The manifest with absolute URLs (null for a hub) and an igv.js session, without the tracks whose files are no good. */
async function source(igv, { manifestURL, manifest = null, hubURL, reference, baseURL = '' }, report) {
  const base = new URL(baseURL, document.baseURI)
  let session
  if (hubURL) session = await hubSession(igv, new URL(hubURL, base).href, reference)
  else {
    const url = new URL(manifestURL ?? '', base)
    manifest = resolveManifest(manifestURL ? await loadManifest(url.href) : checkManifest(manifest), url)
    const { genome, locus, regions, tracks } = manifest
    session = { ...sessionFromManifest(manifest), locus }
    tracks.forEach(({ name }, i) => Object.assign(session.tracks[i], { name: escapeHTML(name) }).gtrack.title = name)
    session.roi = regions.scanned > MANY_REGIONS ? [] : session.roi.map((roi) => ({ ...roi, featureSource: regionSource(roi.url) }))
    if (reference || genome.fasta || genome.id === 'custom') {
      const bad = !reference && genome.fasta && (await preflight(genome.fasta) ?? await preflight(`${genome.fasta}.fai`))
      if (bad) report({ ...bad, cure: 'Without it there are bars, not letters. Copy the whole scan folder again.' })
      delete session.genome
      Object.assign(session, { reference: reference ?? localReference(bad ? { ...genome, fasta: null } : genome), loadDefaultGenomes: false })
    }
  }
  const found = await Promise.all(session.tracks.map(async ({ tracks, ...track }) => (await Promise.all((tracks ?? [track]).map((t) => preflight(t.url, t.format)))).find(Boolean)))
  found.filter(Boolean).forEach(report)
  session.tracks = session.tracks.filter((_, i) => !found[i])
  return { manifest, session }
}

/** Show a place; resolves once it is drawn, to false if there is no such chromosome. Not by igv.js' search, which knows no odd names. */
async function show(browser, { chrom, start, end }) {
  const chromosome = await browser.genome.loadChromosome(chrom)
  const to = Math.min(Math.ceil(end), chromosome?.bpLength)
  return Boolean(chromosome) && browser.updateLoci([{ chr: chromosome.name, start: Math.max(0, Math.min(Math.floor(start), to - 1)), end: to }])
}

/** Open igv.js at the first of the places that its genome has. */
async function open(igv, element, session, places, report) {
  const plain = /^[\w.]+$/.test(places[0]?.chrom), locus = plain ? formatLocus(places[0]) : undefined // igv.js takes others for words to search
  // its web service would be asked for names, its navigation bar is the panel's work
  const browser = await igv.createBrowser(element, { ...session, locus, showNavigation: false, search: false }).catch((error) => {
    throw new GtrackError('igv', `igv.js could not open the genome (${error.message ?? error}).`, 'A known genome such as hg38 needs the internet; any other must lie beside the scan.')
  })
  for (const place of places) {
    const known = await browser.genome.loadChromosome(place.chrom)
    if (known && !(plain && place === places[0])) await show(browser, place)
    if (known) break
    report({ title: `${formatLocus(place)} cannot be shown: the genome has no chromosome "${place.chrom}".`, cure: 'Check the address, and that the genome is that of the scan.' })
  }
  return browser
}

/** The genome that was opened must be that of the scan. */
function checkGenome(opened, { chromosomes, bases }, report) {
  const sizes = [...opened.chromosomes.values()].filter((c) => c && c.name !== 'all').map((c) => c.bpLength), sum = sizes.reduce((a, b) => a + b, 0)
  if (sum === bases && sizes.length === chromosomes) return
  const title = `The genome does not match: it has ${sizes.length} chromosomes and ${sum} bases, that of the scan ${chromosomes} and ${bases}.`
  report({ title, cure: 'Open the scan with the genome it was made with: letters and positions may be wrong.' })
}
