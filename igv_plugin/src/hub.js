// UCSC hubs: igv.js reads them, but drops `logo`, fractional `viewLimits`, `autoScale group` and overlays. This puts them back.
import { escapeHTML } from './dom.js'
import { fetchText, problem } from './manifest.js'

/** The stanzas of a hub.txt or trackDb.txt as objects. */
export function parseStanzas(text) {
  const stanzas = [[]]
  for (const line of text.replace(/\\\r?\n\s*/g, '').split(/\r?\n/).map((l) => l.trim())) {
    if (!line) stanzas.push([])
    else if (!line.startsWith('#')) stanzas.at(-1).push(/^(\S+)\s*(.*)$/.exec(line).slice(1))
  }
  return stanzas.filter((lines) => lines.length).map(Object.fromEntries)
}

/** igv.js' track configs, repaired. */
export function repairTracks(configs, stanzas) {
  const byName = new Map(stanzas.filter((s) => s.track).map((s) => [s.track, s])), overlays = new Map(), tracks = []
  const parentOf = (stanza) => byName.get(stanza?.parent?.split(/\s+/)[0])
  const get = (stanza, key) => stanza && (stanza[key] ?? get(parentOf(stanza), key)) // its own, else its parent's
  let home
  for (const { description, ...config } of configs) { // igv.js would take the description for HTML
    const stanza = byName.get(config.id), parent = parentOf(stanza), group = parent?.track ?? 'hub', title = config.name ?? config.id
    const own = { kind: 'annotation', title, unit: /\((value)\)$/.exec(stanza?.longLabel)?.[1] }
    const track = { ...config, name: escapeHTML(title), gtrack: own }
    const [low, high] = get(stanza, 'viewLimits')?.split(':').map(Number) ?? []
    if (get(stanza, 'autoScale') === 'group') Object.assign(track, { min: undefined, max: undefined, autoscale: true, autoscaleGroup: group })
    else if (low < high) Object.assign(track, { min: low, max: high, autoscale: false })
    if (parent?.container === 'multiWig') {
      if (!overlays.has(parent)) {
        const overlay = { type: 'merged', name: escapeHTML(parent.shortLabel), height: 100, alpha: 0.5, autoscale: true, tracks: [] }
        tracks.push(overlay)
        overlays.set(parent, overlay.tracks)
      }
      const { url, format, color, altColor, name } = track
      overlays.get(parent).push({ type: 'wig', graphType: 'bar', url, format, color, altColor, name, autoscale: true })
    } else if (get(stanza, 'logo') === 'on') {
      home ??= group // other groups hold the strands of the same models
      const gtrack = { ...own, kind: group === home ? 'relevance' : 'relevance-other', model: title }
      tracks.push({ ...track, type: 'wig', graphType: 'dynseq', height: 110, gtrack })
    } else {
      if (/^on$/i.test(get(stanza, 'itemRgb'))) Object.assign(track, { color: undefined, altColor: undefined }) // else they hide the items' own
      if (/^bigwig$/i.test(track.format)) delete track.gtrack
      tracks.push(track)
    }
  }
  return tracks
}

/** An igv.js session from the address of a hub.txt with `useOneFile on`. */
export async function hubSession(igv, url, reference) {
  const cure = 'Give the address of a hub.txt with "useOneFile on", as gtrack hub writes it.'
  const stanzas = parseStanzas(await fetchText(url, cure))
  try {
    const { tracks, ...genome } = (await igv.loadHub(url)).getGenomeConfig(), { locus } = genome
    const known = reference || genome.twoBitURL ? { reference: reference ?? genome, loadDefaultGenomes: false } : { genome: genome.id }
    return { ...known, locus, tracks: repairTracks(tracks, stanzas) }
  } catch (error) {
    throw problem(`${url} is no hub that igv.js can read (${error.message}).`, cure)
  }
}
