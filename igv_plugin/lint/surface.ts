// Holds index.d.ts against the module: each export is what is declared, and there are no others.
import type * as declared from '../index.js'
import * as real from '../src/index.js'

export const surface: typeof declared = real
const names = Object.keys(real) as (keyof typeof real)[]
export const nothingMore: (keyof typeof declared)[] = names
