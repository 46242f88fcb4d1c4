// Limits on time. They hold on a quiet machine: benchmarks/viewer.py sets GTRACK_GATES=1; the
// tests, which may run beside others, only say what was seen.
import assert from 'node:assert/strict'

export const GATES = process.env.GTRACK_GATES === '1'

/** Says how many ms `what` took, and with GTRACK_GATES=1 that this is within the limit. */
export function within(what, ms, limit) {
  console.log(`# gate ${JSON.stringify({ name: what, ms: Math.round(ms * 10) / 10, gate: limit })}`)
  if (GATES) assert.ok(ms <= limit, `${what}: ${ms} ms, ${limit} at most`)
}
