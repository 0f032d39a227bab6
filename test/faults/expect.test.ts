import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect, onTestFinished, test} from 'vitest'
import {openEmbeddedBus} from '../../src/lib/bus/embedded/embedded-bus.js'
import {holds} from '../../src/lib/flows/expect/count-range.js'
import {expectRecords} from '../../src/lib/flows/expect/expect-records.js'
import {storeEvidence} from '../../src/lib/flows/expect/store-evidence.js'
import {runProcessor} from '../../src/lib/flows/run-processor.js'
import type {RecordFilter} from '../../src/lib/query/record-filter.js'
import {openLake} from '../../src/lib/store/lake/lake.js'
import {toUnitBatch} from '../../src/lib/units/unit-batch.js'
import {envelope} from '../lib/sources/read-path.js'
import {tempFolder} from '../support/temp-folder.js'
import {patience, random, rounds} from './support/rounds.js'

// Expectations beside a pipeline at work: records come late, twice and in any order, and no answer may ever be wrong.

const ROUNDS = rounds(2_000, 60)
const TOPIC = 'logs'
const GROUP = 'g'

/** When a record was given to the bus, and when the bus had it. */
interface Sent {
  given: number
  acknowledged: number
}

async function pipelineAtWork() {
  const dir = tempFolder()
  const bus = await openEmbeddedBus({dir: join(dir, 'bus')})
  const store = await openLake({dir: join(dir, 'lake')})
  const stop = new AbortController()
  const now = () => new Date()
  const running = runProcessor({bus, store, topic: TOPIC, group: GROUP, now, once: false, signal: stop.signal})
  const producer = await bus.openProducer({topic: TOPIC})
  onTestFinished(async () => {
    await producer.close()
    stop.abort()
    await running
    await store.close()
    await bus.close()
  })
  return {evidence: storeEvidence({store, bus: async () => bus, topic: TOPIC, group: GROUP}), producer}
}

test(
  `${ROUNDS} expectations beside a pipeline at work`,
  async () => {
    const {evidence, producer} = await pipelineAtWork()
    const verdicts = {met: 0, broken: 0, unknown: 0}
    for (let round = 0; round < ROUNDS; round++) {
      const withinMs = Math.floor(random() * 60)
      const began = performance.now()
      const sent = Array.from({length: Math.floor(random() * 4)}, async (_, i): Promise<Sent> => {
        await sleep(random() * withinMs * 1.5)
        const unit = {bytes: Buffer.from(`round${round} record ${i}`), offset: 100 * i, line: i + 1}
        const given = performance.now()
        await producer.send(toUnitBatch({...envelope, source: `round${round}`}, [unit]))
        const acknowledged = performance.now()
        if (random() < 0.5) await producer.send(toUnitBatch({...envelope, source: `round${round}`}, [unit]))
        return {given, acknowledged}
      })
      const min = Math.floor(random() * 4)
      const max = random() < 0.4 && min > 0 ? Number.POSITIVE_INFINITY : min + Math.floor(random() * 2)
      const filter: RecordFilter = {query: {kind: 'phrase', words: [`round${round}`]}}
      const {verdict} = await expectRecords(
        {name: 'x', filter, count: {min, max}, withinMs},
        {
          evidence,
          catchUpMs: 60_000,
          now: () => performance.now(),
          pause: (ms) => sleep(ms),
          signal: new AbortController().signal,
        },
      )
      const answered = Math.max(performance.now(), began + withinMs)
      const all = await Promise.all(sent)
      const inTime = all.filter(({acknowledged}) => acknowledged <= began + withinMs).length
      const atAll = all.filter(({given}) => given <= answered).length
      const possible = Array.from({length: atAll - inTime + 1}, (_, i) => holds({min, max}, inTime + i))
      const told = `round ${round}: ${verdict}, ${inTime} in time and ${atAll} at all of ${min} to ${max}`
      expect(possible, told).toContain(verdict === 'met')
      expect(verdict, told).not.toBe('unknown')
      verdicts[verdict]++
    }
    expect(Math.min(verdicts.met, verdicts.broken)).toBeGreaterThan(0)
  },
  patience(ROUNDS, 2),
)
