import { closer, h } from '../parts/dom.js'

/** @typedef {import('../../index.js').Problem} Problem */

/**
 * What is said above the figure, in three places. Of what is wrong with the scan the newest is in
 * sight, and a button shows the rest. That the server is not there (`lost`) has a line and a button
 * of its own. What answers somebody (`say` where it cannot be done, `tell` where it was) takes the
 * place of what was said before, and goes with the next thing that is done. `slow` says what is
 * waited for.
 */
export function makeMessages() {
  const alerts = h('div', { role: 'alert' })
  const server = h('div', { role: 'alert' })
  const status = h('div', { class: 'gt-wait', role: 'status' })
  const answer = h('div', { class: 'gt-answer', role: 'status' })
  const problems = h('div', { class: 'gt-problems' }, alerts, server, status)
  const showAll = () => {
    alerts.toggleAttribute('data-all')
    fold()
  }
  const more = h('button', { type: 'button', onclick: showAll })
  const fold = () => {
    const others = alerts.children.length - 1
    const open = alerts.hasAttribute('data-all')
    more.textContent = open ? 'Show one' : `${others} more`
    more.ariaExpanded = String(open)
    more.hidden = others < 1
    alerts.firstElementChild?.lastElementChild?.before(more)
  }
  /**
   * @param {Problem} problem
   * @param {() => unknown} left when it is closed
   * @param {Element | false} [button]
   */
  const lineOf = ({ title, cure }, left, button = false) => {
    const text = h('span', {}, h('strong', {}, title), ' ', cure)
    const line = h('p', { class: 'gt-bar', title }, text, button)
    const close = () => {
      line.remove()
      left()
    }
    line.append(closer(close))
    return line
  }
  /** @param {Problem} problem */
  const report = (problem) => {
    if ([...alerts.children].some((line) => line.getAttribute('title') === problem.title)) return
    alerts.prepend(lineOf(problem, fold))
    fold()
  }
  const done = () => answer.replaceChildren()
  /** @param {Problem} problem */
  const say = (problem) => answer.replaceChildren(lineOf(problem, done))
  /** @param {string} text */
  const tell = (text) => {
    const line = h('p', {}, h('span', {}, text), closer(done))
    answer.replaceChildren(line)
  }
  /**
   * @param {Problem | null} problem
   * @param {() => void} retry
   */
  const lost = (problem, retry) => {
    const button = () => h('button', { type: 'button', onclick: retry }, 'Retry')
    server.replaceChildren(...(problem ? [lineOf(problem, () => {}, button())] : []))
  }
  const slow = (/** @type {string} */ text) => {
    if (status.textContent !== text) status.textContent = text
  }
  return { elements: [problems, answer], report, say, tell, done, lost, slow }
}
