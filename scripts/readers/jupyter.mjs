// A scan in a real JupyterLab, as a person would try it.
//
//     node scripts/readers/jupyter.mjs JUPYTER-LAB HOME PORT ANSWER.json
//
// HOME/work/scan.ipynb has four cells: one opens the scan and makes the view, two show it, the last
// closes it.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch } from '../../igv_plugin/test/browser/chromium.js'

const [program, home, port, answer] = process.argv.slice(2)
const options = ['--allow-root', '--no-browser', '--ServerApp.ip=127.0.0.1', '--LabApp.news_url=None']
const more = [`--ServerApp.port=${port}`, '--IdentityProvider.token=', `--ServerApp.root_dir=${join(home, 'work')}`]
const lab = spawn(program, [...options, ...more], { stdio: 'ignore' })
const rest = (ms) => new Promise((done) => setTimeout(done, ms))
const address = `http://127.0.0.1:${port}`
const chromium = await launch({ width: 1400, height: 1000 })

/** Waits for what a page says, which may be slow on a busy machine; gives the time in ms. */
async function wait(page, what, probe, argument) {
  const began = Date.now()
  while (!(await page.evaluate(probe, argument))) {
    if (Date.now() - began > 120_000) throw new Error(`gave up waiting for ${what}`)
    await rest(20)
  }
  console.error(`${what}: ${Date.now() - began} ms`)
  return Date.now() - began
}
const idle = () =>
  document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'
const drawn = (count) => {
  const said = [...document.querySelectorAll('.jp-OutputArea [role=status]:not(.gtrack *)')]
  return said.filter((each) => each.hidden && each.parentElement.querySelector('.gt-figure')).length >= count
}
const place = () => document.querySelector('.gtrack input')?.value

async function tried(page) {
  const cells = page.locator('.jp-CodeCell')
  const prompt = (at) => cells.nth(at).locator('.jp-InputPrompt').first().innerText()
  const run = async (at) => {
    await cells.nth(at).locator('.cm-content').first().click()
    await page.keyboard.press('Control+Enter')
  }
  // A kernel that is still starting forgets what it was to run, and nothing says so.
  const ran = async (at) => {
    const before = await prompt(at)
    for (let n = 0; n < 60; n++) {
      if (!(await prompt(at)).includes('*')) await run(at)
      for (let k = 0; k < 40; k++) {
        await rest(50)
        const now = await prompt(at)
        if (now !== before && /\d/.test(now)) return
      }
    }
    throw new Error(`gave up waiting for cell ${at}`)
  }
  await page.waitForSelector('.jp-Notebook .jp-CodeCell')
  await wait(page, 'the kernel', idle)
  await ran(0)
  await run(1)
  const first = await wait(page, 'letters', drawn, 1)
  await run(2)
  const second = await wait(page, 'letters in a second cell', drawn, 2)
  const rows = () => document.querySelectorAll('.gtrack [role=row]').length > 3
  await page.locator('.gtrack').first().getByRole('button', { name: 'List' }).click()
  await wait(page, 'the list', rows)
  await page.locator('.gtrack').first().getByRole('button', { name: 'List' }).click()
  const before = [await cells.count(), await page.evaluate(place)]
  await page.locator('.gt-figure').first().click({ position: { x: 300, y: 200 } })
  for (const key of ['Escape', 'd', 'd', 'x', 'b', 'n']) await page.keyboard.press(key)
  await rest(2000)
  const moved = (await page.evaluate(place)) !== before[1]
  await page.evaluate(() => document.querySelector('.gtrack').scrollIntoView())
  const picture = join(home, 'jupyterlab.png')
  await page.screenshot({ path: picture })
  const count = await cells.count()
  await page.evaluate(() => document.querySelectorAll('.jp-Notebook')[0].focus())
  await page.getByRole('menuitem', { name: 'Kernel' }).click()
  await page.getByText('Restart Kernel…', { exact: true }).click()
  await page.locator('.jp-Dialog .jp-mod-accept').click()
  const isTold = () =>
    [...document.querySelectorAll('.jp-OutputArea [role=status]')].some(
      (each) => !each.hidden && /kernel was restarted/.test(each.textContent),
    )
  const told = await wait(page, 'what is said of a restart', isTold).catch(() => 0)
  await page.screenshot({ path: join(home, 'jupyterlab-restarted.png') })
  await rest(1000)
  await wait(page, 'the kernel again', idle)
  for (const at of [0, 1, 2]) await ran(at)
  await wait(page, 'letters again', drawn, 2)
  await ran(3)
  await rest(3000)
  const left = await page.evaluate(() => document.querySelectorAll('.gtrack').length)
  return { first, second, cells: [before[0], count], moved, told, left, picture }
}

try {
  for (let n = 0; !(await fetch(`${address}/api/status`).catch(() => null))?.ok; n++) {
    if (n > 400) throw new Error('JupyterLab does not start')
    await rest(300)
  }
  const page = await chromium.open(`${address}/lab/tree/scan.ipynb`)
  try {
    const seen = await tried(page)
    const { errors, strays } = chromium
    writeFileSync(answer, JSON.stringify({ ...seen, errors, strays }))
  } catch (error) {
    await page.screenshot({ path: join(home, 'jupyterlab-failed.png') })
    throw error
  }
} finally {
  await chromium.close()
  lab.kill('SIGTERM')
  await Promise.race([new Promise((done) => lab.once('exit', done)), rest(5000)])
  lab.kill('SIGKILL')
}
process.exit(0)
