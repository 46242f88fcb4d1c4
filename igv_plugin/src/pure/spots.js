// Names with their places, as few bytes each: an annotation may name 60,000 genes.

/** @typedef {import('../../index.js').Interval} Interval */

export class Spots {
  /** @type {string[]} each once, as they came */
  names = []
  /** @type {Map<string, number>} */
  #rows = new Map()
  /** @type {string[]} */
  #chroms = []
  /** @type {number[]} of each place: row of the name, chromosome, start, end */
  #places = []
  /** @type {number[] | null} where the places of each name begin, in order of names */
  #from = null
  /** @type {Uint32Array} */
  #order = new Uint32Array()
  #head = true

  /**
   * @param {string} name
   * @param {string} chrom
   * @param {number} start
   * @param {number} end
   */
  add(name, chrom, start, end) {
    let row = this.#rows.get(name)
    if (row === undefined) {
      row = this.names.push(name) - 1
      this.#rows.set(name, row)
    }
    if (this.#chroms.at(-1) !== chrom) this.#chroms.push(chrom)
    this.#places.push(row, this.#chroms.length - 1, start, end)
    this.#from = null
  }

  /** Takes a line of a table of names. @param {string} line */
  read = (line) => {
    const [name, chrom, start, end, ...more] = line.split('\t')
    if (!line) return
    if (this.#head) {
      if (line !== 'name\tchrom\tstart\tend') throw new Error('it is no table of names')
      this.#head = false
      return
    }
    if (more.length || !(Number(end) > Number(start))) throw new Error(`${line}: no name and place`)
    this.add(name, chrom, Number(start), Number(end))
  }

  /** The places of a name. @param {number} row @returns {Interval[]} */
  of(row) {
    const from = (this.#from ??= this.#sort())
    return Array.from(this.#order.subarray(from[row], from[row + 1]), (at) => {
      const [, code, start, end] = this.#places.slice(4 * at, 4 * at + 4)
      return { chrom: this.#chroms[code], start, end }
    })
  }

  /** Puts the places in order of their names: counted, as there may be many. */
  #sort() {
    const all = this.#places.length / 4
    const from = new Array(this.names.length + 1).fill(0)
    for (let at = 0; at < all; at++) from[this.#places[4 * at] + 1]++
    for (let row = 1; row < from.length; row++) from[row] += from[row - 1]
    const next = [...from]
    this.#order = new Uint32Array(all)
    for (let at = 0; at < all; at++) this.#order[next[this.#places[4 * at]]++] = at
    return from
  }
}
