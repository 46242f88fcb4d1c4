// What is read of files, and what is said of bad ones.
import assert from 'node:assert/strict'
import {
  assertLetters,
  first,
  genome,
  look,
  manifest,
  mounted,
  second,
  server,
  test,
} from './scans.js'

test('a zoom from 100 bases to 8 million reads at most 100 kB of sequence', async () => {
  const length = 8_000_000
  const lines = []
  for (let i = 0, x = 1; i < length; i += 60) {
    lines.push(
      Array.from(
        { length: Math.min(60, length - i) },
        () => 'ACGT'[((x = (x * 1103515245 + 12345) & 0x7fffffff) >> 16) & 3],
      ).join(''),
    )
  }
  const { chrom } = manifest.locus
  Object.assign(server.options.virtual, {
    '/big.fa': `>${chrom}\n${lines.join('\n')}\n`,
    '/big.fa.fai': `${chrom}\t${length}\t${chrom.length + 2}\t60\t61\n`,
  })
  const reference = { id: 'big', name: 'big', fastaURL: 'big.fa', indexURL: 'big.fa.fai' }
  server.clear()
  await mounted(
    { reference, locus: `${chrom}:${manifest.locus.start + 20}-${manifest.locus.start + 119}` },
    async (page) => {
      for (let step = 0; step < 60; step++) {
        await page.evaluate(async () => {
          await window.app.browser.zoomWithScaleFactor(1.4)
        })
        if (
          await page.evaluate(() => {
            const f = window.app.browser.referenceFrameList[0]
            return f.end - f.start >= 8e6
          })
        ) {
          break
        }
      }
      assert.equal(await page.evaluate(() => window.app.state().locus), `${chrom}:1-${length}`)
      const bytes = server.bytes(/big\.fa$/)
      const asked = server.requests.filter((r) => r.path === '/big.fa')
      console.log(`# ${bytes} bytes of sequence in ${asked.length} requests`)
      assert.ok(bytes <= 102_400, `${bytes} bytes`)
      assert.match((await page.evaluate(() => window.app.problems))[0].title, /does not match/)
    },
  )
})

test('a bad file is named with its cure, and the other tracks are shown', async () => {
  const cases = [
    [
      'missing',
      (o) => {
        o.missing = new Set([`/${first.url}`])
      },
      /missing/,
    ],
    [
      'truncated',
      (o) => {
        o.truncate = { [`/${first.url}`]: 60_000 }
      },
      /truncated/,
    ],
  ]
  for (const [name, break_, says] of cases) {
    const kept = { ...server.options }
    break_(server.options)
    await mounted({}, async (page) => {
      const problems = await page.evaluate(() => window.app.problems)
      assert.equal(problems.length, 1, name)
      assert.match(problems[0].title, says)
      assert.ok(problems[0].title.includes(first.url) && problems[0].cure)
      assert.deepEqual(
        await page.evaluate(() =>
          window.app.browser
            .findTracks((t) => t.isRelevance && !t.isDifference)
            .map((t) => t.config.gtrack.model),
        ),
        [second.model],
      )
      assertLetters(await look(page, second.name), (at) =>
        genome[manifest.locus.chrom][at].toUpperCase(),
      )
    })
    Object.assign(server.options, kept)
  }
})

test('a manifest that is none says so in the page', async () => {
  for (const [says, text] of [
    [/schema/, '{"schema":"gtrack-manifest/9"}'],
    [/damaged/, 'not json'],
    [/damaged/, JSON.stringify({ ...manifest, tracks: [{}] })],
  ]) {
    server.options.virtual['/bad.json'] = text
    await mounted({ manifestURL: 'bad.json' }, async (page) => {
      assert.match(await page.evaluate(() => window.failed.title), says)
      assert.ok(await page.evaluate(() => window.failed.cure))
      assert.match(
        await page.evaluate(() => document.querySelector('#app [role=alert]').textContent),
        /bad\.json/,
      )
    })
  }
  await mounted({ manifestURL: 'none.json' }, async (page) =>
    assert.match(await page.evaluate(() => window.failed.title), /none\.json .*HTTP 404/),
  )
})

test('a genome that does not match, or is not there, or lacks the place of a link', async () => {
  const other = { ...manifest, genome: { ...manifest.genome, bases: 7 } }
  server.options.virtual['/other.json'] = JSON.stringify(other)
  await mounted({ manifestURL: 'other.json' }, async (page) =>
    assert.match((await page.evaluate(() => window.app.problems))[0].title, /does not match/),
  )
  server.options.missing = new Set([`/${manifest.genome.fasta}`])
  await mounted({}, async (page) => {
    assert.match((await page.evaluate(() => window.app.problems))[0].cure, /bars, not letters/)
    const blue = (await look(page, first.name, { blue: '#0072B2', red: '#D55E00' })).filter(
      (b) => b.value > 0 && Object.keys(b.up).length,
    )
    assert.ok(blue.length > 3 && blue.every((b) => Object.keys(b.up)[0] === 'blue'))
  })
  server.options.missing = new Set()
  await mounted(
    {},
    async (page) => {
      assert.match((await page.evaluate(() => window.app.problems))[0].title, /nowhere:1-100/)
      assert.ok(
        (await page.evaluate(() => window.app.state().locus)).startsWith(manifest.locus.chrom),
      )
    },
    { hash: '#locus=nowhere:1-100' },
  )
})
