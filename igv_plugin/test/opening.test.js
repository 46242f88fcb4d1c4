// What is said of letters that are not there, with a command line and without one.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { open } from '../src/igv/opening.js'

const text = readFileSync(new URL('fixtures/known.manifest.json', import.meta.url), 'utf8')
const manifest = { ...JSON.parse(text), tracks: [] }

/** What is said when a scan of hg38 is opened by the lengths of its chromosomes alone. */
async function saidOf(options) {
  globalThis.document = { baseURI: 'http://scan.invalid/' }
  const reference = { id: 'hg38', format: 'chromsizes', fastaURL: 'http://scan.invalid/sizes' }
  const said = []
  await open({}, { manifest, reference, ...options }, (problem) => said.push(problem))
  delete globalThis.document
  return said
}

test('without letters a page names the command that gives them', async () => {
  const [{ title, cure }, ...more] = await saidOf({})
  assert.deepEqual(more, [])
  assert.match(title, /sequence of hg38 is not here/)
  assert.match(cure, /bars, not letters\. gtrack view DIR --fasta FILE gives .* --online lets/)
})

test('a notebook has no command line, and nothing of it is said there', async () => {
  const [{ cure }] = await saidOf({ lettersFrom: 'scan.view(fasta="genome.fa")' })
  assert.match(cure, /not letters\. scan\.view\(fasta="genome\.fa"\) gives the letters\.$/)
  assert.doesNotMatch(cure, /gtrack view|--/)
})
