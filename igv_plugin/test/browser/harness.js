// A page of its own for the panel: real igv.js with plain tracks, and the smallest `app` that keeps
// its contract (src/viewer.js has the real one).
import igv from '/_gtrack/igv/igv.esm.min.js'
import { around } from '/_gtrack/plugin/pure/hits.js'
import { makePanel } from '/_gtrack/plugin/page/panel.js'
import { formatLocus, readState, writeState } from '/_gtrack/plugin/pure/state.js'
import { COLORS } from '/_gtrack/plugin/pure/draw.js'

const {
  manifest,
  models,
  sizes,
  locus,
  waves,
  features = [],
  problems = [],
  p99 = 0.8,
  early,
} = await (await fetch('/case.json')).json()
const element = document.getElementById('app')
const figure = element.appendChild(document.createElement('div'))
const wave = (shift) =>
  Array.from({ length: 400 }, (_, i) => ({
    chr: 'chr1',
    start: 10000 + i,
    end: 10001 + i,
    value: Math.sin(i / 5) * Math.cos(i / 40 + shift),
  }))
const hash = readState(location.hash)
const browser = await igv.createBrowser(figure, {
  reference: { id: 'toy', name: 'toy', format: 'chromsizes', fastaURL: sizes },
  loadDefaultGenomes: false,
  showNavigation: false,
  locus: hash.locus ?? locus,
  tracks: [
    ...models.map((name, i) => ({
      type: 'wig',
      name: `m${i}`,
      height: 90,
      features: wave(waves[i]),
      gtrack: { kind: 'relevance', model: name },
    })),
    ...(features.length
      ? [
          {
            type: 'annotation',
            name: 'hits',
            height: 50,
            displayMode: 'EXPANDED',
            features,
            gtrack: { kind: 'hits', model: models[0] },
          },
          {
            type: 'annotation',
            name: 'genes',
            height: 50,
            displayMode: 'EXPANDED',
            features: features.map(({ motifId, ...f }) => ({ ...f, note: f.name })),
          },
        ]
      : []),
  ],
})
const locusNow = () => {
  const { chr, start, end } = browser.referenceFrameList[0]
  return formatLocus({ chrom: chr, start, end })
}
const handlers = {}
const state = {
  threshold: 0,
  scale: 'own',
  reverse: false,
  difference: false,
  first: models[0],
  second: models[1],
  ...hash,
  locus: locusNow(),
}
const app = {
  browser,
  manifest,
  element,
  figure,
  problems,
  colors: COLORS,
  went: [],
  span: () => 140,
  roi: { name: 'Scanned regions', color: 'rgba(68,134,247,0.08)' },
  relevance: models.map((model, i) => ({
    model,
    unit: 'logit',
    p99,
    track: browser.findTracks('name', `m${i}`)[0],
  })),
  state: () => ({ ...state, locus: locusNow() }),
  on: (name, f) => {
    ;(handlers[name] ??= []).push(f)
    return () => {
      handlers[name] = handlers[name].filter((g) => g !== f)
    }
  },
  emit: (name, detail) => {
    for (const f of handlers[name] ?? []) f(detail)
  },
  report: (problem) => app.emit('error', problem),
  chose: (row) => app.emit('hit', row),
  expect: () => Promise.resolve(false),
  again: (read) => read(),
  fit: ({ chrom, start, end }) => app.goto(chrom, start, end),
  goto: async (chrom, from, to, width = 1) => {
    const { start, end } = around(from, to, width)
    if (!browser.genome.getChromosome(chrom)) {
      return app.emit('error', {
        title: `${chrom} cannot be shown`,
        cure: 'There is no such chromosome.',
      })
    }
    app.went.push([chrom, start, end])
    return browser.updateLoci([{ chr: chrom, start, end }])
  },
  setFilter: (filter) => {
    Object.assign(state, filter)
    history.replaceState(null, '', writeState({ ...readState(location.hash), ...filter }))
    app.emit('filter', filter)
  },
  values: async (model, chrom, start, end) => {
    const out = new Float32Array(end - start).fill(NaN)
    for (const f of wave(waves[models.indexOf(model)])) {
      if (f.chr === chrom && f.start >= start && f.start < end) out[f.start - start] = f.value
    }
    return out
  },
}
for (const key of ['threshold', 'scale', 'reverse', 'difference']) {
  app[`set${key[0].toUpperCase()}${key.slice(1)}`] = async (value) => {
    state[key] = value
    app.emit(key, value)
  }
}
browser.on('locuschange', () => {
  history.replaceState(
    null,
    '',
    writeState({ ...readState(location.hash), locus: locusNow() }) || location.pathname,
  )
  app.emit('locus', locusNow())
})
window.app = app
// So that igv.js' own work is not counted as the panel's.
await new Promise((done) => setTimeout(done, 500))
window.panelStart = performance.now()
window.panel = makePanel(app)
if (early) {
  // before a line of the lists is read
  await app.setThreshold(early)
  await window.panel.next()
  document.querySelector('[type=search]').dispatchEvent(new Event('input'))
}
await window.panel.ready
window.panelReady = performance.now()
