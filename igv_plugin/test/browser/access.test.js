// The panel by keyboard, by name and in both themes.
import assert from 'node:assert/strict'
import { until } from './chromium.js'
import { chromium, frame, panel, shot, test } from './panels.js'

const ROLES = [
  ...['button', 'textbox', 'searchbox', 'combobox', 'slider', 'spinbutton'],
  ...['grid', 'link', 'group', 'region', 'alert'],
]
const ORDER = [
  ...['Previous hit (key p)', 'Next hit (key n)', 'Place or chromosome', 'Zoom out', 'Zoom in'],
  ...['Agreement', 'PNG', 'SVG', 'Dark', 'Scale', 'Threshold', 'Reverse strand', 'Difference'],
  ...['Filter by motif, region, chromosome', 'What to list', 'Model', 'Motif', 'Motif hits'],
  ...['Place', 'Relevance', 'q', 'Current row'],
]

/** Runs in the page: what has the focus; null for parts of igv.js. */
function focused() {
  const a = document.activeElement
  const { outlineStyle, outlineWidth } = getComputedStyle(a)
  if (a.closest('.gt-figure')) return null
  if (outlineStyle === 'none' || outlineWidth === '0px') return `no outline: ${a.outerHTML}`
  if (/^Agreement/.test(a.textContent)) return 'Agreement'
  if (a.ariaLabel) return a.ariaLabel
  if (a.matches('button')) return a.textContent
  return a.labels?.[0]?.textContent.trim().split(' ')[0] || a.tagName
}

test('every control has a name, the focus goes in the order of the page and is seen', () =>
  panel({}, async (page) => {
    const session = await chromium.context.newCDPSession(page)
    const { nodes } = await session.send('Accessibility.getFullAXTree')
    const controls = nodes.filter((n) => !n.ignored && ROLES.includes(n.role?.value))
    const unnamed = controls.filter((n) => !n.name?.value && n.role.value !== 'alert')
    const roles = unnamed.map((n) => n.role.value)
    assert.deepEqual(roles, [])
    assert.ok(controls.length > 20)
    await page.evaluate(() => {
      document.body.tabIndex = -1
      document.body.focus()
    })
    const seen = []
    for (let i = 0; i < 60 && !seen.includes('Current row'); i++) {
      await page.keyboard.press('Tab')
      seen.push(await page.evaluate(focused))
    }
    assert.deepEqual(seen.filter(Boolean), ORDER)
  }))

/** Runs in the page: of each text the contrast with its ground. */
function contrasts() {
  const rgba = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number)
    return [r, g, b, a]
  }
  const linear = (x) => (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
  const light = ([r, g, b]) =>
    0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255)
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgba(getComputedStyle(e).backgroundColor)
      if (c[3] === 1) return c
    }
    return [255, 255, 255, 1]
  }
  const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())
  const isShown = (e) => !e.closest('.gt-figure, svg') && e.checkVisibility() && hasText(e)
  return [...document.querySelectorAll('.gtrack *')].filter(isShown).map((e) => {
    const one = light(rgba(getComputedStyle(e).color)) + 0.05
    const two = light(ground(e)) + 0.05
    return { text: e.textContent.slice(0, 40), ratio: Math.max(one / two, two / one) }
  })
}

const title = 'text has a contrast of 4.5:1 in light and dark; the theme follows the system'
test(`${title} until it is chosen`, () =>
  panel({ problems: [{ title: 'A problem', cure: 'A cure.' }] }, async (page) => {
    await page.evaluate(() => window.panel.go(1))
    for (const theme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: theme })
      await until(page, (t) => document.querySelector('.gtrack').dataset.theme === t, {
        argument: theme,
      })
      await frame(page)
      const found = await page.evaluate(contrasts)
      assert.ok(found.length > 100)
      const low = found.filter(({ ratio }) => ratio < 4.5)
      assert.deepEqual(low, [], theme)
      await shot(page, theme)
    }
    await page.getByRole('button', { name: 'Dark' }).click()
    assert.equal(
      await page.evaluate(() => document.querySelector('.gtrack').dataset.theme),
      'light',
    )
    await page.setViewportSize({ width: 700, height: 900 })
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 700))
    await shot(page, 'narrow')
  }))
