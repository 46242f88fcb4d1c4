// A text file, line by line, without keeping the page waiting.
import { turns } from '../pure/turns.js'

/**
 * Gives each line of a text file to `add`, as they come, with rests for the page.
 *
 * @param {string} url
 * @param {(line: string) => void} add
 * @param {AbortSignal} [signal]
 */
export async function readLines(url, add, signal) {
  const response = await fetch(url, { signal })
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
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
