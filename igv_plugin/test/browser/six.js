// The scan with its two models under six names, and a signal beside them.
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { EVIL, first, folder, manifest, mounted, second } from './scans.js'

export const NAMES = ['a', 'b', 'c', 'd, e', 'f\\g', EVIL]
const SIGNAL = 'annotations/atac.bw'

/** The scan's two models under six names, and signals after its genes. */
function six() {
  const { schema, locus, genome, regions, models, tracks } = manifest
  const hits = tracks.filter((t) => t.kind === 'hits')
  const genes = tracks.filter((t) => t.kind === 'annotation')
  const named = (list, kind) =>
    NAMES.map((model, i) => ({ ...list[i % 2], name: `${model}${kind}`, model }))
  const signal = { name: 'atac', kind: 'annotation', format: 'bigWig', url: SIGNAL }
  return {
    ...{ schema, locus, genome, regions },
    models: NAMES.map((name, i) => ({ ...models[i % 2], name })),
    tracks: [...named([first, second], ''), ...named(hits, '-hits'), ...genes, signal],
  }
}

/** Mounts them, with a signal beside. */
export async function mountedSix(options, use, more) {
  await cp(join(folder, first.url), join(folder, SIGNAL))
  return mounted({ manifest: six(), ...options }, use, more)
}
