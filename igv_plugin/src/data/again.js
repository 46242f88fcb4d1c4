// Reads that outlast a server that is away.

/**
 * Does what reads, and again where the server was away meanwhile.
 *
 * @typedef {<T>(read: () => Promise<T>, signal: AbortSignal) => Promise<T>} Again
 */

export const STEP = 500 // ms
export const TRIES = 2

export const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms))

/**
 * Whether a read failed for want of the server: fetch() says it by a TypeError, igv.js by a status.
 *
 * @param {any} error
 * @returns {boolean}
 */
export const isLoss = (error) =>
  error instanceof TypeError ||
  error?.status === 0 ||
  error?.status >= 500 ||
  Boolean(error?.cause && isLoss(error.cause))

/**
 * Reads, and again where the server was away for a moment.
 *
 * @template T
 * @param {() => Promise<T>} read
 */
export async function steady(read) {
  for (let tries = 1; ; tries++) {
    try {
      return await read()
    } catch (error) {
      if (tries > TRIES || !isLoss(error)) throw error
      await pause(tries * STEP)
    }
  }
}
