// The figure as a file that stands alone: igv.js' own SVG, in which letters are shapes, and around
// it what else is seen: place, strand, scanned regions, and what heights and colours mean.
import { h, svg } from '../parts/dom.js'
import { lyingFlat } from '../igv/arranging.js'
import { captions } from './captions.js'

/** @typedef {import('./panel.js').Viewer} Viewer */

const LINE = 15 // pixels from one line of text to the next
const EDGE = 8
const CHARACTER = 5.7 // width of a letter of type that is 11 pixels high
const TYPE = { 'font-family': 'Helvetica, Arial, sans-serif', 'font-size': 11 }
const INK = '#1b1f24'
const SOFT = '#4b545e'

/**
 * Saves what is shown.
 *
 * @param {Viewer} viewer
 * @param {string} name of the file
 */
export function savePicture(viewer, name) {
  const { browser } = viewer
  if (name.endsWith('.png')) return lyingFlat(browser, () => browser.savePNGtoFile(name))
  const href = URL.createObjectURL(new Blob([pictureOf(viewer)], { type: 'image/svg+xml' }))
  h('a', { href, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(href), 60_000)
}

/**
 * What is in sight as the text of a file; of the same view it is the same text.
 *
 * @param {Viewer} viewer
 */
export const pictureOf = (viewer) => lyingFlat(viewer.browser, () => drawn(viewer))

/** @param {Viewer} viewer */
function drawn(viewer) {
  const root = parsed(viewer.browser.toSVG())
  rename(root)
  const [width, height] = ['width', 'height'].map((key) => Number(root.getAttribute(key)))
  const { title, above, below } = captions(viewer, Math.floor((width - 2 * EDGE) / CHARACTER))
  const top = LINE * (above.length + 1) + EDGE
  const foot = top + height + EDGE + LINE
  const swatches = key(viewer, width)
  const last = foot + Math.max(...swatches.map(({ y }) => y))
  const whole = last + LINE * below.length + EDGE
  const figure = svg('g', { transform: `translate(0 ${top})` })
  figure.append(...root.childNodes, ...regions(viewer.browser), ...strands(viewer))
  const box = { height: whole, viewBox: `0 0 ${width} ${whole}`, ...TYPE }
  for (const [key, value] of Object.entries(box)) root.setAttribute(key, String(value))
  root.append(
    svg('title', {}, clean(title)),
    svg('desc', {}, clean([...above, ...below].join(' '))),
    svg('rect', { width, height: whole, fill: '#fff' }),
    line(title, LINE, { fill: INK, 'font-size': 13, 'font-weight': 600 }),
    ...above.map((text, i) => line(text, LINE * (i + 2))),
    figure,
    ...swatches.flatMap(({ text, fill, x, y }) => [
      svg('rect', { x, y: foot + y - 9, width: 10, height: 10, fill }),
      line(text, foot + y, { x: x + 14 }),
    ]),
    ...below.map((text, i) => line(text, last + LINE * (i + 1))),
  )
  return new XMLSerializer().serializeToString(root)
}

/** @param {string} text */
function parsed(text) {
  const { documentElement } = new DOMParser().parseFromString(clean(text), 'image/svg+xml')
  if (documentElement.localName !== 'svg') throw new Error('igv.js made no SVG.')
  return documentElement
}

/**
 * Text without what no XML can hold.
 *
 * @param {string} text
 */
const clean = (text) => text.replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')

/**
 * The ids of igv.js are others each time.
 *
 * @param {Element} root
 */
function rename(root) {
  const named = [...root.querySelectorAll('[id]')]
  const ids = new Map(named.map(({ id }, i) => [`url(#${id})`, `url(#gt${i})`]))
  named.forEach((each, i) => {
    each.id = `gt${i}`
  })
  for (const each of root.querySelectorAll('[clip-path]')) {
    each.setAttribute('clip-path', ids.get(each.getAttribute('clip-path') ?? '') ?? 'none')
  }
}

/**
 * @param {string} text
 * @param {number} y
 * @param {Record<string, string | number>} look
 */
const line = (text, y, look = {}) => svg('text', { x: EDGE, y, fill: SOFT, ...look }, clean(text))

/**
 * The scanned regions, which igv.js lays over the page.
 *
 * @param {import('../../igv.js').Browser} browser
 */
function regions({ columnContainer: columns }) {
  const all = columns.getBoundingClientRect()
  return [...columns.querySelectorAll('.igv-roi-region')].flatMap((region) => {
    const column = region.parentElement?.getBoundingClientRect() ?? all
    return [region, ...region.children].map((part) => {
      const box = part.getBoundingClientRect()
      const left = Math.max(box.left, column.left)
      const width = Math.max(0, Math.min(box.right, column.right) - left)
      const y = box.top - all.top
      return svg('rect', { x: left - all.left, y, width, height: box.height, ...inkOf(part) })
    })
  })
}

/** @param {Element} part */
function inkOf(part) {
  const numbers = getComputedStyle(part).backgroundColor.match(/[\d.]+/g) ?? []
  const [red, green, blue, opacity = 1] = numbers.map(Number)
  return { fill: `rgb(${red},${green},${blue})`, 'fill-opacity': opacity }
}

/**
 * The right ends of the strand, which stand beside the tracks.
 *
 * @param {Viewer} viewer
 */
function strands({ browser, relevance }) {
  const all = browser.columnContainer.getBoundingClientRect()
  return relevance.flatMap(({ track: { trackView, isHidden } }) => {
    if (isHidden) return []
    const mark = trackView?.outerScroll?.querySelector('.gt-strand')
    const box = trackView?.viewports.at(-1)?.viewportElement.getBoundingClientRect()
    if (!mark || !box) return []
    const at = { x: box.right - all.left + 2, y: box.top - all.top + box.height / 2 + 3.5 }
    return [svg('text', { ...at, fill: SOFT, 'font-size': 10 }, mark.textContent)]
  })
}

/**
 * The colours and what they mean, each in its place; what finds no room in a line begins another.
 *
 * @param {Viewer} viewer
 * @param {number} width
 */
function key({ colors }, width) {
  const { A, C, G, T, positive, negative, dim } = colors
  const said = {
    ...{ A, C, G, T, 'bars, hits: supports': positive, 'bars, hits: opposes': negative },
    'below the threshold': dim,
  }
  let [x, y] = [EDGE, 0]
  return Object.entries(said).map(([text, fill]) => {
    const room = 14 + CHARACTER * text.length
    if (x > EDGE && x + room > width) [x, y] = [EDGE, y + LINE]
    const place = { text, fill, x, y }
    x += room + 12
    return place
  })
}
