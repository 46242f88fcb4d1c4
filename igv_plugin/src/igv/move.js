// How igv.js shows another place. For each, its own way makes the page of all tracks anew; within a
// chromosome the one that is there is moved, as by a drag.
import { around } from '../pure/hits.js'
import { parseLocus } from '../pure/state.js'
import { showLate } from './spinner.js'

/** @typedef {import('../../index.js').Interval} Interval */
/** @typedef {import('../../igv.js').Browser} Browser */
/** @typedef {import('../../igv.js').FeatureCache} FeatureCache */
/** @typedef {import('../../igv.js').Viewport} Viewport */
/** @typedef {import('../../igv.js').ReferenceFrame} Frame */
/** @typedef {{chr: string, start: number, end: number}} Locus */

/**
 * Whether all of a view is in what was read.
 *
 * @param {Pick<FeatureCache, 'chr' | 'bpStart' | 'bpEnd'> | undefined} read
 * @param {Pick<Frame, 'chr' | 'start' | 'end'>} frame
 */
export const covers = (read, { chr, start, end }) =>
  read?.chr === chr && read.bpStart <= Math.max(0, start) && read.bpEnd >= Math.floor(end)

/**
 * A place with at least so many bases around it, within its chromosome.
 *
 * @param {import('../../igv.js').Chromosome} chromosome
 * @param {number} start
 * @param {number} end
 * @param {number} width
 */
export const viewOf = ({ name: chr, bpLength }, start, end, width) => ({
  chr,
  ...around(start, end, width, bpLength),
})

/**
 * What a text means: a place or, of a sequence whose name may hold colons, all of it.
 *
 * @param {Browser} browser
 * @param {string} text
 */
export async function placeOf({ genome }, text) {
  const [named, place] = [genome.getChromosome(text), parseLocus(text)]
  if (!named && place && (await genome.loadChromosome(place.chrom))) return place
  const whole = named ?? (await genome.loadChromosome(text))
  return whole ? { chrom: whole.name, start: 0, end: whole.bpLength } : place
}

export class Mover {
  #browser
  /** @type {WeakMap<Viewport, FeatureCache>} */
  #read = new WeakMap()
  /** @type {WeakSet<Viewport>} those that were moved while something was read for them */
  #hurried = new WeakSet()

  /** @param {Browser} browser */
  constructor(browser) {
    this.#browser = browser
    browser.on('featuresloaded', this.#keep)
  }

  /**
   * igv.js keeps and draws what came last, which need not be what was asked for last; and what is
   * drawn already, if of nothing, it draws again for few tracks.
   *
   * @param {Viewport} viewport
   */
  #keep = (viewport) => {
    const { featureCache: late, referenceFrame: frame } = viewport
    const read = this.#read.get(viewport)
    if (late && covers(late, frame)) this.#read.set(viewport, late)
    else if (covers(read, frame)) viewport.featureCache = read
    else if (this.#hurried.has(viewport)) viewport.featureCache = undefined
  }

  /**
   * Shows a place, which lies within its chromosome.
   *
   * @param {Locus} locus
   */
  async show(locus) {
    const width = this.#widthFor(locus)
    if (!width) return this.#browser.updateLoci([locus])
    this.#move(locus, width)
    await this.#browser.updateViews()
    return true
  }

  /**
   * The pixels of the figure, where it can be moved there; else 0.
   *
   * @param {Locus} locus
   */
  #widthFor({ chr, start, end }) {
    const { referenceFrameList: frames, trackViews } = this.#browser
    if (frames.length > 1 || frames[0].chr !== chr || chr === 'all') return 0
    if (end - start < this.#browser.minimumBases()) return 0
    const width = this.#browser.calculateViewportWidth(1)
    const seen = trackViews.filter(({ track }) => !track.isHidden)
    const isFit = seen.every((view) => view.viewports[0]?.getWidth() === width)
    return isFit ? Math.max(0, width) : 0
  }

  /**
   * What is drawn goes with it, as far as it is of use there.
   *
   * @param {Locus} locus
   * @param {number} width
   */
  #move({ start, end }, width) {
    const { referenceFrameList, trackViews } = this.#browser
    Object.assign(referenceFrameList[0], { start, end, bpPerPixel: (end - start) / width })
    for (const viewport of trackViews.flatMap((view) => view.viewports)) {
      viewport.hideMessage()
      showLate(viewport)
      if (viewport.loading) this.#hurried.add(viewport)
      if (!viewport.canvas?._data || !viewport.needsRepaint()) continue
      viewport.canvas.remove() // or it stood there until there is another
      viewport.canvas = undefined
    }
  }

  destroy() {
    this.#browser.off('featuresloaded', this.#keep)
  }
}
