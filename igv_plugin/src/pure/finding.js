// What is offered for what somebody typed.

/** @typedef {import('../../index.js').Interval} Interval */
/** @typedef {import('./names.js').Names} Names */
/** @typedef {import('./places.js').Read} Read */
/**
 * `late`: what is called just so elsewhere comes first: names of factors are names of genes.
 *
 * @typedef {{index: Names, title: string, name: (row: number) => string, late?: boolean}} Searched
 */

/**
 * What is offered of one kind: rows of its names, of so many that fit.
 *
 * @template {Searched} Source
 * @typedef {{source: Source, rows: number[], all: number}} Offer
 */

/** So many of a kind are offered. */
export const MOST = 6

/**
 * What fits a text: kinds with a name that is just so first (`exact` of them), then those with one
 * that begins so. Where nothing fits, `near` is what is a slip or two away.
 *
 * @template {Searched} Source
 * @param {string} text
 * @param {Source[]} sources
 * @returns {{offers: Offer<Source>[], exact: number, near: boolean}}
 */
export function offersFor(text, sources) {
  const asked = text.trim()
  const found = sources.map((source) => ({ source, ...source.index.find(asked, MOST) }))
  const fits = found.filter(({ all }) => all)
  /** @param {{source: Source, exact: boolean, starts: boolean}} fit */
  const rank = ({ source, exact, starts }) =>
    exact ? Number(Boolean(source.late)) / 2 : 1 + Number(!starts)
  fits.sort((a, b) => rank(a) - rank(b))
  const offers = fits.map(({ source, rows, all }) => {
    const same = rows.filter((row) => source.name(row) === asked) // of two that differ in case
    return { source, rows: [...new Set([...same, ...rows])], all }
  })
  const exact = fits.filter((fit) => fit.exact).length
  if (offers.length) return { offers, exact, near: false }
  const others = sources.map((source) => {
    const rows = source.index.near(asked, MOST)
    return { source, rows, all: rows.length }
  })
  return { offers: others.filter(({ all }) => all), exact: 0, near: true }
}

/**
 * Of the places of a name the one to go to: the first behind a view on its chromosome, or else the
 * one that follows those; so that who asks again comes to the next.
 *
 * @param {Interval[]} spots in order of chromosomes and places
 * @param {Interval | null} view
 * @returns {number}
 */
export function nextSpot(spots, view) {
  const here = spots.findLastIndex(({ chrom }) => chrom === view?.chrom)
  if (!view || here < 0) return 0
  const next = spots.findIndex(({ chrom, start }) => chrom === view.chrom && start >= view.end)
  return next < 0 ? (here + 1) % spots.length : next
}
