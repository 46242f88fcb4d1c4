/** Seeded random numbers (mulberry32), so that a failing law can be run again. */
export function random(seed) {
  let a = seed >>> 0
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return Object.assign(next, {
    int: (n) => Math.floor(next() * n),
    of: (list) => list[Math.floor(next() * list.length)],
  })
}

const HEADER = [
  ...['#chrom', 'chromStart', 'chromEnd', 'name', 'score', 'strand', 'motifId', 'source'],
  ...['relSum', 'relZ', 'seqP', 'relP', 'qValue', 'model', 'region'],
  ...['qWord', 'qPlace', 'chance', 'bound', 'family'],
].join('	')
const MOTIFS = [
  ['CTCF', 'MA0139.1'],
  ['REST', 'MA0138.2'],
  ['NRF1', 'MA0506.2'],
  ['YY1', 'MA0095.2'],
  ['GATA1', 'MA0035.4'],
  ['SPI1', 'MA0080.5'],
]

/** Of each motif the best one of its family. */
export const FAMILIES = Object.fromEntries(
  MOTIFS.map(([name]) => [name, { YY1: 'REST', SPI1: 'GATA1' }[name] ?? name]),
)

/** The same file as an earlier version wrote it. */
export const withoutFamilies = (text) =>
  text
    .split('\n')
    .map((line) => line.split('\t').slice(0, 15).join('\t'))
    .join('\n')

/** `count` hits as gtrack writes them, spread over five chromosomes from base 10,000 on. */
export function hitsBED(count, seed, model = 'cnn') {
  const dice = random(seed)
  const perChrom = Math.ceil(count / 5)
  const rows = Array.from({ length: count }, (_, i) => {
    const [name, id] = dice.of(MOTIFS)
    const start = 10_000 + (i % perChrom) * 50 + dice.int(30)
    const numbers = [
      (dice() - 0.2) * 20,
      (dice() - 0.2) * 30,
      dice() * 1e-4,
      dice() ** 9,
      dice() * 0.05,
    ].map((x) => String(Number(x.toPrecision(6))))
    return [
      `chr${1 + Math.floor(i / perChrom)}`,
      start,
      start + 12 + dice.int(10),
      name,
      200,
      dice.of('+-'),
      id,
      'motifs.meme',
      ...numbers,
      `${model}:1`,
      `peak${i >> 1}`,
      ...[0.01, -1, 0.05, Number(i % 7 === 0)],
      FAMILIES[name],
    ].join('\t')
  })
  return ['# gtrack motif hits', HEADER, ...rows, ''].join('\n')
}

export const LOGOS = Object.fromEntries(
  MOTIFS.map(([name, id], k) => [
    id,
    {
      name,
      source: 'motifs.meme',
      probabilities: Array.from({ length: 12 + k }, (_, i) =>
        (i + k) % 5 === 4
          ? [0.25, 0.25, 0.25, 0.25]
          : [0, 1, 2, 3].map((b) => (b === (i * 7 + k) % 4 ? 0.85 : 0.05)),
      ),
    },
  ]),
)
