// The box in which everything is found, and the one place for what answers somebody.
import assert from 'node:assert/strict'
import { within } from '../gates.js'
import { random } from '../random.js'
import { until } from './chromium.js'
import { EVIL, panel, shot, test, text } from './panels.js'

const GENES = [
  ...['ABC1\tchr1\t100000\t104000', 'ABC2\tchr2\t34000\t40000', 'ABC2\tchr2\t50000\t50010'],
  ...['ABC2\tchr3\t7\t40', `${EVIL}\tchr1\t500\t900`, 'SAMD11\tchr1\t923922\t944574'],
]
const table = (lines) => `name\tchrom\tstart\tend\n${lines.map((l) => `${l}\n`).join('')}`
const annotation = (name, more) => ({ name, kind: 'annotation', format: 'GTF', url: '/a', ...more })
const hits = { logos: '/logos.json', models: [{ model: 'cnn', bed: '/0.bed', hits: 1 }] }
const settingOf = (tracks, files) => ({
  manifest: { hits, regions: { url: '/regions.bed' }, tracks },
  files,
})
const setting = settingOf([annotation('genes', { names: '/genes' }), annotation('old')], {
  '/genes': table(GENES),
})

const NAME = 'Find a place, gene, motif or region'
const boxOf = (page) => page.getByRole('combobox', { name: NAME })
const options = (page) => page.locator('.gt-found [role=option]').allInnerTexts()
const went = (page) => page.evaluate(() => window.app.went.at(-1))
const said = (page) => text(page, '.gt-answer')

/** Writes into the box, and waits until all is read that is searched. */
async function write(page, words) {
  await boxOf(page).fill(words)
  await until(page, () => {
    const status = document.querySelector('.gt-found:not([hidden]) [role=status]')
    return status && !/Still reading/.test(status.textContent)
  })
}

const look = (page) =>
  page.evaluate(() => {
    const [input] = document.querySelectorAll('[role=combobox]')
    const active = document.getElementById(input.getAttribute('aria-activedescendant'))
    const selected = [...document.querySelectorAll('.gt-found [aria-selected=true]')]
    return {
      open: input.ariaExpanded,
      controls: document.getElementById(input.getAttribute('aria-controls'))?.role,
      active: active?.firstElementChild.textContent,
      selected: selected.map((option) => option.firstElementChild.textContent),
      focus: document.activeElement === input,
    }
  })

test('genes, motifs, regions and chromosomes are found by a part of their names, by keys', () =>
  panel(setting, async (page) => {
    assert.equal((await look(page)).open, 'false')
    await write(page, 'abc')
    const [one, two] = ['ABC1', 'ABC2']
    assert.deepEqual(await look(page), {
      ...{ open: 'true', controls: 'listbox', active: one, selected: [one], focus: true },
    })
    assert.match((await options(page))[0], /^ABC1\s+chr1:100,001–104,000 · no region scanned$/)
    assert.match((await options(page))[1], /^ABC2\s+chr2:34,001–40,000 · 3 places$/)
    assert.equal(await text(page, '.gt-found mark'), 'ABC')
    await shot(page, 'find')
    await page.keyboard.press('ArrowDown')
    assert.deepEqual((await look(page)).selected, [two])
    await page.keyboard.press('ArrowDown') // round the end
    assert.equal((await look(page)).active, one)
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await until(page, () => /ABC2/.test(document.querySelector('.gt-answer').textContent))
    assert.deepEqual(await went(page), ['chr2', 33_400, 40_600])
    assert.match(await said(page), /^ABC2: chr2:34,001–40,000, place 1 of 3; 20 regions: peak80, /)
    const { open, focus } = await look(page)
    assert.deepEqual([open, focus], ['false', false])
    await write(page, 'abc2')
    await page.keyboard.press('Enter')
    await until(page, () => /place 2 of 3/.test(document.querySelector('.gt-answer').textContent))
    await write(page, 'peak39')
    assert.deepEqual(
      (await options(page)).map((option) => option.split(/\s/)[0]),
      ['peak39', 'peak390', 'peak391', 'peak392', 'peak393', 'peak394'],
    )
    assert.match(await text(page, '.gt-kind'), /^Regions 6 of 11$/)
    await page.locator('.gt-found [role=option]').nth(1).click()
    await until(page, () => /^peak390: chr5/.test(document.querySelector('.gt-answer').textContent))
    assert.equal((await went(page))[0], 'chr5')
  }))

test('the list goes along to a gene, and says what the models say there', () =>
  panel(setting, async (page) => {
    await page.getByLabel('What to list').selectOption('regions')
    await write(page, 'abc2')
    await page.keyboard.press('Enter')
    await until(page, () => document.querySelector('.gt-space [aria-selected=true]'))
    const row = await text(page, '.gt-space [aria-selected=true]')
    assert.match(row, /^peak90chr2:37,001/) // in the middle of chr2:34,001–40,000
    assert.match(await text(page, '.gt-detail'), /peak90/)
  }))

test('a name stands whole, however much is said of its place', () => {
  const names = ['promoter|train', 'enhancer_of_long_name|test', 'open_chromatin|train']
  const beds = names.map((name, i) => `chr1\t${924_000 + i * 900}\t${924_600 + i * 900}\t${name}\n`)
  const files = { '/genes': table(GENES), '/regions.bed': beds.join('') }
  return panel(settingOf([annotation('genes', { names: '/genes' })], files), async (page) => {
    await write(page, 'samd')
    const lines = await page.evaluate(() =>
      [...document.querySelector('.gt-found [role=option]').children].map((part) => {
        const range = document.createRange()
        range.selectNodeContents(part)
        return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom / 9))).size
      }),
    )
    assert.deepEqual(lines, [1, 2]) // the name, and what is said
  })
})

test('a motif lists its hits and leads to the best; its identifier does, too', () =>
  panel(setting, async (page) => {
    for (const words of ['ctcf', 'MA0139.1']) {
      await page.evaluate(() => window.app.setFilter({ motif: '' }))
      await write(page, words)
      await page.keyboard.press('Enter')
      await until(page, () => /the best of/.test(document.querySelector('.gt-answer').textContent))
      const [, count] = /the best of (\d+) hits/.exec(await said(page))
      assert.equal(await page.getByLabel('Motif', { exact: true }).inputValue(), 'CTCF')
      assert.match(await text(page, '.gt-count'), new RegExp(`^${count} of 400 hits`))
      assert.equal(await page.evaluate(() => window.app.state().motif), 'CTCF')
      assert.match(await text(page, '.gt-detail'), /CTCF/)
    }
  }))

test('Escape closes the list, then takes back what was written', () =>
  panel(setting, async (page) => {
    const before = await boxOf(page).inputValue()
    await write(page, 'abc')
    await page.keyboard.press('Escape')
    assert.equal((await look(page)).open, 'false')
    assert.equal(await boxOf(page).inputValue(), 'abc')
    await page.keyboard.press('ArrowDown')
    assert.equal((await look(page)).open, 'true')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    assert.equal(await boxOf(page).inputValue(), before)
    await page.evaluate(() => document.activeElement.blur())
    await page.keyboard.press('/')
    assert.equal((await look(page)).focus, true)
    await write(page, 'abc')
    await page.keyboard.press('Tab')
    assert.equal((await look(page)).open, 'false')
    assert.equal(await boxOf(page).inputValue(), before)
  }))

test('what is not there says where was looked and what is near, and goes nowhere', () =>
  panel(setting, async (page) => {
    const count = () => page.evaluate(() => window.app.went.length)
    const before = await count()
    await write(page, 'SAMD1l')
    const status = () => text(page, '.gt-found [role=status]')
    const told = await status()
    assert.match(
      told,
      /^Nothing is called “SAMD1l”\. Did you mean one of these\? Looked in \d+ motifs/,
    )
    assert.match(told, /, 4 names \(genes\), 400 regions, 5 chromosomes\. Not in old \(no list of /)
    await page.keyboard.press('Enter')
    assert.equal(await count(), before)
    await page.keyboard.press('ArrowDown')
    assert.equal((await look(page)).active, 'SAMD11')
    await page.keyboard.press('Enter')
    await until(page, () => /^SAMD11/.test(document.querySelector('.gt-answer').textContent))
    await write(page, 'chr9:1-5')
    assert.match(await status(), /^The genome has no “chr9”\./)
    await write(page, 'chr1:9,000,000')
    assert.match(await status(), /chr1 has 8,000,000 bases only/)
    assert.equal(await said(page), '') // it went with the next thing
  }))

test('names are text, wherever they come from', () =>
  panel(setting, async (page) => {
    await write(page, '<img')
    assert.equal(await page.locator('.gt-found img').count(), 0)
    await page.keyboard.press('Enter')
    await until(page, () => document.querySelector('.gt-answer').textContent)
    assert.ok((await said(page)).startsWith(EVIL))
  }))

test('a table of names that cannot be read is told, and all else is found', () =>
  panel(
    settingOf([annotation('genes', { names: '/none' }), annotation('odd', { names: '/odd' })], {
      '/odd': 'chr1\t1\t2\n',
    }),
    async (page) => {
      await write(page, 'zzz')
      const status = await text(page, '.gt-found [role=status]')
      assert.match(status, /Not in genes \(the server answered 404\), odd \(it is no table/)
      await write(page, 'peak7')
      assert.equal((await look(page)).active, 'peak7')
    },
  ))

test('what answers somebody stands in one place, the newest, until something is done', () =>
  panel(setting, async (page) => {
    const emit = (detail) => page.evaluate((d) => window.app.emit('error', d), detail)
    await emit({ title: 'One.', cure: 'A.', passing: true })
    await emit({ title: 'Two.', cure: 'B.', passing: true })
    assert.match(await said(page), /^Two\. B\./)
    await page.evaluate(() => window.app.emit('locus', 'chr1:1-2'))
    assert.equal(await said(page), '')
  }))

test('of what is wrong with a scan the newest is in sight, and the rest at hand', () =>
  panel(
    { problems: ['One.', 'Two.', 'Three.'].map((title) => ({ title, cure: 'Why.' })) },
    async (page) => {
      const seen = () => page.locator('[role=alert] .gt-bar:visible').allInnerTexts()
      const first = (texts) => texts.map((line) => line.split(' ')[0])
      assert.deepEqual(first(await seen()), ['Three.'])
      await page.getByRole('button', { name: '2 more' }).click()
      assert.deepEqual(first(await seen()), ['Three.', 'Two.', 'One.'])
      await page.getByRole('button', { name: 'Show one' }).click()
      await page.getByRole('button', { name: 'Close' }).first().click()
      assert.deepEqual(first(await seen()), ['Two.'])
      await page.getByRole('button', { name: 'Close' }).first().click()
      assert.deepEqual(first(await seen()), ['One.'])
      assert.equal(await page.getByRole('button', { name: 'more' }).count(), 0)
    },
  ))

test('60,000 genes and 100,000 hits: the list is there within a key', () => {
  const next = random(3)
  const letter = () => next.of([...'ABCDEFGHIJKLMNOPRSTUVWXYZ'])
  const genes = Array.from({ length: 60_000 }, (_, i) => {
    const name = `${letter()}${letter()}${letter()}${letter()}${i % 97}${letter()}`
    return `${name}\tchr${1 + (i % 5)}\t${i * 100}\t${i * 100 + 5000}`
  })
  const head = '#chrom\tchromStart\tchromEnd\tname\tscore\tstrand\tmotifId\tsource\trelSum\trelZ\t'
  const rest = 'seqP\trelP\tqValue\tmodel\tregion\tqWord\tqPlace\tchance\tbound\tfamily\n'
  const rows = Array.from({ length: 100_000 }, (_, i) => {
    const motif = `M${i % 900}`
    const place = `chr${1 + (i % 5)}\t${i * 70}\t${i * 70 + 12}\t${motif}\t5\t+\tMA${i % 900}.1\tm`
    return `${place}\t1.5\t2\t1e-4\t1e-3\t0.01\tcnn\tpeak1\t0.01\t0.01\t0.1\t0\t${motif}\n`
  })
  const many = settingOf([annotation('genes', { names: '/genes' })], {
    '/genes': table(genes.sort()),
  })
  return panel({ ...many, hits: { cnn: head + rest + rows.join('') } }, async (page) => {
    const longest = () => page.evaluate(() => Math.max(0, ...window.tasks.map(([, ms]) => ms)))
    await until(page, () => /100,000 hits/.test(document.querySelector('.gt-count').textContent))
    await page.evaluate(() => (window.tasks.length = 0))
    await boxOf(page).focus()
    await write(page, 'x')
    within('longest task while names are indexed', await longest(), 50)
    for (const words of ['a', 'ab', 'abc', 'm8', 'chr', 'peak', 'zzzzz', 'qqqqqqq']) {
      const ms = await page.evaluate((asked) => {
        const [input] = document.querySelectorAll('[role=combobox]')
        input.value = asked
        const began = performance.now()
        input.dispatchEvent(new Event('input'))
        document.querySelector('.gt-found').getBoundingClientRect() // laid out
        return performance.now() - began
      }, words)
      within(`completion of ${words}`, ms, 50)
    }
  })
})
