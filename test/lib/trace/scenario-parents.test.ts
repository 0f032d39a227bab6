import {describe, expect, test} from 'vitest'
import type {GenerateOptions} from '../../../src/lib/generate/generate.js'
import {SCENARIOS} from '../../../src/lib/generate/incidents/scenarios.js'
import {type Distortion, generatedTraces} from '../../support/generated-traces.js'
import {add, NOTHING, scoreTrace} from '../../support/trace-score.js'

// The waterfall of every request that an incident touched, against the spans that its truth tells: how many hang below
// their true parent. Made from a seed, so that the figures are the same in every run. See right-parents.test.ts for
// requests in general, and test/support/trace-score.ts for what is counted.

const NO_SPANS = ['span_id', 'parent_span_id', 'request_id'] as const
const OFTEN: Pick<GenerateOptions, 'delivery'> = {delivery: {late: {share: 0.1, ms: 20_000}, doubled: 0.05}}

interface Case {
  name: string
  by: 'trace_id' | 'correlation_id'
  without?: Distortion['without']
  more?: Pick<GenerateOptions, 'format' | 'delivery'>
  /** Share of right parents that every scenario must reach; what is measured lies a few points above. */
  least: number
  but?: Record<string, number>
}

const CASES: Case[] = [
  {name: 'ids complete', by: 'trace_id', least: 0.99},
  {
    name: 'ids complete, formats mixed, late and doubled',
    by: 'trace_id',
    more: {format: 'mixed', ...OFTEN},
    least: 0.99,
  },
  // A mail goes out when its request is over, and a call that holds none tells no clock from a queue.
  {
    name: 'trace id alone',
    by: 'trace_id',
    without: [...NO_SPANS, 'correlation_id'],
    least: 0.8,
    but: {'clock-skew': 0.7},
  },
  {
    name: 'trace id alone, late and doubled',
    by: 'trace_id',
    without: [...NO_SPANS, 'correlation_id'],
    more: OFTEN,
    least: 0.8,
    but: {'clock-skew': 0.7},
  },
  // The gateway writes an access log, which has no ids: most requests are without the span that holds all others.
  {
    name: 'trace id alone, formats mixed',
    by: 'trace_id',
    without: [...NO_SPANS, 'correlation_id'],
    more: {format: 'mixed'},
    least: 0.8,
    but: {'clock-skew': 0.3, 'noisy-neighbour': 0.55},
  },
  {
    name: 'correlation id alone',
    by: 'correlation_id',
    without: [...NO_SPANS, 'trace_id'],
    least: 0.93,
    but: {'clock-skew': 0.8},
  },
]

/** Those that touch requests: a poison message, guessed passwords and secrets are in no request of anybody. */
const TOUCHING = SCENARIOS.map(({name}) => name).filter(
  (name) => !['poison-message', 'brute-force', 'leaked-secret'].includes(name),
)

describe.each(CASES)('$name', ({name, by, without, more, least, but = {}}) => {
  test.each(TOUCHING)('%s', (scenario) => {
    const incidents = [{scenario, afterMs: 5_000, lengthMs: 50_000}]
    const options = {seed: 'harbour', rate: 30, count: 2_000, incidents, ...more}
    let sum = NOTHING
    for (const trace of generatedTraces(options, by, without ? {without} : {})) sum = add(sum, scoreTrace(trace))
    console.log(`${name}, ${scenario}: ${((100 * sum.right) / sum.spans).toFixed(1)} % of ${sum.spans} spans right`)
    expect(sum.spans).toBeGreaterThan(0)
    expect(sum.right / sum.spans).toBeGreaterThanOrEqual(but[scenario] ?? least)
  })
})
