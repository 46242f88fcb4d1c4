// Values of bases as a bigWig holds them: base by base, and summed up in records of 64, 256, ...
// bases, which begin and end at bases that have values. Slow and plain.

/** Runs of bases with values: a Map of bases to values. */
export function islands(dice, { runs = 12, longest = 300, gap = 900 } = {}) {
  const values = new Map()
  let at = dice.int(gap)
  for (let run = 0; run < runs; run++) {
    const end = at + 1 + dice.int(longest)
    for (; at < end; at++) values.set(at, Math.fround((dice() - 0.5) * (dice() < 0.02 ? 8 : 0.1)))
    at += dice.int(3) ? dice.int(gap) : 1
  }
  return values
}

/** Each base as a piece of its own. */
export const basesOf = (values) =>
  [...values].map(([at, value]) => ({ start: at, end: at + 1, value }))

/** What igv.js reads of such a file. */
export const fileOf =
  (values) =>
  async ({ start, end, bpPerPixel, windowFunction }) => {
    const bases = basesOf(values)
    const level = [65536, 16384, 4096, 1024, 256, 64].find((size) => size < bpPerPixel)
    const all = windowFunction === 'none' || !level ? bases : records(bases, level, windowFunction)
    return all.filter((piece) => piece.end > start && piece.start < end)
  }

/** The largest ('max') or smallest ('min') value of each cell of `size` bases. */
export function records(bases, size, windowFunction) {
  const cells = new Map()
  for (const base of bases) {
    const i = Math.floor(base.start / size)
    if (!cells.has(i)) cells.set(i, [])
    cells.get(i).push(base)
  }
  return [...cells.values()].map((cell) => {
    const all = cell.map(({ value }) => value)
    const value = windowFunction === 'max' ? Math.max(...all) : Math.min(...all)
    return { start: cell[0].start, end: cell[cell.length - 1].end, value }
  })
}
