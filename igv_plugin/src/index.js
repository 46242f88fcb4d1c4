// gtrack's plugin for igv.js: install(igv) for any page, mount(element, igv, options) for the whole viewer.
import { escapeHTML, h } from './dom.js'
import { COLORS } from './draw.js'
import { around } from './hits.js'
import { hubSession } from './hub.js'
import { COPY, fetchText, LETTERED, localReference, preflight, problem, readManifest, sessionFromManifest } from './manifest.js'
import { makePanel } from './panel.js'
import { formatLocus, parseLocus, readState, writeState } from './state.js'
import { relevanceTrack, sceneOf } from './track.js'

export { sessionFromManifest }

const OWN = 'Open the scan with its own genome.', isRelevance = (config) => config?.gtrack?.kind === 'relevance'

/** Teach igv.js the relevance track: configs of type wig with a `gtrack` key. All others stay as they are. */
export async function install(igv) {
  const Wig = (await igv.createTrack({ type: 'wig', features: [] }, {})).constructor, Relevance = relevanceTrack(Wig)
  igv.registerTrackCreatorFunction('wig', (config, browser) => new (config.gtrack ? Relevance : Wig)(config, browser))
}

/** Build the viewer in `element`. See index.d.ts for the options and for what comes back. */
export const mount = (element, igv, options) => build(element, igv, options).catch((error) => {
  element.replaceChildren(h('p', { role: 'alert' }, `The viewer could not start. ${error.message}`))
  throw error
})

async function build(element, igv, options) {
  await install(igv)
  const problems = [], listeners = {}
  const emit = (name, detail) => listeners[name]?.forEach((listener) => listener(detail))
  const on = (name, listener) => {
    (listeners[name] ??= new Set()).add(listener)
    return () => listeners[name].delete(listener)
  }
  const report = ({ title, cure }) => { problems.push({ title, cure }); emit('error', { title, cure }) }
  const { manifest, session: { tracks, roi, locus: first, ...genome } } = await source(igv, options, report)
  const wanted = { difference: true, locus: first, ...options, ...readState(location.hash) }
  const pair = tracks.filter(isRelevance).slice(0, 2).map((t) => t.gtrack), models = pair.map((g) => g.model)

  // ---- igv.js: its web service would be asked for names, its navigation bar is the panel's work
  const igvElement = h('div'), nucleotideColors = { ...COLORS, ...options.palette }
  element.replaceChildren(igvElement)
  const browser = await igv.createBrowser(igvElement, { ...genome, nucleotideColors, showNavigation: false, search: false }).catch((error) => {
    throw problem(`igv.js could not open the genome (${error.message ?? error}).`,
      'A known genome such as hg38 needs the internet; any other must lie beside the scan.')
  })
  const scene = sceneOf(browser, wanted), bases = [...browser.genome.chromosomes.values()].reduce((sum, c) => sum + (c && c.name !== 'all' ? c.bpLength : 0), 0)
  if (manifest?.genome.id === 'custom' && bases !== manifest.genome.bases) {
    const title = `The genome does not match: it has ${bases} bases, that of the scan ${manifest.genome.bases}.`
    report(problem(title, `Letters and positions may be wrong. ${OWN}`))
  }

  // ---- state
  const find = (kind) => browser.findTracks(({ config }) => config?.gtrack?.kind === kind)
  let timer, work = Promise.resolve() // one change of the difference after the other
  const changed = (name, detail) => {
    clearTimeout(timer) // browsers limit how often the address may change
    timer = setTimeout(() => history.replaceState(history.state, '', writeState({ ...readState(location.hash), ...app.state() })), 200)
    emit(name, detail)
  }
  const differenceTrack = () => ({
    ...LETTERED, height: 80, order: tracks.findLastIndex(isRelevance) + 0.5,
    gtrack: { kind: 'difference', models, unit: pair[0].unit === pair[1].unit ? pair[0].unit : 'mixed unit' },
  })
  const filterHits = () => {
    for (const track of find('hits')) {
      const least = scene.threshold * (app.of(track.config.gtrack.model)?.p99 ?? 0)
      track.filter = (hit) => Math.abs(hit.relSum) / (hit.end - hit.start) >= least
    }
  }
  const app = {
    browser, manifest, element, igvElement, problems, on, emit,
    roi: roi?.[0], colors: scene.colors, relevance: [], filter: { motif: wanted.motif, model: wanted.model },
    get difference() { return find('difference')[0] ?? null },
    state() {
      const { chr: chrom, start, end } = browser.referenceFrameList[0], { threshold, scale, reverse } = scene
      const locus = chrom === 'all' ? chrom : formatLocus({ chrom, start, end })
      return { locus, threshold, scale, reverse, difference: Boolean(app.difference), ...app.filter }
    },
    setThreshold: (x) => scene.set({ threshold: Math.min(1, Math.max(0, Number(x) || 0)) }),
    setScale: (x) => scene.set({ scale: x === 'p99' || (x > 0 && x < Infinity) ? x : 'auto' }),
    setReverse: (x) => scene.set({ reverse: Boolean(x) }),
    setDifference: (wish) => (work = work.then(async () => {
      if (models.length < 2 || Boolean(wish) === Boolean(app.difference)) return
      if (!wish) return browser.removeTrack(app.difference)
      await browser.loadTrack(differenceTrack())
      changed('difference', true)
    })),
    setFilter: (filter) => changed('filter', app.filter = filter),
    of: (model) => app.relevance.find((r) => r.model === model),
    values: (model, ...place) => app.of(model).track.values(...place),
    /** Shows at least `width` bases around a place; resolves once it is drawn, to false if the genome has no such chromosome. */
    async goto(chrom, start, end, width = 1) {
      const chromosome = await browser.genome.loadChromosome(chrom) // not igv.js' search, which knows no odd names
      if (chromosome) return browser.updateLoci([{ chr: chromosome.name, ...around(start, end, width, chromosome.bpLength) }])
      report(problem(`${formatLocus({ chrom, start, end })} cannot be shown: the genome has no such chromosome.`, OWN))
      return false
    },
  }

  // ---- the place first, so that each track is read once
  for (const place of new Set([wanted.locus, first])) {
    const { chrom, start, end } = (typeof place === 'string' ? parseLocus(place) : place) ?? {}
    if (chrom && await app.goto(chrom, start, end)) break
  }
  const list = tracks.map((track, i) => ({ ...track, order: i }))
  if (models.length > 1 && wanted.difference) list.push(differenceTrack())
  await browser.loadTrackList(list).catch((error) => report(problem(`A track cannot be shown: ${error.message}.`, COPY)))
  app.relevance = find('relevance').map((track) => ({ ...track.config.gtrack, track }))
  await scene.set({})
  filterHits()
  scene.onChange = (changes) => {
    if ('threshold' in changes) filterHits()
    for (const name in changes) changed(name, changes[name])
  }
  browser.on('locuschange', () => changed('locus', app.state().locus))
  browser.on('trackremoved', () => changed('difference', Boolean(app.difference)))
  const follow = () => readState(location.hash).locus && location.reload() // a link to another view, in the same tab
  window.addEventListener('hashchange', follow)
  const panel = makePanel(app)
  return Object.assign(app, panel, {
    destroy() {
      window.removeEventListener('hashchange', follow)
      panel.destroy()
      igv.removeBrowser(browser)
      document.removeEventListener('keyup', browser.keyUpHandler) // igv.js adds it once more instead
      clearTimeout(timer)
      igvElement.remove()
    },
  })
}

/** The manifest with absolute URLs (null for a hub) and an igv.js session, without the tracks whose files are no good. */
async function source(igv, { manifestURL = '', manifest: given, hubURL, reference }, report) {
  let manifest = null, session
  if (hubURL) session = await hubSession(igv, new URL(hubURL, document.baseURI).href, reference)
  else {
    const { href } = new URL(manifestURL, document.baseURI)
    manifest = readManifest(given ? JSON.stringify(given) : await fetchText(href, 'Give the address of the manifest.json of a scan.'), href)
    const { genome } = manifest
    session = sessionFromManifest(manifest)
    for (const track of session.tracks) track.name = escapeHTML(track.gtrack.title = track.name)
    if (reference || genome.fasta || genome.id === 'custom') {
      const bad = !reference && genome.fasta && (await preflight(genome.fasta) ?? await preflight(`${genome.fasta}.fai`))
      if (bad) report(problem(bad.title, `Without it there are bars, not letters. ${COPY}`))
      delete session.genome
      Object.assign(session, { reference: reference ?? localReference(bad ? { ...genome, fasta: null } : genome), loadDefaultGenomes: false })
    }
  }
  const found = await Promise.all(session.tracks.map(async (track) =>
    (await Promise.all((track.tracks ?? [track]).map(({ url, format }) => preflight(url, format)))).find(Boolean)))
  found.filter(Boolean).forEach(report)
  session.tracks = session.tracks.filter((_, i) => !found[i])
  return { manifest, session }
}
