// Reads of a scan's files over a widget's own channel: a piece is asked for by name, and the kernel
// answers with its bytes. No port is needed, so that it works wherever widgets do.

/** Bytes of a piece; the kernel refuses more (publish/viewer/channel.py). */
export const PIECE = 1 << 20

/**
 * What the kernel said of a piece: an HTTP status, the size of the whole file, and which state of
 * it that was.
 *
 * @typedef {{status: number, size: number, tag: string, why: string, bytes: Uint8Array}} Piece
 */

/** @typedef {{done: (piece: Piece) => void, fail: (error: Error) => void}} Waits */

const LOST = 'the notebook’s kernel does not answer'

/** Of several front ends of one kernel each hears all answers: this one's begin so. */
const OURS = Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36)).join('')
let asked = 0

export class Channel {
  /** @type {Map<string, Waits>} */
  #waiting = new Map()
  #model
  #lost = false

  /** @param {any} model of the widget, as anywidget hands it over */
  constructor(model) {
    this.#model = model
    model.on('msg:custom', this.#hear)
  }

  /**
   * Asks for the bytes of a file from `start` to before `end`; fewer come where it is shorter.
   *
   * @param {string} file
   * @param {number} start
   * @param {number} end
   * @returns {Promise<Piece>}
   */
  ask(file, start, end) {
    if (this.#lost) return Promise.reject(new TypeError(LOST))
    return new Promise((done, fail) => this.#send({ file, start, end }, { done, fail }))
  }

  /** @type {(what: object, waits: Waits) => void} */
  #send(what, waits) {
    const id = `${OURS}-${(asked += 1)}`
    this.#waiting.set(id, waits)
    this.#model.send({ gtrack: 'read', id, ...what })
  }

  /** @type {(content: any, buffers: DataView[]) => Promise<void>} */
  #hear = async (content, buffers) => {
    const waits = content?.gtrack === 'piece' && this.#waiting.get(content.id)
    if (!waits) return
    this.#waiting.delete(content.id)
    const { status, size = 0, tag = '', why = '', packed = false } = content
    const [given] = buffers ?? []
    try {
      const sent = given ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength) : none()
      waits.done({ status, size, tag, why, bytes: packed ? await unpacked(sent) : sent })
    } catch (error) {
      waits.fail(/** @type {Error} */ (error))
    }
  }

  /** Resolves once the kernel answers, be it late; from then on it is asked again. */
  heard() {
    return new Promise((done) => {
      const fail = () => {}
      this.#send({ file: '', start: 0, end: 0 }, { done, fail })
    }).then(() => {
      this.#lost = false
    })
  }

  /** Fails all that is waited for, and whatever is asked until the kernel is heard again. */
  lose() {
    this.#lost = true
    for (const { fail } of this.#waiting.values()) fail(new TypeError(LOST))
  }

  close() {
    this.#model.off('msg:custom', this.#hear)
    this.lose()
    this.#waiting.clear()
  }
}

const none = () => new Uint8Array()

/** @param {Uint8Array} bytes as gzip */
export async function unpacked(bytes) {
  const stream = new Blob([/** @type {any} */ (bytes)])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
