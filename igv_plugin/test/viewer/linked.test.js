// The plugin's modules as `gtrack view` puts them together, beside the modules themselves.
// GTRACK_LINKED is a folder with its two scripts, of which the first exports `$load`, too.
import test from 'node:test'
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const SRC = new URL('../../src/', import.meta.url)
const { GTRACK_LINKED } = process.env
const skip = !GTRACK_LINKED && 'GTRACK_LINKED says where the scripts are'

test('each module exports what it does as a file of its own', { skip }, async () => {
  const { $load } = await import(pathToFileURL(join(GTRACK_LINKED, 'plugin.js')).href)
  const paths = readdirSync(SRC, { recursive: true }).filter((path) => path.endsWith('.js'))
  assert.ok(paths.length > 60)
  const kinds = (module) =>
    Object.keys(module)
      .sort()
      .map((key) => [key, typeof module[key], module[key]?.name])
  for (const path of paths) {
    const [linked, own] = [await $load(path), await import(new URL(path, SRC))]
    assert.deepEqual(kinds(linked), kinds(own), path)
    assert.equal(await $load(path), linked, 'made once')
  }
})
