import {expect, test} from 'vitest'
import {expectRecords} from '../../../../src/lib/flows/expect/expect-records.js'
import {FileEvidence} from '../../../../src/lib/flows/expect/file-evidence.js'
import type {UnitBatch} from '../../../../src/lib/units/unit-batch.js'

// Input of which nothing has come for long, on a clock of our own.

test.each([
  {input: 'a file that is not read to its end', onlyPipeLeft: false, verdict: 'unknown'},
  {input: 'a pipe that may go on for ever', onlyPipeLeft: true, verdict: 'met'},
])('$input: $verdict', async ({onlyPipeLeft, verdict}) => {
  let time = 0
  const ended = new AbortController()
  const filter = {query: {kind: 'all'} as const}
  const evidence = new FileEvidence({
    batches: pending(ended.signal),
    filters: [filter],
    bytes: () => 10 * 2 ** 20,
    onlyPipeLeft: () => onlyPipeLeft,
    now: () => time,
  })
  const outcome = await expectRecords(
    {name: 'none', filter, count: {min: 0, max: 0}, withinMs: 1_000},
    {
      evidence,
      catchUpMs: 30_000,
      now: () => time,
      pause: async (ms) => {
        time += ms
      },
      signal: ended.signal,
    },
  )
  ended.abort()
  expect(outcome).toMatchObject({verdict})
  if (verdict === 'unknown') expect(outcome.reason).toBe('the input is not read to its end yet')
})

async function* pending(signal: AbortSignal): AsyncGenerator<UnitBatch> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
}
