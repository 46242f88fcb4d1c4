import test from 'node:test'
import assert from 'node:assert/strict'
import { COLORS as colors, drawAxis, drawRelevance, LETTERS } from '../src/pure/draw.js'

/**
 * A context that writes down what was filled: {color, points} per fill, {color, rect} per fillRect,
 * {text} per fillText.
 */
function recorder() {
  const log = []
  let points = []
  return {
    log,
    fillStyle: '',
    font: '',
    textAlign: '',
    beginPath: () => {
      points = []
    },
    moveTo: (x, y) => points.push([x, y]),
    lineTo: (x, y) => points.push([x, y]),
    bezierCurveTo: (...xy) => points.push(xy.slice(0, 2), xy.slice(2, 4), xy.slice(4)),
    rect: (x, y, w, h) => points.push([x, y], [x + w, y], [x + w, y + h], [x, y + h]),
    closePath() {},
    save() {},
    restore() {},
    translate() {},
    rotate() {},
    globalAlpha: 1,
    fill() {
      log.push({ color: this.fillStyle, alpha: this.globalAlpha, points })
    },
    fillRect(x, y, w, h) {
      log.push({ color: this.fillStyle, rect: [x, y, w, h] })
    },
    fillText(text, x, y) {
      log.push({ color: this.fillStyle, text, at: [x, y] })
    },
  }
}
const scene = (values, more = {}) => {
  const ctx = recorder()
  drawRelevance(ctx, {
    features: values.map((value, i) => ({ start: 100 + i, end: 101 + i, value })),
    letters: { start: 100, text: 'ACGTN' },
    bpStart: 100,
    bpPerPixel: 0.1,
    width: 50,
    height: 100,
    limit: 1,
    colors,
    ...more,
  })
  return ctx.log
}
const ofColor = (log, color) =>
  log.filter((l) => l.color === color && l.points).flatMap((l) => l.points)
const span = (points) => [
  Math.min(...points.map((p) => p[1])),
  Math.max(...points.map((p) => p[1])),
]

test('each base has its colour, its column and a height that is its value', () => {
  const log = scene([0.5, 1, -0.25, -1])
  for (const [i, base, from, to] of [
    [0, 'A', 27.5, 50],
    [1, 'C', 5, 50],
    [2, 'G', 51, 62.25],
    [3, 'T', 51, 96],
  ]) {
    const points = ofColor(log, colors[base])
    assert.ok(
      points.every(([x]) => x >= 10 * i && x <= 10 * i + 10),
      base,
    )
    assert.deepEqual(
      span(points).map((y) => Math.round(y * 100) / 100),
      [from, to],
      base,
    )
  }
})

test('a negative letter is the positive one on its head', () => {
  const up = ofColor(scene([0.6]), colors.A)
  const down = ofColor(scene([-0.6]), colors.A)
  up.forEach(([x, y], i) => {
    assert.equal(x, down[i][0])
    assert.ok(Math.abs(50 - y - (down[i][1] - 51)) < 1e-9)
  })
})

test('the hole of A runs against its outline, so that every fill rule leaves it open', () => {
  const points = ofColor(scene([1]), colors.A)
  const area = (list) =>
    list.reduce(
      (sum, [x, y], i) =>
        sum + x * list[(i + 1) % list.length][1] - y * list[(i + 1) % list.length][0],
      0,
    )
  assert.ok(area(points.slice(0, 8)) * area(points.slice(8)) < 0)
  assert.ok(
    !scene([1]).some((l) => /^(#fff|white|#ffffff)/i.test(l.color)),
    'nothing is painted white',
  )
})

test('the reverse strand shows complements at the same places', () => {
  const forward = scene([0.5, 0.4, 0.3, 0.2, 0.1])
  const reverse = scene([0.5, 0.4, 0.3, 0.2, 0.1], { reverse: true })
  for (const [a, b] of ['AT', 'CG', 'GC', 'TA', 'NN']) {
    const columns = (log, base) => [
      ...new Set(ofColor(log, colors[base]).map(([x]) => Math.min(4, Math.floor(x / 10)))),
    ]
    assert.deepEqual(columns(forward, a), columns(reverse, b))
  }
})

test('soft-masked bases are letters; what is no base is N; a base without sequence is N', () => {
  assert.ok(ofColor(scene([0.5], { letters: { start: 100, text: 'a' } }), colors.A).length)
  assert.ok(ofColor(scene([0.5], { letters: { start: 100, text: 'R' } }), colors.N).length)
  assert.ok(ofColor(scene([0.5], { letters: { start: 200, text: 'A' } }), colors.N).length)
})

test('without letters: bars in the colour of the sign, on whole pixels, at least one wide', () => {
  const log = scene([0.5, -0.5], { letters: null, bpPerPixel: 30 })
  for (const color of [colors.positive, colors.negative]) {
    const xs = ofColor(log, color).map(([x]) => x)
    assert.ok(xs.every(Number.isInteger) && Math.max(...xs) - Math.min(...xs) >= 1)
  }
  assert.ok(
    span(ofColor(log, colors.positive))[1] <= 50 && span(ofColor(log, colors.negative))[0] >= 51,
  )
})

/** Bars of bins, ten pixels each. */
const binned = (bins, more) =>
  scene([], {
    features: bins.map((bin, i) => ({ start: 100 + i, end: 101 + i, ...bin })),
    letters: null,
    ...more,
  })

test('a bin has a bar up to its largest and one down to its smallest value', () => {
  const log = binned([
    { high: 1, low: -0.5 },
    { high: -0.5, low: -1 },
    { high: 0.5, low: 0.25 },
  ])
  const up = ofColor(log, colors.positive)
  const down = ofColor(log, colors.negative)
  const columns = (points) => [...new Set(points.map(([x]) => Math.floor(x / 10.01)))]
  assert.deepEqual([columns(up), columns(down)], [[0, 2, 1].sort(), [0, 1]])
  assert.deepEqual(
    [span(up), span(down)],
    [
      [5, 50],
      [51, 96],
    ],
  )
})

test('of a difference, what may be is pale below what is sure', () => {
  const log = binned([
    { high: 0.5, low: -0.25, most: { high: 1, low: -1 } },
    { high: -Infinity, low: Infinity, most: { high: 1, low: -1 } },
  ]).filter((l) => l.points)
  assert.deepEqual(
    log.map((l) => [l.color, l.alpha]),
    [
      [colors.positive, 0.3],
      [colors.negative, 0.3],
      [colors.positive, 1],
      [colors.negative, 1],
    ],
  )
  assert.deepEqual(
    [span(log[0].points), span(log[2].points)],
    [
      [5, 50],
      [27.5, 50],
    ],
  )
})

test('the threshold dims bars, too, and these lie below', () => {
  const log = binned(
    [
      { high: 0.8, low: -0.3 },
      { high: 0.2, low: -0.9 },
    ],
    { threshold: 0.5 },
  )
  const inks = log.filter((l) => l.points).map((l) => l.color)
  assert.deepEqual(inks, [colors.dim, colors.positive, colors.negative])
})

test('letters need five pixels', () => assert.equal(LETTERS, 1 / 5))

test('the threshold dims what is smaller, not what is equal', () => {
  const log = scene([0.2, 0.5, -0.2, -0.5], { threshold: 0.5 })
  assert.deepEqual([...new Set(ofColor(log, colors.dim).map(([x]) => Math.floor(x / 10)))], [0, 2])
  assert.ok(ofColor(log, colors.C).length && ofColor(log, colors.T).length)
})

test('what is beyond the limit ends at the edge, under a mark; nothing is magenta', () => {
  const log = scene([5, -5, 1, 0.5])
  const marks = log.filter((l) => l.color === '#222222')
  assert.deepEqual(
    [...new Set(marks.flatMap((l) => l.points).map(([x]) => Math.floor(x / 10)))],
    [0, 1],
  )
  assert.deepEqual(span(ofColor(log, colors.A)), [5, 50])
  const heights = marks[0].points.map(([, y]) => y)
  assert.ok(
    heights.every((y) => y <= 3 || y >= 97) &&
      Math.min(...heights) === 0 &&
      Math.max(...heights) === 100,
  )
  assert.equal(scene([1, -1]).filter((l) => l.color === '#222222').length, 0)
  assert.ok(!log.some((l) => /255, ?32, ?255/.test(l.color)))
})

test('NaN, zero and what is out of view draw nothing', () => {
  const log = scene([NaN, 0, Infinity], {})
  assert.equal(log.filter((l) => l.points).length, 0)
  assert.equal(scene([1], { bpStart: 200 }).filter((l) => l.points).length, 0)
  assert.equal(scene([1], { bpStart: 0 }).filter((l) => l.points).length, 0)
})

test('a wide feature draws only its letters in view', () => {
  const ctx = recorder()
  drawRelevance(ctx, {
    features: [{ start: 0, end: 1e9, value: 1 }],
    letters: { start: 0, text: 'A'.repeat(1000) },
    bpStart: 500,
    bpPerPixel: 0.1,
    width: 50,
    height: 100,
    limit: 1,
    colors,
  })
  assert.equal(ofColor(ctx.log, colors.A).length, 5 * 11)
})

test('the axis names the symmetric range, its unit where that fits, and the strand', () => {
  const ctx = recorder()
  const said = (height, reverse) => {
    ctx.log.length = 0
    drawAxis(ctx, 50, height, { limit: 0.7654, units: ['relevance (logit)', 'logit'], reverse })
    return ctx.log.filter((l) => l.text).map((l) => l.text)
  }
  assert.deepEqual(said(110, false), ['+0.765', '0', '−0.765', '5′', 'relevance (logit)'])
  assert.deepEqual(said(80, true), ['+0.765', '0', '−0.765', '3′', 'logit'])
  assert.deepEqual(said(40, false), ['+0.765', '0', '−0.765', '5′'])
})
