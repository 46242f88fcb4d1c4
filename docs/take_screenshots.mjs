// Takes the pictures of docs/images from a demo that has a hub, through the real server:
//   gtrack demo && gtrack hub out/demo --email you@example.org
//   node docs/take_screenshots.mjs gtrack out/demo
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { launch, until } from '../igv_plugin/test/browser/chromium.js'

const [program, scan] = process.argv.slice(2)
const image = (name) => new URL(`images/${name}.png`, import.meta.url).pathname

/** Run `gtrack view`, open a place in its page and let `look` take pictures of it. */
async function viewing(options, hash, look, { width = 1280, height = 800, ...more } = {}) {
  const server = spawn(program, ['view', scan, '--no-browser', ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const browser = await launch({ width, height, deviceScaleFactor: 2, ...more })
  try {
    const [url] = await once(createInterface(server.stdout), 'line')
    const page = await browser.open(`${url}#${new URLSearchParams(hash)}`)
    await until(page, () => document.querySelector('.gt-legend') !== null)
    await page.waitForLoadState('networkidle')
    await look(page)
    if (browser.strays.length) throw new Error(`asked for ${browser.strays}`)
  } finally {
    await browser.close()
    server.kill('SIGINT')
  }
}

const settle = (page) => page.waitForTimeout(1000)
/** Click on the hit of the first model in the middle of the view. */
async function click(page) {
  const label = await page.locator('.igv-track-label', { hasText: 'cnn-hits' }).boundingBox()
  const figure = await page.locator('.gt-figure').boundingBox()
  await page.mouse.click(figure.x + figure.width / 2, label.y + label.height + 18) // below its name
}

const size = { height: 860 }
for (const [name, locus, look, more] of [
  ['view', 'chr1:119671-119770', settle, size],
  ['popup', 'chr1:140229-140328', click, size],
  ['view-2kb', 'chr1:118501-120500', settle, size],
  ['view-dark', 'chr1:140229-140328', settle, { ...size, colorScheme: 'dark' }],
  ['hub', 'chr1:119671-119770', settle, { height: 960 }],
]) {
  await viewing(
    name === 'hub' ? ['--hub'] : [],
    { locus },
    async (page) => {
      await settle(page)
      await look(page)
      await settle(page)
      await page.screenshot({ path: image(name) })
    },
    more,
  )
}
