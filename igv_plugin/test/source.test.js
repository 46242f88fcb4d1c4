// Data is never to become HTML or code.
import test from 'node:test'
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../src/', import.meta.url)
const sources = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.js'))
/** A source without comments. */
const bare = (text) => text.replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
const FORBIDDEN = [
  ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'setHTML', 'createContextualFragment'],
  ...['document.write', 'eval(', 'new Function', 'srcdoc', 'javascript:'],
]
const found = (text) => FORBIDDEN.filter((word) => bare(text).includes(word))

test('no source makes HTML or code of text', () => {
  assert.ok(sources.length > 50)
  for (const name of sources) {
    assert.deepEqual(found(readFileSync(new URL(name, folder), 'utf8')), [], name)
  }
  assert.deepEqual(found('element.innerHTML = name // not setHTML'), ['innerHTML'])
})
