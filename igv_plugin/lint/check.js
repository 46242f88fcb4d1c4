// What the JavaScript of this repository is held to: prettier, 100 columns, eslint, the types of
// index.d.ts, what a page has to load, and what `npm pack` makes. `make lint` runs it (run.sh).
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { wrongInPackage } from './packed.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const HERE = 'igv_plugin/lint'
const FOLDERS = ['igv_plugin', 'gtrack/publish/viewer/page', 'docs']
const FILES = FOLDERS.flatMap((folder) =>
  readdirSync(ROOT + folder, { recursive: true })
    .map((name) => `${folder}/${name}`)
    .filter((file) => /\.(m?js|ts|css)$/.test(file) && !file.includes('node_modules/')),
)
const SCRIPTS = FILES.filter((file) => /js$/.test(file))
const COLUMNS = 100
const BYTES = { first: 90_000, all: 150_000 }

/** Runs a tool of this folder in the root of the repository; true where it found nothing. */
function passes(tool, ...options) {
  const program = `${HERE}/node_modules/.bin/${tool}`
  const { status, error } = spawnSync(program, options, { cwd: ROOT, stdio: 'inherit' })
  if (error) console.error(`${tool}: ${error.message}`)
  return status === 0
}

function fitsColumns() {
  const long = FILES.flatMap((file) => {
    const lines = readFileSync(ROOT + file, 'utf8').split('\n')
    return lines.flatMap((line, i) => ([...line].length > COLUMNS ? [`${file}:${i + 1}`] : []))
  })
  for (const line of long) console.error(`${line}: more than ${COLUMNS} columns`)
  return long.length === 0
}

/** What a page loads first, and with all that is opened on demand: minified, with the styles. */
async function fitsBytes() {
  const entryPoints = ['src/index.js', 'src/style.css'].map((file) => `${ROOT}igv_plugin/${file}`)
  const options = { bundle: true, splitting: true, minify: true, format: 'esm', outdir: 'out' }
  const { metafile } = await build({ entryPoints, ...options, write: false, metafile: true })
  const { outputs } = metafile
  const files = Object.keys(outputs)
  const bytesOf = (names) => [...names].reduce((sum, name) => sum + outputs[name].bytes, 0)
  const found = {
    first: bytesOf(loadedFirst(outputs, ['out/index.js', 'out/style.css'])),
    all: bytesOf(files),
  }
  for (const [what, most] of Object.entries(BYTES)) {
    console.log(`The plugin, ${what}: ${found[what]} bytes minified, ${most} at most.`)
  }
  return found.first <= BYTES.first && found.all <= BYTES.all
}

/** Some outputs of esbuild and what they import, but for import(). */
function loadedFirst(outputs, names, seen = new Set()) {
  for (const name of names.filter((name) => !seen.has(name))) {
    const statements = outputs[name].imports.filter(({ kind }) => kind === 'import-statement')
    loadedFirst(
      outputs,
      statements.map(({ path }) => path),
      seen.add(name),
    )
  }
  return seen
}

async function fitsOthers() {
  const wrong = await wrongInPackage(`${ROOT}igv_plugin`)
  for (const line of wrong) console.error(line)
  return wrong.length === 0
}

const results = [
  passes('prettier', '--config', `${HERE}/prettier.json`, '--log-level=warn', '--check', ...FILES),
  fitsColumns(),
  passes('eslint', '-c', `${HERE}/eslint.config.js`, ...SCRIPTS),
  passes('tsc', '-p', `${HERE}/tsconfig.json`),
  await fitsBytes(),
  await fitsOthers(),
]
process.exitCode = results.every(Boolean) ? 0 : 1
