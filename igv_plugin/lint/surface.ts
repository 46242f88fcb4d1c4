// Holds index.d.ts against the module: the same names, and each is what is declared.
import type * as declared from '../index.js'
import * as real from '../src/index.js'

const surface: typeof declared = real
const nothingMore: Record<keyof typeof declared, unknown> = real satisfies Record<
  keyof typeof real,
  unknown
>
export const names: (keyof typeof declared)[] = Object.keys(real) as (keyof typeof real)[]
export { nothingMore, surface }
