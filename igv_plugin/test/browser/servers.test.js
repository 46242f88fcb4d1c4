// A plain page of the plugin on static servers as people have them: letters, or why there are none.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from './chromium.js'
import {
  assertLetters,
  baseAt,
  chromium,
  first,
  folder,
  look,
  manifest,
  PAGES,
  second,
  shot,
  test,
} from './scans.js'
import { PLUGIN, serve } from './server.js'

/** Opens a page with the options of a mount; says what was wrong once letters of both are there. */
async function letters(url, options = {}) {
  chromium.errors.length = 0
  const page = await chromium.open(`${url}/?${encodeURIComponent(JSON.stringify(options))}`)
  try {
    await until(page, () => window.settled)
    for (const { name } of [first, second]) {
      assertLetters(await look(page, name), baseAt(manifest.locus.chrom))
    }
    assert.deepEqual(chromium.errors, [])
    await shot(page, `servers-${new URL(url).port}`)
    return await page.evaluate(() => window.app.problems)
  } finally {
    await page.close()
  }
}

test('python -m http.server, which knows no ranges: letters, and what that costs', async () => {
  const root = join(folder, 'static')
  await cp(process.env.GTRACK_SCAN, root, { recursive: true })
  await mkdir(join(root, '_gtrack/igv'), { recursive: true })
  await cp(join(PLUGIN, 'src'), join(root, '_gtrack/plugin'), { recursive: true })
  const build = 'igv.esm.min.js'
  await cp(join(PLUGIN, 'node_modules/igv/dist', build), join(root, '_gtrack/igv', build))
  await writeFile(join(root, 'index.html'), PAGES['/'])
  await writeFile(join(root, 'page.js'), PAGES['/page.js'])
  const options = ['-u', '-m', 'http.server', '0', '--bind', '127.0.0.1', '-d', root]
  const python = spawn('python3', options, { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const said = await new Promise((done) => python.stdout.once('data', done))
    const [url] = /http:\/\/[\d.:]+/.exec(String(said))
    const [problem, ...others] = await letters(url)
    assert.deepEqual(others, [])
    assert.match(problem.title, /ignores Range requests: 0\.7 MB are read for each new place/)
    assert.match(problem.cure, /gtrack view/)
  } finally {
    python.kill()
  }
})

test('a server that answers 400 to ranges from the end', async () => {
  const server = await serve({ '/': folder }, { virtual: PAGES, noSuffix: true })
  try {
    assert.deepEqual(await letters(server.url), [])
  } finally {
    await server.close()
  }
})

test('a scan on another host, with CORS and without OPTIONS', async () => {
  const page = await serve({}, { virtual: PAGES, headers: {} })
  const headers = { 'Access-Control-Allow-Origin': '*' }
  const host = await serve({ '/': folder }, { noOptions: true, headers })
  try {
    assert.deepEqual(await letters(page.url, { manifestURL: `${host.url}/manifest.json` }), [])
    assert.ok(host.requests.some((r) => r.status === 206))
    assert.deepEqual([...new Set(host.requests.map((r) => r.method))], ['GET'])
  } finally {
    await page.close()
    await host.close()
  }
})

test('a scan on another host that does not let the page in says so', async () => {
  const page = await serve({}, { virtual: PAGES, headers: {} })
  const host = await serve({ '/': folder }, { headers: {} })
  try {
    const options = JSON.stringify({ manifestURL: `${host.url}/manifest.json` })
    const opened = await chromium.open(`${page.url}/?${encodeURIComponent(options)}`)
    await until(opened, () => window.failed)
    const said = await opened.evaluate(() => document.querySelector('[role=alert]').textContent)
    assert.match(said, /manifest\.json cannot be read/)
    await opened.close()
  } finally {
    await page.close()
    await host.close()
  }
})
