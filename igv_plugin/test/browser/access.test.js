// The panel by keyboard, by name and in both themes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { until } from './chromium.js'
import { chromium, frame, panel, shot, test, text } from './panels.js'

const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

const ROLES = [
  ...['button', 'textbox', 'searchbox', 'combobox', 'slider', 'spinbutton'],
  ...['grid', 'link', 'group', 'region', 'alert'],
]
const ORDER = [
  ...[
    'Previous hit (key p)',
    'Next hit (key n)',
    'Find a place, gene, motif or region',
    'Zoom out',
    'Zoom in',
  ],
  ...[
    'Agreement',
    'PNG',
    'SVG',
    'Dark',
    'List',
    'Keys (key ?)',
    'Scale',
    'Threshold',
    'Reverse strand',
    'Difference',
  ],
  ...['Filter by motif, region, chromosome', 'What to list', 'Model', 'Motif', 'Motif hits'],
  ...['Motif', 'Place', 'Relevance', 'q', 'Model', 'Current row'],
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

/** Runs in the page, in which axe is: what it finds, in the shadow root of igv.js, too. */
async function findings() {
  const { violations } = await window.axe.run(document)
  return violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.html.slice(0, 120)}`))
}

const inFigure = (page, selector) => page.locator(`.gt-figure ${selector}`)
const items = (page) => inFigure(page, '[role=menuitem]:visible')
const gear = (page, name) => page.getByRole('button', { name: `Settings of ${name}`, exact: true })
const active = (page) =>
  page.evaluate(() => {
    const outer = document.activeElement
    const { role, ariaLabel, textContent } = outer.shadowRoot?.activeElement ?? outer
    return ariaLabel ?? `${role} ${textContent}`
  })

/** Writes into the box, and waits until hits and regions are searched, too. */
async function search(page, words) {
  await page.getByRole('combobox', { name: 'Find a place' }).fill(words)
  await until(page, () =>
    /^(\d|Nothing)[^…]*(found\.|chromosomes\.)$/.test(
      document.querySelector('.gt-found:not([hidden]) [role=status]')?.textContent,
    ),
  )
}

/** What is open above the page: how it is opened, and the class of the picture. */
const OPEN = {
  nothing: () => {},
  keys: (page) => page.keyboard.press('?'),
  found: (page) => search(page, 'ctcf'),
  near: (page) => search(page, 'ctfc'),
  answer: async (page) => {
    await search(page, 'peak7')
    await page.keyboard.press('Enter')
    await until(page, () => document.querySelector('.gt-answer').textContent)
  },
  agreement: (page) => page.getByRole('button', { name: 'Agreement' }).click(),
  menu: (page) => gear(page, 'm0').press('Enter'),
  range: async (page) => {
    await gear(page, 'm0').press('Enter')
    await items(page).filter({ hasText: 'Set data range' }).press('Enter')
  },
  height: async (page) => {
    await gear(page, 'm0').press('Enter')
    await items(page).filter({ hasText: 'Set track height' }).press('Enter')
  },
  colours: async (page) => {
    await gear(page, 'm0').press('Enter')
    await items(page)
      .filter({ hasText: /^Set track color/ })
      .press('Enter')
  },
}

for (const width of [1440, 390]) {
  test(`axe finds nothing at ${width} px, light and dark, whatever is open`, () =>
    panel({ problems: [{ title: 'A problem', cure: 'A cure.' }] }, async (page) => {
      await page.setViewportSize({ width, height: 800 })
      await page.evaluate(AXE)
      await page.evaluate(() => window.panel.go(1))
      for (const theme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: theme })
        for (const [name, open] of Object.entries(OPEN)) {
          await page.locator('.gt-figure').focus()
          await open(page)
          await frame(page)
          await shot(page, `axe-${width}-${theme}-${name}`)
          assert.deepEqual(await page.evaluate(findings), [], `${theme}, ${name}`)
          await page.keyboard.press('Escape')
          await frame(page)
        }
      }
    }))
}

test('gears by keyboard: named, in the order of focus, a menu with arrows, and back', () =>
  panel({}, async (page) => {
    await page.locator('.gt-figure').focus()
    const names = []
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('Tab')
      names.push(await active(page))
    }
    assert.ok(names.includes('Settings of m0') && names.includes('Settings of m1'), names.join())
    await gear(page, 'm0').focus()
    await page.keyboard.press('Enter')
    await frame(page)
    const [first, second] = await items(page).allTextContents()
    assert.equal(await active(page), `menuitem ${first}`)
    await page.keyboard.press('ArrowDown')
    assert.equal(await active(page), `menuitem ${second}`)
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    const last = (await items(page).allTextContents()).at(-1)
    assert.equal(await active(page), `menuitem ${last}`)
    await page.keyboard.press('Escape')
    assert.equal(await items(page).count(), 0)
    assert.equal(await active(page), 'Settings of m0')
    await page.keyboard.press(' ')
    await frame(page)
    await items(page).filter({ hasText: 'Set track height' }).press('Enter')
    await frame(page)
    await page.keyboard.type('n') // into its field
    assert.match(
      await page.evaluate(
        () => document.querySelector('.gt-figure').shadowRoot.activeElement.value,
      ),
      /n/,
    )
    await page.keyboard.press('Escape')
    assert.equal(await inFigure(page, '[role=dialog]:visible').count(), 0)
  }))

test('arrows pan, signs zoom, ? lists the keys and Escape closes it', () =>
  panel({}, async (page) => {
    const view = () =>
      page.evaluate(() => {
        const [, from, to] = /:(\d+)-(\d+)/.exec(window.app.state().locus)
        return [Number(from), Number(to)]
      })
    const press = async (key) => {
      const before = (await view()).join()
      await page.keyboard.press(key)
      await until(page, (was) => !window.app.state().locus.endsWith(was.replace(',', '-')), {
        argument: before,
      })
      return view()
    }
    await page.locator('.gt-figure').focus()
    const [from, to] = await view()
    const wide = to - from + 1
    const near = ([a, b], c, d) => Math.abs(a - c) <= 2 && Math.abs(b - d) <= 2
    const right = await press('ArrowRight')
    assert.ok(near(right, from + wide / 4, to + wide / 4), String(right))
    const back = await press('ArrowLeft')
    assert.ok(near(back, from, to), String(back))
    const page2 = await press('Shift+ArrowRight')
    assert.ok(near(page2, from + wide, to + wide), String(page2))
    const far = await press('-')
    assert.ok(Math.abs(far[1] - far[0] + 1 - 2 * wide) <= 3, String(far))
    const close = await press('+')
    assert.ok(Math.abs(close[1] - close[0] + 1 - wide) <= 3, String(close))
    await page.keyboard.press('?')
    assert.match(await text(page, '.gt-popup'), /Keys.*n p.*Next and previous row.*Esc/)
    await shot(page, 'keys')
    await page.keyboard.press('Escape')
    await until(page, () => !document.querySelector('.gt-popup'))
    assert.match(await active(page), /^Tracks of/)
  }))

test('the figure says in words what it shows, and follows the view', () =>
  panel({}, async (page) => {
    const session = await chromium.context.newCDPSession(page)
    const spoken = async () => {
      const { nodes } = await session.send('Accessibility.getFullAXTree')
      return nodes.find((n) => n.role?.value === 'application')
    }
    await until(page, () => /listed hits/.test(document.querySelector('p.gt-spoken').textContent))
    const { name, description } = await spoken()
    assert.equal(name.value, 'Tracks of cnn, dnabert2')
    const wanted = await page.evaluate(async () => {
      const values = [...(await window.app.values('cnn', 'chr1', 10060, 10200))]
      const most = values.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0)
      return [most, 10061 + values.indexOf(most)]
    })
    const [, value, place] = /cnn: strongest base ([+−\d.]+) logit at ([\d,]+)/.exec(
      description.value,
    )
    assert.equal(place.replace(',', ''), String(wanted[1]))
    assert.ok(Math.abs(Number(value.replace('−', '-')) - wanted[0]) < 0.005)
    assert.match(
      description.value,
      /^chr1, bases 10,061 to 10,200 \(140\)\. .* \d+ listed hits in view/,
    )
    await page.evaluate(() => window.app.goto('chr2', 500, 700))
    await until(page, () =>
      /^chr2.*cnn: no values here/.test(document.querySelector('p.gt-spoken').textContent),
    )
  }))
