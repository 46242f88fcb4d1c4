// Files of a scan before they are loaded, and what is wrong with them.

export const COPY = 'Copy the whole scan folder again, or write it anew with gtrack.'

/** @typedef {Error & import('../index.js').Problem} ProblemError */

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
  const response = await fetch(url).catch((error) => error)
  if (!response.ok) throw problem(`${url} ${unread(response)}.`, cure)
  return response.text()
}

/** @type {Record<string, number>} */
const MAGIC = { bigwig: 0x888ffc26, bigbed: 0x8789f2eb }

/**
 * Ask for the last four bytes of a file. Resolves to null, or to what is wrong with it.
 *
 * @param {string} url
 */
export async function preflight(url, format = '') {
  const magic = MAGIC[format.toLowerCase()]
  const bad = (/** @type {string} */ what, cure = COPY) => problem(`${url} ${what}.`, cure)
  const response = await fetch(url, { headers: { Range: 'bytes=-4' } }).catch((error) => error)
  const { status } = response
  if (status === 206) {
    const end = new DataView(await response.arrayBuffer())
    const whole = !magic || (end.byteLength === 4 && end.getUint32(0, true) === magic)
    return whole ? null : bad(`is truncated, or no ${format}: its end mark is missing`)
  }
  response.body?.cancel()
  if (!magic && (status === 200 || status === 416)) return null // 416: an empty file
  if (status === 200) {
    const cure = 'Use gtrack view, or one that answers them (nginx, Apache, S3).'
    return bad('comes from a server that ignores Range requests', cure)
  }
  if (status === 404) return bad('is missing')
  if (status === 410) return bad('is not as it was written') // says gtrack view
  const cors = 'Check the address, and that its server lets this page read it (CORS).'
  return bad(unread(response), status ? COPY : cors)
}
