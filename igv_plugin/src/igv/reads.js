// What igv.js cannot read, or is slow to read, after the start: for one bar, with a way back, in
// place of its dialogs and of a blank figure.
import { isLoss, pause, STEP, steady, TRIES } from '../data/again.js'
import { messageOf } from '../data/manifest.js'

/** @typedef {import('../../index.js').Problem} Problem */
/** @typedef {import('../../igv.js').Browser} Browser */
/**
 * Who shows it: `lost` what failed last, or null once all is read again; `slow` what is waited for.
 *
 * @typedef {{lost: (problem: Problem | null) => void, slow: (text: string) => void}} Shower
 */

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$/
const FAILURE = /could not be|error (accessing|loading)|not found|timed out/i
const PATIENCE = 5000 // ms that a server has to show that it is there
const SLOW = 2000 // ms after which it is said that something is still being read
const QUIET = 10_000 // ms without a failure, after which that begins again
const LONGEST = 8000 // ms between questions to a server that is gone

/** @param {number} status */
const isThere = (status) => status >= 200 && status < 400

/**
 * What is said of a failed read.
 *
 * @param {number} status that the server answers now; 0 for nothing
 * @param {string} what
 * @param {{hostname: string, port: string}} place of the server
 * @returns {Problem}
 */
export function lostProblem(status, what, { hostname, port }) {
  if (isThere(status)) {
    const anew = 'Reload this page if the scan was written anew meanwhile, else press Retry.'
    return { title: what, cure: `${anew} If it stays so, copy the scan folder again.` }
  }
  if (status) {
    const cure = 'Is it another server? Open the whole address that "gtrack view" printed.'
    return { title: `The server answers HTTP ${status} now.`, cure }
  }
  const again = LOCAL.test(hostname)
    ? `Start it again with "gtrack view DIR --port ${port || 80}": the view comes back.`
    : 'Look at your connection: the view comes back with it.'
  return { title: 'The server stopped answering.', cure: again }
}

/** Follows the reads of a browser. */
export class Reads {
  /** @type {Problem | null} what failed last */
  problem = null
  /** @type {Shower | undefined} */
  #shower
  #asking = false
  #over = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #healing
  #waited = 0
  #drawn = 0 // when all was drawn anew
  #tries = 0
  /** @type {((value?: unknown) => void)[]} who waits until all can be read again */
  #waiting = []

  /**
   * @param {Browser} browser
   * @param {string} address of a small file, by which it is seen whether the server is there
   * @param {Problem} [silence] what is said where nothing answers
   */
  constructor(browser, address, silence) {
    this.browser = browser
    this.address = address
    this.silence = silence
    const { alert, genome } = browser
    const show = alert.present.bind(alert)
    alert.present = (said, ...rest) => {
      const text = plain(said)
      if (FAILURE.test(text)) void this.failed(text)
      else show(said, ...rest)
    }
    // igv.js asks for a base before it draws, and leaves the figure blank where that fails.
    const sequence = readAnew(genome.getSequence.bind(genome))
    genome.getSequence = (chr, start, end) =>
      sequence(chr, start, end).catch((error) => {
        void this.failed(`The sequence could not be read (${messageOf(error)}).`)
        return null
      })
    browser.on('locuschange', this.#watch)
    this.#watch()
  }

  /** @param {Shower} shower */
  show(shower) {
    this.#shower = shower
    shower.lost(this.problem)
  }

  /** @param {Problem | null} problem */
  #tell(problem) {
    this.problem = problem
    this.#shower?.lost(problem)
    if (!problem) for (const go of this.#waiting.splice(0)) go()
  }

  /**
   * Reads what is read once; where the server was away, once more when it is there again.
   *
   * @type {import('../data/again.js').Again}
   */
  again = async (read, signal) => {
    for (;;) {
      try {
        return await steady(read)
      } catch (error) {
        if (signal.aborted || !isLoss(error)) throw error
        const status = await this.#ask()
        if (signal.aborted || isThere(status)) throw error
        const back = new Promise((done) => this.#waiting.push(done))
        if (this.#waiting.length === 1) this.#say(status, '')
        await back
      }
    }
  }

  /** The status that the server answers now; 0 for nothing. */
  async #ask() {
    const asked = {
      cache: /** @type {const} */ ('no-store'),
      signal: AbortSignal.timeout(PATIENCE),
    }
    const answer = await fetch(this.address, asked).catch(() => null)
    answer?.body?.cancel()
    return answer?.status ?? 0
  }

  /**
   * Of many reads that fail together, one asks whether the server is there; it may have been away
   * for a moment.
   *
   * @param {string} what
   */
  async failed(what) {
    if (this.#asking) return
    this.#asking = true
    if (Date.now() - this.#drawn > QUIET) this.#tries = 0
    let status = await this.#ask()
    const away = !isThere(status)
    let there = false
    while (!there && this.#tries < TRIES) {
      this.#tries += 1
      await pause(this.#tries * STEP) // what failed then is told late
      if (away) status = await this.#ask()
      there = isThere(status)
    }
    this.#asking = false
    if (this.#over) return
    if (!there) return this.#say(status, what)
    if (away) this.#tries = 0
    await this.#draw()
  }

  /** Draws all anew if the server is there; else says what is wrong now. */
  retry = async () => {
    const status = await this.#ask()
    await (isThere(status) ? this.#draw() : this.#say(status, ''))
  }

  /**
   * @param {number} status
   * @param {string} what
   */
  #say(status, what) {
    const silent = status ? undefined : this.silence
    this.#tell(silent ?? lostProblem(status, what, new URL(this.address)))
    if (!isThere(status)) this.#await(2 * STEP)
  }

  /** Draws all anew once a server that is gone is there again. @param {number} ms */
  #await(ms) {
    clearTimeout(this.#healing)
    this.#healing = setTimeout(async () => {
      const there = isThere(await this.#ask())
      if (this.#over || !this.problem) return
      if (!there) return this.#await(Math.min(2 * ms, LONGEST))
      this.#tries = 0
      await this.#draw()
    }, ms)
  }

  async #draw() {
    this.#drawn = Date.now()
    clearTimeout(this.#healing)
    this.#tell(null)
    for (const track of this.browser.findTracks(() => true)) track.clearCachedFeatures?.()
    await this.browser.updateViews()
  }

  /** Looks whether reads go on for long. */
  #watch = () => {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#look, this.#waited ? STEP : SLOW)
  }

  #look = () => {
    const busy = this.browser.trackViews.some((view) => view.viewports?.some((v) => v.loading))
    this.#waited = busy ? (this.#waited || SLOW - STEP) + STEP : 0
    this.#shower?.slow(busy ? `Still reading … ${Math.floor(this.#waited / 1000)} s` : '')
    if (busy) this.#watch()
  }

  destroy() {
    clearTimeout(this.#timer)
    clearTimeout(this.#healing)
    this.#over = true
    this.#shower = undefined
    for (const go of this.#waiting.splice(0)) go()
    this.browser.off('locuschange', this.#watch)
  }
}

/**
 * igv.js answers what failed once with the same failure, for as long as no more is asked for: so
 * after a failure more is asked for.
 *
 * @param {Browser['genome']['getSequence']} read
 * @returns {Browser['genome']['getSequence']}
 */
export function readAnew(read) {
  const step = 100_000
  let more = 0
  return async (chr, start, end) => {
    const from = Math.max(0, start - more)
    try {
      const text = await read(chr, from, end + more)
      more = 0
      return text && text.slice(start - from, end - from)
    } catch (error) {
      more += step
      throw error
    }
  }
}

/**
 * The text of what igv.js says, which is HTML.
 *
 * @param {unknown} said
 */
function plain(said) {
  const text = messageOf(said).replaceAll('\n', ' ').replaceAll('<br>', ' ')
  return new DOMParser().parseFromString(text, 'text/html').body.textContent ?? ''
}
