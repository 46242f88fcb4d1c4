// How long a page of panels.js keeps its reader waiting.

/**
 * Runs in the page: the longest frame (ms) while the list is scrolled, and how many rows it had.
 */
export async function scroll() {
  const grid = document.querySelector('.gt-grid')
  const gaps = []
  let last = performance.now()
  let rows = 0
  for (let i = 0; i < 200; i++) {
    const far = (((i * 7919) % 100_003) / 100_003) * grid.scrollHeight
    grid.scrollTop = i < 100 ? i * 150 : far
    await new Promise(requestAnimationFrame)
    gaps.push(performance.now() - last)
    last = performance.now()
    rows = Math.max(rows, document.querySelectorAll('.gt-space .gt-row').length)
  }
  gaps.sort((a, b) => a - b)
  return { worst: gaps.at(-1), median: gaps[100], rows }
}

/**
 * Runs in the page: the longest task (ms) since then; since the panel began without an argument.
 */
export function longest(from) {
  const recent = window.tasks.filter(([at, took]) => at + took > (from ?? window.panelStart))
  return Math.max(0, ...recent.map(([, took]) => took))
}
