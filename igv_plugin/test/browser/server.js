// A small Range server for the browser tests. It can also misbehave as real servers do, and it writes down what was asked of it.
import { createServer } from 'node:http'
import { open, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PLUGIN = fileURLToPath(new URL('../..', import.meta.url))
export const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
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
 * roots: {'/': folder, '/igv/': folder}: the longest prefix that fits wins. Always there: /_gtrack/plugin/ (src) and /_gtrack/igv/ (igv's dist).
 * options (also afterwards, as `server.options`): ignoreRange (true or a RegExp of paths: answer 200 with all of it),
 * missing (a Set of paths: 404), truncate ({path: bytes that are left}), virtual ({path: text or Buffer}), headers (sent with each answer).
 * The answer: {url, requests: [{method, path, range, status, bytes}], bytes(RegExp of paths), clear(), options, close()}.
 */
export async function serve(roots = {}, options = {}) {
  options = {
    ignoreRange: false,
    missing: new Set(),
    truncate: {},
    virtual: {},
    headers: { 'Content-Security-Policy': CSP },
    ...options,
  }
  const all = {
    '/_gtrack/plugin/': join(PLUGIN, 'src'),
    '/_gtrack/igv/': join(PLUGIN, 'node_modules/igv/dist'),
    ...roots,
  }
  const prefixes = Object.keys(all).sort((a, b) => b.length - a.length)
  const requests = []

  const content = async (path) => {
    if (path in options.virtual) return Buffer.from(options.virtual[path])
    const prefix = prefixes.find((p) => path.startsWith(p))
    if (prefix === undefined || options.missing.has(path)) return null
    const root = await realpath(all[prefix])
    const file = await realpath(join(root, path.slice(prefix.length))).catch(() => null)
    if (!file?.startsWith(root + sep) || !(await stat(file)).isFile()) return null
    return file
  }

  const read = async (source, path, start, end) => {
    if (Buffer.isBuffer(source)) return source.subarray(start, end)
    const handle = await open(source)
    const buffer = Buffer.alloc(end - start)
    await handle.read(buffer, 0, buffer.length, start)
    await handle.close()
    return buffer
  }

  const answer = async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://x').pathname)
    const record = {
      method: request.method,
      path,
      range: request.headers.range ?? null,
      status: 404,
      bytes: 0,
    }
    requests.push(record)
    const source = await content(path)
    if (source === null) return response.writeHead(404).end('not found')
    let size = Buffer.isBuffer(source) ? source.length : (await stat(source)).size
    size = Math.min(size, options.truncate[path] ?? size)
    let [start, end, status] = [0, size, 200]
    const headers = {
      ...options.headers,
      'Content-Type': path.endsWith('/')
        ? 'text/html'
        : (TYPES[extname(path)] ?? 'application/octet-stream'),
      'Accept-Ranges': 'bytes',
    }
    const deaf =
      options.ignoreRange === true || (options.ignoreRange && options.ignoreRange.test(path))
    const match = deaf ? null : /^bytes=(\d*)-(\d*)$/.exec(record.range ?? '')
    if (match && (match[1] || match[2])) {
      start = match[1] ? Number(match[1]) : Math.max(0, size - Number(match[2]))
      end = match[1] && match[2] ? Math.min(size, Number(match[2]) + 1) : size
      status = start < end ? 206 : 416
      headers['Content-Range'] =
        status === 206 ? `bytes ${start}-${end - 1}/${size}` : `bytes */${size}`
    }
    const body =
      status === 416 || request.method === 'HEAD'
        ? Buffer.alloc(0)
        : await read(source, path, start, end)
    Object.assign(record, { status, bytes: body.length })
    response
      .writeHead(status, {
        ...headers,
        'Content-Length': request.method === 'HEAD' ? size : body.length,
      })
      .end(body)
  }

  const server = createServer((request, response) =>
    answer(request, response).catch((error) => response.writeHead(500).end(String(error))),
  )
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    options,
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
