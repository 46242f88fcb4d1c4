// Names that are searched while somebody types: all of one kind in one text, shortest first.

/** @typedef {{exact: boolean, starts: boolean, rows: number[], all: number}} Matches */

/** Of a short name one slip is looked for: of two, its parts would be one letter. */
const EDITS = 2
const SHORT = 6
/** Lines after which a builder rests, for the page. */
const AT_ONCE = 2000

/** A line feed ends a name in the text that is searched; letters are of one case. */
const plain = (/** @type {string} */ name) => name.toLowerCase().replaceAll('\n', ' ')

/** For the page, which is not to wait. */
const rest = () => new Promise((resolve) => setTimeout(resolve))

/** An index of names, of which a row is the number that it was given. */
export class Names {
  /** Of each line of the text the row, and where the line begins. */
  #rows
  #starts
  #text

  /**
   * @param {Uint32Array} rows
   * @param {Uint32Array} starts
   * @param {string} text each name between line feeds
   */
  constructor(rows, starts, text) {
    this.#rows = rows
    this.#starts = starts
    this.#text = text
  }

  /**
   * Puts names in order: the shorter first, and those of one length as they were given.
   *
   * @param {string[]} names
   * @param {() => Promise<unknown>} [pause]
   */
  static async of(names, pause = rest) {
    /** @type {string[]} */
    const small = []
    /** @type {number[][]} */
    const byLength = []
    for (const [row, name] of names.entries()) {
      const text = plain(name)
      small.push(text)
      ;(byLength[text.length] ??= []).push(row)
      if (row % AT_ONCE === AT_ONCE - 1) await pause()
    }
    const rows = Uint32Array.from(byLength.flat())
    const starts = new Uint32Array(rows.length + 1)
    /** @type {string[]} */
    const lines = []
    for (const [line, row] of rows.entries()) {
      lines.push(small[row])
      starts[line + 1] = starts[line] + small[row].length + 1
      if (line % AT_ONCE === AT_ONCE - 1) await pause()
    }
    return new Names(rows, starts, `\n${lines.join('\n')}${lines.length ? '\n' : ''}`)
  }

  get count() {
    return this.#rows.length
  }

  /** @param {number} line */
  #name(line) {
    return this.#text.slice(this.#starts[line] + 1, this.#starts[line + 1])
  }

  /** The line of the text at a place. @param {number} at */
  #lineAt(at) {
    let [low, high] = [0, this.#rows.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#starts[middle] < at) low = middle
      else high = middle
    }
    return low
  }

  /**
   * The rows of names that hold a text, at most so many: those that begin with it come first, the
   * shorter before the longer; and how many there are.
   *
   * @param {string} asked
   * @param {number} most
   * @returns {Matches}
   */
  find(asked, most) {
    const text = this.#text
    const wanted = plain(asked)
    /** @type {number[][]} */
    const [first, within] = [[], []]
    let all = 0
    if (wanted) {
      for (let at = text.indexOf(wanted); at > 0; at = text.indexOf(wanted, at)) {
        all++
        if (within.length < most && text[at - 1] !== '\n') within.push(this.#lineAt(at))
        at = text.indexOf('\n', at)
      }
      const begun = `\n${wanted}`
      for (let at = text.indexOf(begun); at >= 0 && first.length < most;) {
        first.push(this.#lineAt(at + 1))
        at = text.indexOf(begun, at + 1)
      }
    }
    const lines = [...first, ...within].slice(0, most)
    return {
      exact: first.length > 0 && this.#name(first[0]) === wanted,
      starts: first.length > 0,
      rows: lines.map((line) => this.#rows[line]),
      all,
    }
  }

  /**
   * The rows of names that a slip or two away are what was written, the nearest first.
   *
   * @param {string} asked
   * @param {number} most
   * @returns {number[]}
   */
  near(asked, most) {
    const wanted = plain(asked)
    const edits = wanted.length < SHORT ? 1 : EDITS
    if (wanted.length < 2) return []
    /** @type {number[][]} */
    const found = Array.from({ length: edits + 1 }, () => [])
    for (const line of this.#alike(wanted, edits)) {
      const slips = slipsBetween(wanted, this.#name(line), edits)
      if (slips <= edits) found[slips].push(this.#rows[line])
    }
    return found.flat().slice(0, most)
  }

  /**
   * The lines about as long as a text that hold a part of it: of its parts, one more than there may
   * be slips, one is as it was.
   *
   * @param {string} wanted
   * @param {number} edits
   */
  #alike(wanted, edits) {
    const text = this.#text
    const [from, to] = [-edits, edits + 1].map((more) => this.#longAs(wanted.length + more))
    /** @type {Set<number>} */
    const lines = new Set()
    for (let part = 0; part <= edits; part++) {
      const [begin, end] = [part, part + 1].map((i) =>
        Math.floor((i * wanted.length) / (edits + 1)),
      )
      const piece = wanted.slice(begin, end)
      const stop = this.#starts[to]
      let at = text.indexOf(piece, this.#starts[from] + 1)
      while (at >= 0 && at < stop) {
        lines.add(this.#lineAt(at))
        at = text.indexOf(piece, text.indexOf('\n', at))
      }
    }
    return [...lines].sort((a, b) => a - b)
  }

  /** The first line that is so long or longer. @param {number} length */
  #longAs(length) {
    let [low, high] = [0, this.#rows.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#starts[middle + 1] - this.#starts[middle] - 1 < length) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** @type {number[]} */
let before = []
/** @type {number[]} */
let row = []

/**
 * How many letters are to be changed, put in or left out, to make one text the other; more than
 * `most` where it is more.
 *
 * @param {string} one
 * @param {string} other
 * @param {number} most
 */
export function slipsBetween(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1
  for (let j = 0; j <= other.length; j++) row[j] = j
  for (let i = 1; i <= one.length; i++) {
    ;[before, row] = [row, before]
    row[0] = i
    let least = i
    for (let j = 1; j <= other.length; j++) {
      const same = one.charCodeAt(i - 1) === other.charCodeAt(j - 1)
      row[j] = Math.min(before[j - 1] + (same ? 0 : 1), before[j] + 1, row[j - 1] + 1)
      if (row[j] < least) least = row[j]
    }
    if (least > most) return most + 1
  }
  return Math.min(row[other.length], most + 1)
}

/**
 * A name in pieces, of which every second is what was asked for: to be marked.
 *
 * @param {string} name
 * @param {string} asked
 * @returns {string[]}
 */
export function pieces(name, asked) {
  const small = name.toLowerCase()
  const wanted = plain(asked)
  const at = wanted && small.length === name.length ? small.indexOf(wanted) : -1
  if (at < 0) return [name]
  const end = at + wanted.length
  return [name.slice(0, at), name.slice(at, end), name.slice(end)]
}
