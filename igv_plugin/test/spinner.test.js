import test from 'node:test'
import assert from 'node:assert/strict'
import { showLate } from '../src/igv/spinner.js'

/** A viewport that writes down what its sign does. */
class Viewport {
  said = []
  startSpinner() {
    this.said.push('on')
  }
  stopSpinner() {
    this.said.push('off')
  }
}

function patient(t) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const viewport = new Viewport()
  showLate(viewport)
  showLate(viewport)
  viewport.stopSpinner()
  return viewport
}

test('a short read shows no sign', (t) => {
  const viewport = patient(t)
  assert.deepEqual(viewport.said, ['off'], 'one of before is taken away')
  viewport.startSpinner()
  t.mock.timers.tick(100)
  viewport.stopSpinner()
  viewport.stopSpinner() // igv.js does so twice
  t.mock.timers.tick(1000)
  assert.deepEqual(viewport.said, ['off'])
})

test('a long read shows one until it is over', (t) => {
  const viewport = patient(t)
  viewport.startSpinner()
  t.mock.timers.tick(100)
  viewport.startSpinner() // for another place
  t.mock.timers.tick(200)
  assert.deepEqual(viewport.said, ['off', 'on'])
  viewport.stopSpinner()
  assert.deepEqual(viewport.said, ['off', 'on', 'off'])
})

test('igv.js empties a viewport, whose read may still come to its end', (t) => {
  const viewport = patient(t)
  viewport.startSpinner()
  for (const key in viewport) if (Object.hasOwn(viewport, key)) viewport[key] = undefined
  viewport.stopSpinner()
  t.mock.timers.tick(1000)
  assert.equal(viewport.said, undefined)
})

test('what has no sign is left alone', () => {
  const ruler = {}
  showLate(ruler)
  assert.deepEqual(Object.getOwnPropertyNames(ruler), [])
})
