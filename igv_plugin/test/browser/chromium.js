// Debian's Chromium for the browser tests, with all requests that leave this machine refused and
// written down.
import { chromium } from 'playwright-core'
import { existsSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** False, or why the browser tests cannot run here. */
export const noBrowser = () => (existsSync(CHROMIUM) ? false : `${CHROMIUM} is not on this machine`)

const ALONE = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'

const LONG = 60_000 // ms; a busy machine

/** @param {URL} url */
const leaves = (url) =>
  !['127.0.0.1', 'localhost'].includes(url.hostname) && /^(https?|wss?):$/.test(url.protocol)

/**
 * A fresh browser: {open(url), close(), strays (requests that would have left), errors (of the
 * pages), dialogs}. `timed`: no request waits for this process to let it pass, which is a fifth of
 * the time to the first letters; what would leave finds no host.
 */
export async function launch({ width = 1280, height = 900, timed = false, ...more } = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'gtrack-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: timed ? [...ARGS, ALONE] : ARGS,
    viewport: { width, height },
    acceptDownloads: true,
    ...more,
  })
  context.setDefaultTimeout(120_000) // a busy machine
  context.on('page', holdPromises)
  const strays = []
  const errors = []
  const dialogs = []
  if (timed) {
    context.on('request', (request) => {
      if (leaves(new URL(request.url()))) strays.push(request.url())
    })
  } else {
    await context.route(leaves, (route) => {
      strays.push(route.request().url())
      return route.abort()
    })
  }
  return {
    context,
    strays,
    errors,
    dialogs,
    async open(url) {
      const page = await context.newPage()
      page.on('pageerror', (error) => errors.push(String(error)))
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message())
        dialog.dismiss()
      })
      await page.goto(url)
      return page
    },
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}

/**
 * What DevTools waits for it holds weakly: a page that is busy long enough to collect its garbage
 * may lose the promise of a `page.evaluate`. Here the page holds it until it is settled.
 *
 * @param {import('playwright-core').Page} page
 */
function holdPromises(page) {
  const evaluate = page.evaluate.bind(page)
  page.evaluate = (f, argument) => {
    if (typeof f !== 'function') return evaluate(f, argument)
    // It is sent as text; only what is a function is called there.
    const text = `(given) => (${holding})((${f})(given))`
    return evaluate(
      Object.assign(() => {}, { toString: () => text }),
      argument,
    )
  }
}

/** Runs in the page. */
function holding(made) {
  if (typeof made?.then !== 'function') return made
  const held = (globalThis.heldForTests ??= new Set()).add(made)
  const free = () => held.delete(made)
  made.then(free, free)
  return made
}

/**
 * Wait until `probe` (run in the page) is true; page.waitForFunction would need eval, which the
 * page's CSP forbids.
 */
export async function until(page, probe, { argument, timeout = LONG, what = String(probe) } = {}) {
  for (
    const end = Date.now() + timeout;
    Date.now() < end;
    await new Promise((done) => setTimeout(done, 25))
  ) {
    const found = await page.evaluate(probe, argument)
    if (found) return found
  }
  throw new Error(`gave up waiting for ${what}`)
}

/**
 * Wait until a function of assertions passes: in place of a time after which what it looks at is
 * there on most machines.
 *
 * @template T
 * @param {() => Promise<T>} check
 */
export async function eventually(check) {
  for (const end = Date.now() + LONG; ; await new Promise((done) => setTimeout(done, 50))) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > end) throw error
    }
  }
}
