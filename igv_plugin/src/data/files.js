// Files of a scan before they are loaded, and what is wrong with them.
import { steady } from './again.js'

export const COPY = 'Copy the whole scan folder again, or write it anew with gtrack.'

/** @typedef {Error & import('../../index.js').Problem} ProblemError */

/**
 * An error that says what went wrong and what to do about it, as plain text.
 *
 * @param {string} title
 * @param {string} cure
 * @returns {ProblemError}
 */
export const problem = (title, cure) =>
  Object.assign(new Error(`${title} ${cure}`), { title, cure })

/** @param {{message?: string, status?: number}} answer */
const unread = ({ message, status }) => `cannot be read (${message ?? `HTTP ${status}`})`

/**
 * The text of a file, or an error that says so.
 *
 * @param {string} url
 * @param {string} cure
 * @returns {Promise<string>}
 */
export async function fetchText(url, cure) {
  const read = async () => {
    const response = await fetch(url)
    return { ok: response.ok, status: response.status, text: await response.text() }
  }
  const answer = await steady(read).catch((error) => error)
  if (!answer.ok) throw problem(`${url} ${unread(answer)}.`, cure)
  return answer.text
}

/** @type {Record<string, number>} */
const MAGIC = { bigwig: 0x888ffc26, bigbed: 0x8789f2eb, '2bit': 0x1a412743 }
const PIECEWISE = [...Object.keys(MAGIC), 'fasta'] // igv.js reads others whole
/** igv.js reads all of a file each time where a server sends no parts: too slow beyond this. */
export const WHOLE = 20e6
const SERVERS = 'Use gtrack view, or a server that answers Range requests (nginx, Apache, S3).'
const CORS = 'Check the address, and that its server lets this page read it (CORS).'

/**
 * What is known of a file beforehand. igv.js reads those of a `format` in pieces.
 *
 * @typedef {{format?: string, size?: number}} Known
 */
/**
 * What a look at a file found: it cannot be shown (`bad`), something is odd (`odd`), or the server
 * sends all of its bytes each time (`whole`).
 *
 * @typedef {{bad?: ProblemError, odd?: ProblemError, whole?: number}} Found
 */

/**
 * Ask for a few bytes of a file, from one byte to another: not for the last ones, because servers
 * that igv.js reads refuse that. What igv.js can read is never bad.
 *
 * @param {string} url
 * @param {Known} [known]
 * @returns {Promise<Found>}
 */
export async function look(url, { format = '', size } = {}) {
  const kind = format.toLowerCase()
  const atEnd = size !== undefined && size >= 4 && kind !== '2bit'
  const answer = await ask(url, atEnd ? size - 4 : 0, atEnd ? size - 1 : 3)
  if (answer.status === 206) return judged(url, kind, answer, atEnd)
  answer.body?.cancel()
  const { status } = answer
  const piecewise = PIECEWISE.includes(kind)
  if (status === 416) return size || piecewise ? { bad: cut(url) } : {} // an empty file
  if (status === 200) return piecewise ? wholeFile(url, answer, size) : {}
  if (atEnd && status >= 400 && status !== 404 && status !== 410) {
    return look(url, { format }) // a server may refuse this and answer what igv.js asks
  }
  return { bad: refused(url, answer) }
}

/**
 * What a server answers, with the bytes of a part.
 *
 * @param {string} url
 * @param {number} from
 * @param {number} to
 */
function ask(url, from, to) {
  const read = async () => {
    const answer = await fetch(url, { headers: { Range: `bytes=${from}-${to}` } })
    const part = answer.status === 206 && (await answer.arrayBuffer())
    return Object.assign(answer, { part })
  }
  return steady(read).catch((error) => error)
}

/**
 * @param {string} url
 * @param {{message?: string, status?: number}} answer
 */
function refused(url, answer) {
  if (answer.status === 404) return problem(`${url} is missing.`, COPY)
  if (answer.status === 410) return problem(`${url} is not as it was written.`, COPY) // gtrack view
  return problem(`${url} ${unread(answer)}.`, answer.status ? COPY : CORS)
}

/** @param {string} url */
const cut = (url) => problem(`${url} is truncated: it is shorter than it was written.`, COPY)

/**
 * What four bytes of a file say: those at its end, or at its start.
 *
 * @param {string} url
 * @param {string} kind
 * @param {{part: ArrayBuffer}} answer
 * @param {boolean} atEnd
 * @returns {Promise<Found>}
 */
async function judged(url, kind, { part }, atEnd) {
  const bytes = new DataView(part)
  if (atEnd && bytes.byteLength < 4) return { bad: cut(url) }
  const magic = MAGIC[kind]
  if (!magic) return {}
  const right = bytes.byteLength >= 4 && [true, false].some((l) => bytes.getUint32(0, l) === magic)
  if (right) return {}
  if (!atEnd) return { bad: problem(`${url} is no ${kind}.`, COPY) }
  const found = await look(url, { format: kind })
  const odd = problem(`${url} is not the file that was written: its end is another.`, COPY)
  return found.bad ? found : { odd }
}

/**
 * A file of which the server sends no parts.
 *
 * @param {string} url
 * @param {Response} answer
 * @param {number} [size]
 * @returns {Found}
 */
function wholeFile(url, { headers, type }, size) {
  const sent = Number(headers.get('Content-Length'))
  const packed = type !== 'basic' || headers.has('Content-Encoding') // then it is another length
  if (size && sent && sent < size && !packed) return { bad: cut(url) }
  const bytes = size ?? sent
  if (bytes <= WHOLE) return { whole: bytes }
  const much = `${megabytes(bytes)} would be read for each place`
  return { bad: problem(`${url}: its server ignores Range requests, so that ${much}.`, SERVERS) }
}

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`

/**
 * What is said where a server sends whole files; null where none does.
 *
 * @param {Found[]} found
 */
export function wholeFiles(found) {
  const bytes = found.reduce((sum, { whole = 0 }) => sum + whole, 0)
  if (!bytes) return null
  const much = `${megabytes(bytes)} are read for each new place`
  return problem(`The server ignores Range requests: ${much}.`, SERVERS)
}
