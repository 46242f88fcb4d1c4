// What two pictures have in common, letter by letter: pixels in the colours of the bases.
const COLORS = { A: '#009E73', C: '#0072B2', G: '#E69F00', T: '#D55E00' }

/** Runs in a page: of each colour, how many pixels the first, the second and both have. */
async function compare({ pictures, colors }) {
  const read = async (png) => {
    const image = new Image()
    image.src = `data:image/png;base64,${png}`
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    return context.getImageData(0, 0, image.width, image.height)
  }
  const [one, two] = await Promise.all(pictures.map(read))
  const near = ({ data }, at, rgb) =>
    rgb.every((value, k) => Math.abs(value - data[4 * at + k]) < 40) && data[4 * at + 3] > 200
  const found = { size: [one.width, one.height, two.width, two.height] }
  for (const [base, color] of Object.entries(colors)) {
    const rgb = [1, 3, 5].map((k) => parseInt(color.slice(k, k + 2), 16))
    found[base] = [0, 0, 0]
    for (let at = 0; at < one.width * one.height; at++) {
      const [here, there] = [near(one, at, rgb), near(two, at, rgb)]
      found[base][0] += here
      found[base][1] += there
      found[base][2] += here && there
    }
  }
  return found
}

/** The share of pixels that two pictures (PNG) have in common, of the letter with the least. */
export async function shared(chromium, ...pngs) {
  const page = await chromium.open('about:blank')
  const pictures = pngs.map((png) => png.toString('base64'))
  const { size, ...letters } = await page.evaluate(compare, { pictures, colors: COLORS })
  await page.close()
  const all = Object.values(letters)
  const shares = all.map(([one, two, both]) => both / (one + two - both))
  return { size, least: Math.min(...shares), fewest: Math.min(...all.map(([one]) => one)) }
}

/** Runs in a page: what in a file leads elsewhere or runs, and whether it can be read at all. */
export function strangers(text) {
  const tree = new DOMParser().parseFromString(text, 'image/svg+xml')
  if (tree.querySelector('parsererror')) return ['it is no XML']
  const ids = new Set(Array.from(tree.querySelectorAll('[id]'), ({ id }) => `#${id}`))
  const found = []
  for (const each of tree.querySelectorAll('*')) {
    if (/^(script|style|image|foreignObject|a)$/i.test(each.localName)) found.push(each.localName)
    for (const { name, value } of each.attributes) {
      if (/^on/i.test(name)) found.push(name)
      if (/href$/.test(name) && !ids.has(value)) found.push(value)
      const [, paint] = value.match(/url\(["']?(.*?)["']?\)/) ?? []
      if (paint !== undefined && !ids.has(paint)) found.push(value)
      if (/^\w+:/.test(value) && !name.startsWith('xmlns')) found.push(value)
    }
  }
  return found
}
