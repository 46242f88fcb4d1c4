// The figure in words, for those who do not see it.
import { h } from '../parts/dom.js'
import { formatLocus, parseLocus } from '../pure/state.js'
import { number, signed } from '../pure/words.js'

/** @typedef {import('../../index.js').Interval} Interval */
/**
 * `values` are null where they could not be read, and not there where too many would be.
 *
 * @typedef {{model: string, unit?: string, values?: Float32Array | null}} Seen
 */

/** The most bases of which the strongest is looked for. */
const LONGEST = 20_000
let figures = 0

/** @param {Interval} view */
const placeOf = ({ chrom, start, end }) =>
  `${chrom}, bases ${number(Math.floor(start) + 1)} to ${number(Math.ceil(end))}`

/**
 * The base of the largest |value|; null where there is none.
 *
 * @param {Float32Array} values
 */
export function strongest(values) {
  let at = -1
  for (const [i, value] of values.entries()) {
    if (value && Math.abs(value) > Math.abs(at < 0 ? 0 : values[at])) at = i
  }
  return at < 0 ? null : { at, value: values[at] }
}

/**
 * Sentences on what is shown.
 *
 * @param {Interval} view
 * @param {Seen[]} models
 * @param {{kind: string, rows: number} | null} listed
 */
export function inWords(view, models, listed) {
  const bases = Math.round(view.end - view.start)
  const said = models.map(({ model, unit = 'logit', values }) => {
    if (values === null) return `${model}: its values cannot be read`
    if (!values) return `${model}: zoom in to ${number(LONGEST)} bases to hear its values`
    const found = strongest(values)
    if (!found) return `${model}: no values here`
    const place = number(Math.floor(view.start) + found.at + 1)
    return `${model}: strongest base ${signed(found.value)} ${unit} at ${place}`
  })
  const place = `${placeOf(view)} (${number(bases)})`
  const rows = listed && `${number(listed.rows)} listed ${listed.kind} in view`
  return [place, ...said, ...(rows ? [rows] : [])].map((text) => `${text}.`).join(' ')
}

/**
 * Names the figure, and describes what it shows whenever that has changed.
 *
 * @param {import('./panel.js').Viewer} viewer
 * @param {import('../list/rows.js').Rows | null} list
 */
export function makeSpoken(viewer, list) {
  const { figure, relevance, values } = viewer
  const id = `gt-spoken-${++figures}`
  const element = h('p', { id, class: 'gt-spoken' })
  const attributes = {
    role: 'application',
    tabindex: 0,
    'aria-label': `Tracks of ${relevance.map((r) => r.model).join(', ') || 'a hub'}`,
    'aria-describedby': id,
    'aria-keyshortcuts': 'ArrowLeft ArrowRight + -',
  }
  for (const [key, value] of Object.entries(attributes)) figure.setAttribute(key, String(value))
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  async function describe() {
    const view = parseLocus(viewer.state().locus)
    if (!view) return element.replaceChildren('The whole genome.')
    const isNear = view.end - view.start <= LONGEST
    const read = (/** @type {string} */ model) =>
      values(model, view.chrom, view.start, view.end).catch(() => null)
    const shown = relevance.filter(({ track }) => !track.isHidden)
    const seen = await Promise.all(
      shown.map(async ({ model, unit }) => {
        return { model, unit, values: isNear ? await read(model) : undefined }
      }),
    )
    if (viewer.state().locus !== formatLocus(view)) return // meanwhile the view has moved
    element.textContent = inWords(view, seen, list?.touching(view) ?? null)
  }
  const sync = () => {
    clearTimeout(timer)
    timer = setTimeout(describe, 400)
  }
  return { element, sync, destroy: () => clearTimeout(timer) }
}
