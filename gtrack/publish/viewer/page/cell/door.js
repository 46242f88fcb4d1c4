// What stands for fetch and XMLHttpRequest in igv.js and the plugin inside of a notebook: addresses
// of a widget are read over its channel, and no other host is ever asked.
import { PIECE } from './channel.js'

/** @typedef {import('./channel.js').Channel} Channel */
/** @typedef {import('./channel.js').Piece} Piece */
/** @typedef {(file: string, start: number, end: number) => Promise<Piece>} Ask */

/** @type {Map<string, Channel>} by host */
const channels = new Map()
let opened = 0

/**
 * Gives a channel an address.
 *
 * @param {Channel} channel
 */
export function openDoor(channel) {
  const host = `view${(opened += 1)}.scan.invalid` // no such host is ever found (RFC 2606)
  channels.set(host, channel)
  return { base: `https://${host}/`, close: () => void channels.delete(host) }
}

const page = globalThis.fetch?.bind(globalThis)

/**
 * As the page's own, for the files of a widget.
 *
 * @param {string | URL} input
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
export async function fetch(input, { method = 'GET', headers, signal } = {}) {
  const url = new URL(input)
  if (url.protocol === 'data:' || url.protocol === 'blob:') return page(input, { signal })
  const channel = channels.get(url.hostname)
  if (!channel) throw new TypeError(`${url.origin} is not asked from a notebook`)
  const ask = (/** @type {Parameters<Ask>} */ ...what) => until(channel.ask(...what), signal)
  const range = new Headers(headers).get('Range')
  return answerOf(ask, url.pathname, method, range)
}

/**
 * @template T
 * @param {Promise<T>} work
 * @param {AbortSignal | null} [signal]
 * @returns {Promise<T>}
 */
function until(work, signal) {
  if (!signal) return work
  return new Promise((done, fail) => {
    const stop = () => fail(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(done, fail).finally(() => signal.removeEventListener('abort', stop))
  })
}

/**
 * @param {Ask} ask
 * @param {string} file
 * @param {string} method
 * @param {string | null} range
 */
async function answerOf(ask, file, method, range) {
  const [, from = '', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []
  const start = Number(from)
  const wanted = to === '' ? Infinity : Number(to) + 1
  const first = await ask(file, start, method === 'HEAD' ? start : Math.min(wanted, start + PIECE))
  const { status, size, tag, why } = first
  if (status !== 200) return new Response(`${why}\n`, { status, statusText: why })
  const end = Math.min(wanted, size)
  /** @type {Record<string, string>} */
  const more = { 'Accept-Ranges': 'bytes', ETag: tag, 'Content-Length': String(end - start) }
  if (from && start >= size) {
    return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${size}` } })
  }
  if (from) more['Content-Range'] = `bytes ${start}-${end - 1}/${size}`
  const body = method === 'HEAD' ? null : pieces(ask, file, first, start, end)
  return new Response(body, { status: from ? 206 : 200, headers: more })
}

/**
 * The bytes of a file: a piece that is there, and those after it as they are wanted.
 *
 * @param {Ask} ask
 * @param {string} file
 * @param {Piece} first
 * @param {number} start
 * @param {number} end
 */
function pieces(ask, file, first, start, end) {
  if (first.bytes.length >= end - start) return /** @type {any} */ (first.bytes)
  let at = start + first.bytes.length
  return new ReadableStream({
    start: (body) => body.enqueue(first.bytes),
    async pull(body) {
      const { status, tag, bytes } = await ask(file, at, Math.min(end, at + PIECE))
      const same = status === 200 && tag === first.tag && bytes.length
      if (!same) return body.error(new TypeError(`${file} was changed while it was read`))
      body.enqueue(bytes)
      at += bytes.length
      if (at >= end) body.close()
    },
  })
}

/** What igv.js uses of the page's own. */
export class XMLHttpRequest {
  status = 0
  timeout = 0
  responseType = ''
  withCredentials = false
  /** @type {ArrayBuffer | string | null} */
  response = null
  /** @type {((event?: unknown) => void) | null} */
  onload = null
  /** @type {((event?: unknown) => void) | null} */
  onerror = null
  /** @type {((event?: unknown) => void) | null} */
  ontimeout = null
  /** @type {((event?: unknown) => void) | null} */
  onabort = null
  #sent = new Headers()
  /** @type {Headers | null} */
  #headers = null
  #method = 'GET'
  #url = ''
  #gone = new AbortController()

  /** @type {(method: string, url: string) => void} */
  open(method, url) {
    this.#method = method
    this.#url = url
  }

  /** @type {(name: string, value: string) => void} */
  setRequestHeader(name, value) {
    this.#sent.set(name, value)
  }

  overrideMimeType() {}

  /** @param {string} name */
  getResponseHeader(name) {
    return this.#headers?.get(name) ?? null
  }

  abort() {
    this.#gone.abort()
  }

  async send() {
    const signals = [this.#gone.signal]
    if (this.timeout) signals.push(AbortSignal.timeout(this.timeout))
    const options = { method: this.#method, headers: this.#sent, signal: AbortSignal.any(signals) }
    try {
      const answer = await fetch(this.#url, options)
      const bytes = await answer.arrayBuffer()
      this.#headers = answer.headers
      this.status = answer.status
      this.response = this.responseType === 'arraybuffer' ? bytes : new TextDecoder().decode(bytes)
    } catch (error) {
      const { name } = /** @type {Error} */ (error)
      if (name === 'AbortError') return this.onabort?.()
      return name === 'TimeoutError' ? this.ontimeout?.() : this.onerror?.()
    }
    this.onload?.()
  }
}
