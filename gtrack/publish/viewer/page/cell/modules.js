// Modules from their texts, without a server and without a build step: each becomes a blob of its
// own, and names those that it imports by their addresses.

const STATIC = /(\bfrom\s*|^import\s*)'(\.{1,2}\/[^']+)'/gm
const DYNAMIC = /\bimport\(\s*'(\.{1,2}\/[^']+)'\s*\)/g

/**
 * The path of a module that another names.
 *
 * @param {string} from
 * @param {string} name
 */
export const pathOf = (from, name) => new URL(name, `https://x.invalid/${from}`).pathname.slice(1)

/**
 * A function that imports one of these modules.
 *
 * @param {Record<string, string>} texts by path
 * @param {string} prelude set before each, on its first line
 * @param {string} loader the text of what imports by path, at run time
 * @param {(text: string) => string} addressOf the text of a module
 */
export function link(texts, prelude, loader, addressOf) {
  /** @type {Map<string, string>} */
  const made = new Map()
  /** @type {(path: string) => string} */
  const address = (path) => {
    const known = made.get(path)
    if (known === '') throw new Error(`${path} imports itself`)
    if (known) return known
    made.set(path, '')
    const text = texts[path]
      .replace(STATIC, (all, before, name) => {
        const other = pathOf(path, name)
        return other in texts ? `${before}'${address(other)}'` : all
      })
      .replace(DYNAMIC, (all, name) => {
        const other = pathOf(path, name)
        return other in texts ? `${loader}('${other}')` : all
      })
    made.set(path, addressOf(prelude + text))
    return /** @type {string} */ (made.get(path))
  }
  return address
}
