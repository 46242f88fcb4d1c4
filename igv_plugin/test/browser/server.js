// A small Range server for the browser tests. It can also misbehave as real servers do, and it
// writes down what was asked of it.
import { createServer } from 'node:http'
import { open, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PLUGIN = fileURLToPath(new URL('../..', import.meta.url))
export const CSP = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'"],
  ...["img-src 'self' data: blob:", "font-src 'self' data:", "connect-src 'self' data: blob:"],
  ...["worker-src 'self' blob:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ')
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.txt': 'text/plain',
}

/**
 * Serve folders on a free port of 127.0.0.1.
 *
 * roots: {'/': folder, '/igv/': folder}: the longest prefix that fits wins. Always there:
 * /_gtrack/plugin/ (src) and /_gtrack/igv/ (igv's dist).
 * options (also afterwards, as `server.options`): ignoreRange (true or a RegExp of paths: answer
 * 200
 * with all of it), missing (a Set of paths: 404), truncate ({path: bytes that are left}), virtual
 * ({path: text or Buffer}), headers (sent with each answer), port (a free one by default), noSuffix
 * (bytes=-9 is answered 400), noOptions (OPTIONS is answered 405), slow (a RegExp of paths that are
 * never answered), cut (hangs up on all), away ({from: RegExp, ms}: hangs up on all for so long
 * from the first of these paths on), held ({paths: RegExp, over: Promise}: answered after it), late
 * ({paths: RegExp, ms}: each is answered so much later), half (a RegExp of paths: the connection
 * ends in the middle of the answer).
 * The answer: {url, requests: [{method, path, range, status, bytes}], bytes(RegExp of paths),
 * clear(), options, hangUp(), close()}.
 */
export async function serve(roots = {}, options = {}) {
  const dist = join(PLUGIN, 'node_modules/igv/dist')
  const all = { '/_gtrack/plugin/': join(PLUGIN, 'src'), '/_gtrack/igv/': dist, ...roots }
  const served = {
    options: { ...defaults(), ...options },
    roots: Object.entries(all).sort(([a], [b]) => b.length - a.length),
    requests: [],
  }
  const server = createServer((request, response) =>
    answer(served, request, response).catch((error) => response.writeHead(500).end(String(error))),
  )
  await new Promise((done) => server.listen(options.port ?? 0, '127.0.0.1', done))
  const { requests } = served
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    options: served.options,
    hangUp: () => server.closeAllConnections(),
    bytes: (pattern) =>
      requests.filter((r) => pattern.test(r.path)).reduce((sum, r) => sum + r.bytes, 0),
    clear: () => {
      requests.length = 0
    },
    close: () =>
      new Promise((done) => {
        server.close(done)
        server.closeAllConnections()
      }),
  }
}

const defaults = () => ({
  ignoreRange: false,
  missing: new Set(),
  truncate: {},
  virtual: {},
  headers: { 'Content-Security-Policy': CSP },
})

async function answer({ options, roots, requests }, request, response) {
  const path = decodeURIComponent(new URL(request.url, 'http://x').pathname)
  const range = request.headers.range ?? null
  const record = { method: request.method, path, range, status: 404, bytes: 0 }
  requests.push(record)
  if (options.cut || isAway(options.away, path)) return request.socket.destroy()
  if (options.slow?.test(path)) return
  const { held } = options
  if (held?.paths.test(path)) await held.over
  const { late } = options
  if (late?.paths.test(path)) await new Promise((done) => setTimeout(done, late.ms))
  if (options.noOptions && request.method === 'OPTIONS') return response.writeHead(405).end()
  if (options.noSuffix && /=-/.test(range)) return response.writeHead(400).end()
  const source = await content(path, options, roots)
  if (source === null) return response.writeHead(404).end('not found')
  const whole = Buffer.isBuffer(source) ? source.length : (await stat(source)).size
  const size = Math.min(whole, options.truncate[path] ?? whole)
  const { ignoreRange } = options
  const deaf = ignoreRange === true || (ignoreRange && ignoreRange.test(path))
  const { status, start, end, more } = partOf(deaf ? '' : (range ?? ''), size)
  const empty = status === 416 || request.method === 'HEAD'
  const body = empty ? Buffer.alloc(0) : await read(source, start, end)
  Object.assign(record, { status, bytes: body.length })
  const type = path.endsWith('/') ? 'text/html' : TYPES[extname(path)]
  const headers = {
    ...options.headers,
    'Content-Type': type ?? 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    ...more,
    'Content-Length': request.method === 'HEAD' ? size : body.length,
  }
  response.writeHead(status, headers)
  if (!options.half?.test(path)) return response.end(body)
  const part = body.subarray(0, Math.ceil(body.length / 2))
  return response.write(part, () => setTimeout(() => request.socket.destroy(), 20))
}

function isAway(away, path) {
  if (away?.from.test(path)) away.since ??= Date.now()
  return away?.since !== undefined && Date.now() - away.since < away.ms
}

/** A Buffer, the path of a file, or null. */
async function content(path, { virtual, missing }, roots) {
  if (path in virtual) return Buffer.from(virtual[path])
  const [prefix, folder] = roots.find(([p]) => path.startsWith(p)) ?? []
  if (prefix === undefined || missing.has(path)) return null
  const root = await realpath(folder)
  const file = await realpath(join(root, path.slice(prefix.length))).catch(() => null)
  if (!file?.startsWith(root + sep) || !(await stat(file)).isFile()) return null
  return file
}

/** What a Range header asks for of `size` bytes. */
function partOf(range, size) {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? []
  if (!first && !last) return { status: 200, start: 0, end: size, more: {} }
  const start = first ? Number(first) : Math.max(0, size - Number(last))
  const end = first && last ? Math.min(size, Number(last) + 1) : size
  if (start >= end) return { status: 416, start, end, more: { 'Content-Range': `bytes */${size}` } }
  return { status: 206, start, end, more: { 'Content-Range': `bytes ${start}-${end - 1}/${size}` } }
}

async function read(source, start, end) {
  if (Buffer.isBuffer(source)) return source.subarray(start, end)
  const handle = await open(source)
  const buffer = Buffer.alloc(end - start)
  await handle.read(buffer, 0, buffer.length, start)
  await handle.close()
  return buffer
}
