// Long work in slices, so that the page never waits for it.

/** As long as one may work before the page has its turn (ms). */
const TURN = 8

/**
 * Ends a task of the page. By a message: timers wait 4 ms each, and a second each in a tab that is
 * not seen.
 */
export const rest = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve(undefined)
    }
    port2.postMessage(null)
  })

/** Gives the page its turn, where it has waited long enough. */
export function turns() {
  let began = performance.now()
  return async () => {
    if (performance.now() - began < TURN) return
    await rest()
    began = performance.now()
  }
}
