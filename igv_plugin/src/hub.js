// UCSC hubs: igv.js reads them, but drops `logo`, fractional `viewLimits`, `autoScale group` and overlays. This puts them back.
import { escapeHTML, fetchText, GtrackError } from './manifest.js'

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
  let home
  const parentOf = (stanza) => byName.get(stanza?.parent?.split(/\s+/)[0])
  const get = (stanza, key) => (stanza ? stanza[key] ?? get(parentOf(stanza), key) : undefined) // its own, else its parent's
  for (const { description, ...config } of configs) { // igv.js would take the description for HTML
    const stanza = byName.get(config.id), parent = parentOf(stanza), title = config.name ?? config.id
    const [low, high] = get(stanza, 'viewLimits')?.split(':').map(Number) ?? [], limited = low < high
    const track = { ...config, name: escapeHTML(title), gtrack: { kind: 'annotation', title } }
    if (limited) Object.assign(track, { min: low, max: high, autoscale: false })
    if (get(stanza, 'autoScale') === 'group') Object.assign(track, { min: undefined, max: undefined, autoscale: true, autoscaleGroup: parent?.track ?? 'hub' })
    if (parent?.container === 'multiWig') {
      if (!overlays.has(parent)) {
        overlays.set(parent, { type: 'merged', name: escapeHTML(parent.shortLabel ?? parent.track), height: track.height ?? 60, alpha: 0.5, autoscale: true, tracks: [] })
        tracks.push(overlays.get(parent))
      }
      const { url, format, color, altColor, name } = track
      overlays.get(parent).tracks.push({ type: 'wig', graphType: 'bar', url, format, color, altColor, name, autoscale: true })
    } else if (get(stanza, 'logo') === 'on') {
      home ??= parent?.track ?? 'hub' // other groups hold the strands of the same models
      const kind = (parent?.track ?? 'hub') === home ? 'relevance' : 'relevance-other', p99 = Number(/\bp99=(\S+)/.exec(get(stanza, 'metadata'))?.[1]) || null
      const scale = limited && !track.autoscaleGroup ? Math.max(-low, high) : 'auto'
      tracks.push({ ...track, type: 'wig', graphType: 'dynseq', height: Math.max(track.height ?? 0, 110), gtrack: { kind, model: title, title, p99, scale } })
    } else {
      if (get(stanza, 'itemRgb')?.toLowerCase() === 'on') Object.assign(track, { color: undefined, altColor: undefined }) // else they hide the items' own
      if (/^bigbed$/i.test(track.format) && get(stanza, 'visibility') === 'full') track.displayMode = 'EXPANDED'
      if (/^bigwig$/i.test(track.format)) delete track.gtrack
      tracks.push(track)
    }
  }
  return tracks
}

/** An igv.js session from the address of a hub.txt with `useOneFile on`. */
export async function hubSession(igv, url, reference) {
  const cure = 'Check the address: it must be that of a hub.txt with "useOneFile on", as gtrack hub writes it.'
  const stanzas = parseStanzas(await fetchText(url, cure))
  try {
    const { tracks, locus, ...genome } = (await igv.loadHub(url)).getGenomeConfig()
    const known = reference || genome.twoBitURL ? { reference: reference ?? genome, loadDefaultGenomes: false } : { genome: genome.id }
    return { ...known, locus, tracks: repairTracks(tracks, stanzas) }
  } catch (error) {
    throw new GtrackError('hub', `${url} is no hub that igv.js can read (${error.message}).`, cure)
  }
}
