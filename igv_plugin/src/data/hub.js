// UCSC hubs: igv.js reads them, but drops `logo`, fractional `viewLimits`, `autoScale group` and
// overlays. This puts them back.
import { escapeHTML } from '../pure/words.js'
import { fetchText, problem } from './files.js'
import { messageOf } from './manifest.js'

/** @typedef {import('../../igv.js').TrackConfig} TrackConfig */
/** @typedef {import('../../igv.js').GtrackConfig} GtrackConfig */
/** @typedef {Record<string, string>} Stanza The settings of one stanza by name. */

/**
 * The stanzas of a hub.txt or trackDb.txt.
 *
 * @param {string} text
 * @returns {Stanza[]}
 */
export function parseStanzas(text) {
  /** @type {[string, string][][]} */
  const stanzas = [[]]
  const lines = text.replace(/\\\r?\n\s*/g, '').split(/\r?\n/) // after a backslash a line goes on
  for (const line of lines.map((l) => l.trim())) {
    if (!line) stanzas.push([])
    else if (!line.startsWith('#')) {
      const [name] = line.split(/\s/, 1)
      stanzas[stanzas.length - 1].push([name, line.slice(name.length).trim()])
    }
  }
  return stanzas.filter((settings) => settings.length).map((s) => Object.fromEntries(s))
}

/** The stanzas of a hub's tracks, of which one may stand under another. */
class Hub {
  /** @type {Map<string, Stanza>} */
  #byName = new Map()

  /** @param {Stanza[]} stanzas */
  constructor(stanzas) {
    for (const stanza of stanzas) if (stanza.track) this.#byName.set(stanza.track, stanza)
  }

  /** @param {string | undefined} name */
  get(name) {
    return this.#byName.get(name ?? '')
  }

  /** @param {Stanza | undefined} stanza */
  parentOf(stanza) {
    return this.get(stanza?.parent?.split(/\s+/)[0])
  }

  /**
   * A setting of a stanza: its own, else its parent's.
   *
   * @param {Stanza | undefined} stanza
   * @param {string} key
   * @returns {string | undefined}
   */
  setting(stanza, key) {
    return stanza && (stanza[key] ?? this.setting(this.parentOf(stanza), key))
  }
}

/**
 * igv.js' track configs, repaired.
 *
 * @param {TrackConfig[]} configs
 * @param {Stanza[]} stanzas
 */
export function repairTracks(configs, stanzas) {
  const hub = new Hub(stanzas)
  /** @type {Map<Stanza, TrackConfig>} */
  const overlays = new Map()
  /** @type {TrackConfig[]} */
  const tracks = []
  /** @type {Map<string | undefined, string | undefined>} models by the names of their tracks */
  const models = new Map()
  /** @type {string | undefined} */
  let home // the group with letters; others hold the strands of the same models
  for (const config of configs) {
    const stanza = hub.get(config.id)
    const parent = hub.parentOf(stanza)
    const group = parent?.track ?? 'hub'
    const own = ownOf(config, stanza)
    const track = scaled(config, own, group, hub, stanza)
    if (parent?.container === 'multiWig') {
      const overlay = overlays.get(parent) ?? overlayOf(parent)
      if (!overlays.has(parent)) tracks.push(overlay)
      overlays.set(parent, overlay)
      overlay.tracks?.push(layerOf(track))
    } else if (hub.setting(stanza, 'logo') === 'on') {
      home ??= group
      const gtrack = { ...own, kind: group === home ? 'relevance' : 'relevance-other' }
      const letters = { type: 'wig', graphType: 'dynseq', height: 110 }
      tracks.push({ ...track, ...letters, gtrack: { ...gtrack, model: own.title } })
      models.set(`${config.id}-hits`, own.title)
    } else {
      own.model = models.get(config.id) // of gtrack's hits, which stand under it
      tracks.push(annotation(track, hub.setting(stanza, 'itemRgb')))
    }
  }
  return tracks
}

/**
 * @param {TrackConfig} config
 * @param {Stanza | undefined} stanza
 * @returns {GtrackConfig}
 */
function ownOf(config, stanza) {
  const unit = /\((value)\)$/.exec(stanza?.longLabel ?? '')?.[1]
  const p99 = Number(/\bp99=(\S+)/.exec(stanza?.metadata ?? '')?.[1]) || undefined
  const names = /(?:^|\s)names=(\S+\.names\.tsv)(?:\s|$)/.exec(stanza?.metadata ?? '')?.[1]
  const table = names && config.url && { names: new URL(names, String(config.url)).href }
  return { kind: 'annotation', title: config.name ?? config.id, unit, p99, ...table }
}

/**
 * The config with the scale that the hub asks for, and names as text.
 *
 * @param {TrackConfig} config
 * @param {GtrackConfig} gtrack
 * @param {string} group
 * @param {Hub} hub
 * @param {Stanza | undefined} stanza
 * @returns {TrackConfig}
 */
function scaled({ description, ...config }, gtrack, group, hub, stanza) {
  const track = { ...config, name: escapeHTML(gtrack.title), gtrack } // igv.js takes both for HTML
  if (hub.setting(stanza, 'autoScale') === 'group') {
    return { ...track, min: undefined, max: undefined, autoscale: true, autoscaleGroup: group }
  }
  const [min, max] = hub.setting(stanza, 'viewLimits')?.split(':').map(Number) ?? []
  return min < max ? { ...track, min, max, autoscale: false } : track
}

/**
 * @param {Stanza} parent
 * @returns {TrackConfig}
 */
const overlayOf = (parent) => ({
  type: 'merged',
  name: escapeHTML(parent.shortLabel),
  height: 100,
  alpha: 0.5,
  autoscale: true,
  tracks: [],
})

/**
 * @param {TrackConfig} track
 * @returns {TrackConfig}
 */
function layerOf({ url, format, color, altColor, name }) {
  return { type: 'wig', graphType: 'bar', url, format, color, altColor, name, autoscale: true }
}

/**
 * @param {TrackConfig} track
 * @param {string | undefined} itemRgb
 * @returns {TrackConfig}
 */
function annotation({ gtrack, ...track }, itemRgb = '') {
  if (/^on$/i.test(itemRgb)) {
    Object.assign(track, { color: undefined, altColor: undefined }) // they hide the items' own
  }
  return /^bigwig$/i.test(String(track.format)) ? track : { ...track, gtrack }
}

/**
 * An igv.js session from the address of a hub.txt with `useOneFile on`.
 *
 * @param {import('../../igv.js').Igv} igv
 * @param {string} url
 * @param {object} [reference]
 * @returns {Promise<import('../../igv.js').Session>}
 */
export async function hubSession(igv, url, reference) {
  const cure = 'Give the address of a hub.txt with "useOneFile on", as gtrack hub writes it.'
  const stanzas = parseStanzas(await fetchText(url, cure))
  try {
    const { tracks, locus, ...genome } = (await igv.loadHub(url)).getGenomeConfig()
    const known =
      reference || genome.twoBitURL
        ? { reference: reference ?? genome, loadDefaultGenomes: false }
        : { genome: genome.id }
    return { ...known, locus, tracks: repairTracks(tracks, stanzas) }
  } catch (error) {
    throw problem(`${url} is no hub that igv.js can read (${messageOf(error)}).`, cure)
  }
}
