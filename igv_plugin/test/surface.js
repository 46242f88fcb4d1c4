// The names that index.d.ts declares.
import { readFileSync } from 'node:fs'

const text = readFileSync(new URL('../index.d.ts', import.meta.url), 'utf8')
const declarations = text.replace(/\/\*\*[^]*?\*\//g, '')

/** The functions that the module exports. */
export const functions = () =>
  [...declarations.matchAll(/^export function (\w+)/gm)].map(([, name]) => name).sort()

/** The members of an interface. */
export function membersOf(name) {
  const [, body] = new RegExp(`^export interface ${name} {\\n([^]*?)^}`, 'm').exec(declarations)
  return [...body.matchAll(/^ {2}(\w+)\??[:(]/gm)].map(([, member]) => member).sort()
}
