// The live engine against a replay, over streams made at random: what opened, closed and was told must be the same, one by
// one, whatever came late, twice or out of order, and however often the engine died. ALERT_STREAMS and ALERT_SEED make it
// longer, or another.

import {expect, onTestFinished, test} from 'vitest'
import {type AlertStream, alertStream} from '../../../support/alert-streams.js'
import {TRIAL_START, Trial, type TrialWorld} from '../../../support/engine-trial.js'
import {type MemoryStore, memoryStore} from '../../../support/memory-store.js'
import {openTestDatabase} from '../../../support/open-accounts.js'
import {alertsOver, bookOver} from '../../../support/open-alerts.js'
import {seededRandom} from '../../../support/random.js'
import {testLake} from '../../store/lake/open-lake.js'

const COUNT = Number(process.env.ALERT_STREAMS ?? 200)
const SEED = Number(process.env.ALERT_SEED ?? 1)
/** Rules of one engine. */
const TOGETHER = 50

const seeds = Array.from({length: COUNT}, (_, index) => SEED * 10_000 + index)

type Records = Pick<TrialWorld, 'store' | 'add'>

for (let from = 0; from < COUNT; from += TOGETHER) {
  const some = seeds.slice(from, from + TOGETHER)
  test(`${some.length} streams from ${some[0]} on: the live engine and a replay agree`, async () => {
    await agree(some, await memoryRecords(some))
  }, 300_000)
}

test('and so they do over the embedded store', async () => {
  await agree(seeds.slice(0, 3), await lakeRecords())
}, 300_000)

async function agree(some: readonly number[], records: Records): Promise<void> {
  const streams = some.map((seed) => alertStream(seed, TRIAL_START))
  const trial = await openTrial(streams, records)
  await trial.run()
  const [live, replayed] = [await trial.live(), await trial.replayed()]
  for (const {name, rule} of streams) expect({rule, lines: live.get(name)}).toEqual({rule, lines: replayed.get(name)})
  // and there was something to agree on
  const told = [...replayed.values()].flat().filter((line) => line.includes(' told opened'))
  expect(told.length).toBeGreaterThan(some.length)
}

async function openTrial(streams: readonly AlertStream[], records: Records): Promise<Trial> {
  const database = await openTestDatabase()
  onTestFinished(() => database.close())
  let trial: Trial | undefined
  const now = () => trial?.now ?? new Date(TRIAL_START)
  const world = {alerts: alertsOver(database, now), book: bookOver(database, now), ...records}
  trial = new Trial(world, streams, seededRandom(streams.length))
  return trial
}

/** A store a stream, which questions find by the host that they name: a count then costs what the stream has. */
function memoryRecords(some: readonly number[]): Records {
  const stores = new Map<string, MemoryStore>(some.map((seed) => [`stream-${seed}`, memoryStore()]))
  const storeOf = (text: string) => stores.get(/stream-\d+/.exec(text)?.[0] ?? '') as MemoryStore
  return {
    add(items) {
      for (const item of items) storeOf(item.key.source).add(item)
    },
    store: {
      async aggregateEach(questions) {
        const answers = questions.map((question) => storeOf(JSON.stringify(question)).aggregateEach([question]))
        return (await Promise.all(answers)).flat()
      },
      search: (request) => storeOf(JSON.stringify(request)).search(request),
      refresh: async () => {},
    },
  }
}

async function lakeRecords(): Promise<Records> {
  const store = await testLake().open({limits: {records: 150, onClose: 100_000}})
  const writer = await store.openWriter()
  onTestFinished(() => writer.close())
  return {
    store,
    async add(items) {
      await writer.write({items, positions: []})
    },
  }
}
