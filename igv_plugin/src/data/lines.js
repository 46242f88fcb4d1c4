// A text file, line by line, without keeping the page waiting.
import { turns } from '../pure/turns.js'

/**
 * Gives each line of a text file to `add`, once, as they come, with rests for the page.
 *
 * @param {string} url
 * @param {(line: string) => void} add
 * @param {import('./again.js').Again} again
 * @param {AbortSignal} signal
 */
export function readLines(url, add, again, signal) {
  let known = 0
  return again(async () => {
    let at = 0
    await read(url, signal, (line) => {
      if (at++ < known) return
      add(line)
      known = at
    })
  }, signal)
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {(line: string) => void} add
 */
async function read(url, signal, add) {
  const response = await fetch(url, { signal })
  if (!response.ok) {
    const { status } = response
    throw Object.assign(new Error(`the server answered ${status}`), { status })
  }
  const turn = turns()
  const texts = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let [begun, count] = ['', 0]
  try {
    for (;;) {
      const { value, done } = (await texts?.read()) ?? { value: '', done: true }
      const lines = (begun + (value ?? '')).split('\n')
      begun = done ? '' : (lines.pop() ?? '')
      for (const line of lines) {
        add(line.trimEnd())
        if (++count % 64 === 0) await turn()
      }
      if (done) return
    }
  } finally {
    texts?.cancel().catch(() => {}) // of a line that is refused, the rest is not read
  }
}
