import { closer, h } from '../parts/dom.js'

/** @typedef {import('../../index.js').Problem} Problem */

/**
 * The lines above the figure that say what is wrong; each can be closed. One of them may pass: that
 * the server is not there (`lost`), with a button. `slow` says what is waited for.
 */
export function makeMessages() {
  const alerts = h('div', { role: 'alert' })
  const status = h('div', { class: 'gt-wait', role: 'status' })
  const element = h('div', { class: 'gt-problems' }, alerts, status)
  /**
   * @param {Problem} problem
   * @param {Element | false} [more]
   */
  const lineOf = ({ title, cure }, more = false) => {
    const text = h('span', {}, h('strong', {}, title), ' ', cure)
    const line = h('p', { class: 'gt-bar', title }, text, more)
    line.append(closer(() => line.remove()))
    return line
  }
  /** @param {Problem} problem */
  const report = (problem) => {
    if ([...alerts.children].some((line) => line.getAttribute('title') === problem.title)) return
    alerts.append(lineOf(problem))
  }
  /** @type {HTMLElement | undefined} */
  let passing
  /**
   * @param {Problem | null} problem
   * @param {() => void} retry
   */
  const lost = (problem, retry) => {
    passing?.remove()
    passing = undefined
    if (!problem) return
    passing = lineOf(problem, h('button', { type: 'button', onclick: retry }, 'Retry'))
    alerts.prepend(passing)
  }
  const slow = (/** @type {string} */ text) => {
    if (status.textContent !== text) status.textContent = text
  }
  return { element, report, lost, slow }
}
