// Times are always measured and printed, and held to their limits where GTRACK_TIMED=1 says that the machine has nothing else to do.
import assert from 'node:assert/strict'

export const TIMED = Boolean(process.env.GTRACK_TIMED)
export const within = (took, limit, what) => TIMED && assert.ok(took <= limit, `${what}: ${took} ms, and not ${limit}`)
