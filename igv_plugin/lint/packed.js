// What `npm pack` would publish: its files, and how others find modules and types in them. No
// network is asked.
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { ROOMS } from './rooms.js'

const FILES = ['LICENSE', 'NOTICES.md', 'README.md', 'index.d.ts', 'igv.d.ts', 'package.json']
/** What is said of any package that is of modules alone. */
const IS_OF_MODULES = 'CJSResolvesToESM'
const SOURCE = new RegExp(`^src/((${ROOMS.join('|')})/)?\\w+\\.(js|css)$`)

/**
 * Packs a folder; what is wrong with the package, as lines.
 *
 * @param {string} folder
 */
export async function wrongInPackage(folder) {
  const room = mkdtempSync(join(tmpdir(), 'gtrack-pack-'))
  try {
    const quiet = ['--ignore-scripts', '--offline', '--no-update-notifier']
    const options = ['pack', '--json', ...quiet, '--pack-destination', room]
    const { stdout, stderr, status } = spawnSync('npm', options, { cwd: folder, encoding: 'utf8' })
    if (status !== 0) return [`npm pack: ${stderr}`]
    const [{ filename, files }] = JSON.parse(stdout)
    const tarball = readFileSync(join(room, filename))
    return [
      ...wrongFiles(files.map(({ path }) => path)),
      ...(await byPublint(tarball)),
      ...(await byTypes(tarball)),
    ]
  } finally {
    rmSync(room, { recursive: true, force: true })
  }
}

/** @param {string[]} paths */
function wrongFiles(paths) {
  const missing = FILES.filter((file) => !paths.includes(file))
  const strange = paths.filter((path) => !FILES.includes(path) && !SOURCE.test(path))
  return [
    ...missing.map((file) => `npm pack leaves out ${file}`),
    ...strange.map((file) => `npm pack takes ${file}`),
  ]
}

async function byPublint(tarball) {
  const { buffer, byteOffset, length } = tarball
  const pack = { tarball: buffer.slice(byteOffset, byteOffset + length) }
  const { messages, pkg } = await publint({ pack, strict: true })
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`)
}

async function byTypes(tarball) {
  const found = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)), {
    excludeEntrypoints: ['./style.css'], // which has no types
  })
  if (!found.types) return ['arethetypeswrong: the package has no types']
  const counts = found.problems.filter(({ kind }) => kind !== IS_OF_MODULES)
  return counts.map(
    ({ kind, resolutionKind = '' }) => `arethetypeswrong: ${kind} ${resolutionKind}`,
  )
}
