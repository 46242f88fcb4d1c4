import test from 'node:test'
import assert from 'node:assert/strict'
import * as plugin from '../src/index.js'
import { readState } from '../src/pure/state.js'
import { functions, membersOf } from './surface.js'

test('the module exports what index.d.ts declares, and nothing else', () => {
  assert.deepEqual(Object.keys(plugin).sort(), functions())
  for (const name of functions()) assert.equal(typeof plugin[name], 'function', name)
})

test('the keys of a link are those of the declared state', () => {
  const drawn = 'threshold=1&scale=p99&reverse=1&difference=0&first=a&second=b'
  const link = `#locus=c:1-2&${drawn}&motif=a&model=b&family=c&order=b,a&hidden=a`
  assert.deepEqual(Object.keys(readState(link)).sort(), membersOf('State'))
})
