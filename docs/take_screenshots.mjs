// Takes the pictures of docs/images from a demo that has a hub, through the real server:
//   gtrack demo && gtrack hub out/demo --email you@example.org
//   node docs/take_screenshots.mjs gtrack out/demo
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { launch, until } from '../igv_plugin/test/browser/chromium.js'

const [program, scan] = process.argv.slice(2)
const image = (name) => new URL(`images/${name}.png`, import.meta.url).pathname
const PLACE = 'chr1:119411-119620' // three sites, with either sign

/** Run `gtrack view`, open a place in its page and let `look` take pictures of it. */
async function viewing(options, hash, look, { width = 1280, height = 800, ...more } = {}) {
  const server = spawn(program, ['view', scan, '--no-browser', ...options], { stdio: ['ignore', 'pipe', 'ignore'] })
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

/** Click on what stands in the middle of a track. */
async function click(page, track) {
  const label = await page.locator('.igv-track-label', { hasText: track }).first().boundingBox()
  const view = await page.locator('.igv-viewport').last().boundingBox()
  await page.mouse.click(view.x + view.width / 2, label.y + 6)
}

const settle = (page) => page.waitForTimeout(1000)
await viewing([], { locus: PLACE }, async (page) => {
  await settle(page)
  await page.screenshot({ path: image('view') })
})
await viewing([], { locus: 'chr1:140209-140348' }, async (page) => {
  await settle(page)
  await click(page, 'cnn-hits')
  await settle(page)
  await page.screenshot({ path: image('popup') })
})
await viewing([], { locus: 'chr1:118501-120500' }, async (page) => {
  await settle(page)
  await page.screenshot({ path: image('view-2kb') })
})
await viewing([], { locus: PLACE }, async (page) => {
  await settle(page)
  await page.screenshot({ path: image('view-dark') })
}, { colorScheme: 'dark' })
await viewing(['--hub'], { locus: PLACE }, async (page) => {
  await settle(page)
  await page.screenshot({ path: image('hub') })
}, { height: 1000 })
