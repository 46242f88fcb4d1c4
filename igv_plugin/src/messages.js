import { closer, h } from './dom.js'

/** The lines above the figure that say what is wrong; each can be closed. */
export function makeMessages() {
  const element = h('div', { class: 'gt-problems', role: 'alert' })
  /** @param {import('../index.js').Problem} problem */
  const report = ({ title, cure }) => {
    if ([...element.children].some((line) => line.getAttribute('title') === title)) return
    const text = h('span', {}, h('strong', {}, title), ' ', cure)
    const line = h('p', { class: 'gt-bar', title }, text)
    line.append(closer(() => line.remove()))
    element.append(line)
  }
  return { element, report }
}
