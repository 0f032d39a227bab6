import {expect, test} from 'vitest'
import {Random} from '../../../src/lib/generate/random.js'
import {type Distortion, distort, generatedTraces} from '../../support/generated-traces.js'
import {madeCalls} from '../../support/made-calls.js'
import {add, NOTHING, type Score, scoreTrace} from '../../support/trace-score.js'

// How many spans hang below the right parent, on traces whose calls are known: see test/support/trace-score.ts for
// what is counted. Everything is made from seeds, so that the figures are the same in every run.

const SEEDS = ['a', 'b', 'c']
const NO_SPANS = ['trace_id', 'span_id', 'parent_span_id'] as const
const ONLY_CORRELATION = [...NO_SPANS, 'request_id'] as const

interface Case {
  name: string
  by: 'trace_id' | 'correlation_id'
  how: Distortion
  /** Share of right parents that must be reached; what is measured lies a few points above. */
  least: number
}

const CASES: Case[] = [
  {name: 'span ids', by: 'trace_id', how: {}, least: 0.99},
  {name: 'span ids, a fifth of the records lost', by: 'trace_id', how: {missing: 0.2}, least: 0.98},
  {name: 'span ids, clocks ±50 ms', by: 'trace_id', how: {skew: 50}, least: 0.99},
  {name: 'span ids without parents', by: 'trace_id', how: {without: ['parent_span_id']}, least: 0.87},
  {name: 'correlation and request id', by: 'correlation_id', how: {without: NO_SPANS}, least: 0.93},
  {name: 'correlation id alone', by: 'correlation_id', how: {without: ONLY_CORRELATION}, least: 0.92},
  {
    name: 'correlation id alone, a fifth of the records lost',
    by: 'correlation_id',
    how: {without: ONLY_CORRELATION, missing: 0.2},
    least: 0.87,
  },
  {
    name: 'correlation id alone, clocks ±50 ms',
    by: 'correlation_id',
    how: {without: ONLY_CORRELATION, skew: 50},
    least: 0.76,
  },
  {
    name: 'correlation id alone, clocks ±50 ms, a fifth lost',
    by: 'correlation_id',
    how: {without: ONLY_CORRELATION, skew: 50, missing: 0.2},
    least: 0.7,
  },
]

test.each(CASES)('the generated shop, $name: at least $least', ({name, by, how, least}) => {
  let sum = NOTHING
  for (const seed of SEEDS)
    for (const trace of generatedTraces({seed, rate: 60, count: 2000}, by, how)) sum = add(sum, scoreTrace(trace))
  tell(name, sum)
  expect(sum.right / sum.spans).toBeGreaterThanOrEqual(least)
  // No more spans are drawn than there are, and what is drawn hangs as right as what there is.
  expect(sum.drawnRight / sum.drawn).toBeGreaterThanOrEqual(least)
  if (sum.inferred > 0) expect(Math.abs(sum.confidence - sum.inferredRight) / sum.inferred).toBeLessThan(0.2)
})

test.each([
  ['as they are', {}, 0.8],
  ['a tenth of the records lost', {missing: 0.1}, 0.76],
] as const)('other services in other words, with tries, fan-out and calls left to run, %s', (name, how, least) => {
  let sum = NOTHING
  for (const seed of SEEDS)
    for (const trace of madeCalls(seed, 40)) {
      const records = distort(trace.records, how, new Random(`lost ${trace.id}`))
      if (records.length > 0) sum = add(sum, scoreTrace({...trace, records}))
    }
  tell(`other services, ${name}`, sum)
  expect(sum.right / sum.spans).toBeGreaterThanOrEqual(least)
})

function tell(name: string, {right, spans, confidence, inferred, inferredRight}: Score): void {
  const share = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`)
  console.log(
    `${name}: ${share(right, spans)} of ${spans} spans right; inferred edges ${share(inferredRight, inferred)} right, believed ${share(confidence, inferred)}`,
  )
}
