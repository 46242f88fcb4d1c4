// What a user sees and clicks on, in the pages of `gtrack view` and in all shadow roots.
import assert from 'node:assert/strict'
import { until } from '../browser/chromium.js'

// ---- run in the page
/** Elements and attributes that no page of gtrack's has, in all shadow roots. */
export function strangers() {
  const all = (root) =>
    [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])])
  const own = (e) => e.matches('script[type=module][src="/_gtrack/page.js"]')
  return all(document)
    .filter(
      (e) =>
        !own(e) &&
        (e.matches('img, script, iframe, object, embed, base, x-evil, svg[onload]') ||
          [...e.attributes].some(
            ({ name, value }) =>
              /^on/i.test(name) ||
              (/^(href|src|action|xlink:href)$/i.test(name) && /^\s*javascript:/i.test(value)),
          )),
    )
    .map((e) => e.outerHTML.slice(0, 200))
}
/** The text of the page, shadow roots included. */
export function words() {
  const of = (root) => [...root.childNodes].map(said).join(' ')
  const said = (n) => {
    if (n.nodeType === 3) return n.data
    if (n.nodeType !== 1 || n.matches('style, script')) return ''
    return n.shadowRoot ? of(n.shadowRoot) + of(n) : of(n)
  }
  return of(document)
}

/**
 * Where igv.js has its tracks: {label, x, y, gear: {x, y}}, with the middle of each as a point of
 * the page.
 */
export function tracks() {
  const { shadowRoot } = [...document.querySelectorAll('.gtrack *')].find((e) => e.shadowRoot)
  const gears = [...shadowRoot.querySelectorAll('.igv-gear-menu-column > div')]
  const middle = (e) => {
    const { x, y, width, height } = e.getBoundingClientRect()
    return { x: x + width / 2, y: y + height / 2, height }
  }
  const viewports = [...shadowRoot.querySelectorAll('.igv-viewport')]
  const beside = (one) => (e) =>
    Math.abs(e.getBoundingClientRect().y - one.getBoundingClientRect().y) < 2
  return [...shadowRoot.querySelectorAll('.igv-track-label')].map((label) => {
    const axis = label.parentElement
    const box = viewports.find(beside(axis)).getBoundingClientRect()
    const gear = gears.find(beside(axis))
    return {
      label: label.title, // the text may have lost its middle
      at: middle(label),
      x: box.x + box.width / 2,
      y: box.y,
      height: box.height,
      gear: gear?.firstElementChild && middle(gear.firstElementChild),
    }
  })
}

export const listed = (page) =>
  until(page, () => /^\d+ of \d+ /.test(document.querySelector('.gt-count')?.textContent ?? ''))
export const drawn = (page) =>
  until(page, () => /Agreement\s*−?[\d]/.test(document.querySelector('.gt-top').textContent))
const popup = (page) =>
  until(page, () => document.querySelector('.gt-popup')?.textContent, { timeout: 1500 }).catch(
    () => '',
  ) // igv.js waits for a second click

/**
 * Presses Escape until no popup is there: on a busy machine, that of an earlier click comes late.
 */
async function closed(page) {
  do await page.keyboard.press('Escape')
  while (await page.evaluate(() => document.querySelector('.gt-popup')))
}

/**
 * Clicks on what lies in the middle of each track, as `use` says of its label. The popup of a label
 * in `wanted` says each part given
 * there; its track is clicked on until it does, for at most two minutes.
 */
export async function popups(page, wanted, use = () => true) {
  for (const { label, x, y, height } of (await page.evaluate(tracks)).filter((track) =>
    use(track.label),
  )) {
    const parts = wanted[label] ?? []
    const end = Date.now() + 120_000
    let said = ''
    do {
      for (const down of height > 70 ? [height / 2, 13] : [13, height / 2]) {
        // a long label may lie above
        await page.mouse.click(x, y + down)
        said = await popup(page)
        if (said) break
      }
      assert.deepEqual(await page.evaluate(strangers), [], label)
      await closed(page)
    } while (!parts.every((part) => said.includes(part)) && Date.now() < end)
    for (const part of parts) shows(said, part, label)
    delete wanted[label]
  }
  assert.deepEqual(wanted, {}, 'tracks that are not there')
}

/** The first row of the list that is called so, its strand aside. */
export async function row(page, name) {
  const at = await until(
    page,
    (name) =>
      1 +
      [...document.querySelectorAll('.gt-space .gt-row')].findIndex((r) =>
        [name, `${name} +`, `${name} −`].includes(r.firstElementChild.textContent),
      ),
    { argument: name },
  )
  return page.locator('.gt-space .gt-row').nth(at - 1)
}
export const shows = (text, part, what = 'text') =>
  assert.ok(
    text?.includes(part),
    `${what}: ${JSON.stringify(part)} is not in ${JSON.stringify(text)}`,
  )
