// Evaluates many alert rules on an open store, together and one by one, and replays one over a day: what alerts cost without
// the start of a process. Bundled by rows/alerts.mjs and run as `node warm-alerts.cjs STORE RULES ROUNDS`, where STORE is
// {"dir": …} or {"nodes": […], "index": …} as JSON; prints JSON, times in ms: {together, single, replayed, opened}.

import {firstState} from '../src/lib/alerts/begin-state.ts'
import {readRule} from '../src/lib/alerts/check-rule.ts'
import {lookAt} from '../src/lib/flows/alerts/look.ts'
import {replay} from '../src/lib/flows/alerts/replay.ts'
import {openElasticsearch} from '../src/lib/store/elasticsearch/elasticsearch-store.ts'
import {openLake} from '../src/lib/store/lake/lake.ts'

const [place, written, rounds] = [JSON.parse(process.argv[2]), JSON.parse(process.argv[3]), Number(process.argv[4])]
const NOON = Date.UTC(2026, 0, 15, 12)
const [DAY_BEGINS, DAY_ENDS] = [Date.UTC(2026, 0, 15), Date.UTC(2026, 0, 16)]
/** Of one rule over the day. */
const REPLAYED = {name: 'errors', levels: ['error'], group_by: ['service'], threshold: 20, time_window: 5}

async function main() {
  const store = place.dir
    ? await openLake({dir: place.dir})
    : await openElasticsearch({...place, period: 'day', shards: 1, replicas: 0})
  const rules = written.map((rule) => ({rule: readRule(rule), state: firstState(NOON - 60_000)}))
  const look = (some) => lookAt(store, some, NOON + 60_000)
  const together = []
  const replayed = []
  let looked
  let events
  for (let round = 0; round < rounds; round++) {
    together.push(await timed(async () => (looked = await look(rules))))
    const range = {since: DAY_BEGINS, until: DAY_ENDS}
    replayed.push(await timed(async () => ({events} = await replay(store, readRule(REPLAYED), range))))
  }
  const single = await timed(async () => {
    for (const [i, rule] of rules.entries()) same(rule, looked.get(i), (await look([rule])).get(0))
  })
  await store.close()
  const opened = events.filter(({kind}) => kind === 'opened').length
  process.stdout.write(JSON.stringify({together, single: [single], replayed, opened}))
}

async function timed(work) {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** What is asked together must answer as what is asked alone. */
function same({rule}, ours, alone) {
  const [a, b] = [ours, alone].map((looked) =>
    JSON.stringify(looked, (_, value) => (value instanceof Map ? [...value] : value)),
  )
  if (a !== b || !('looks' in ours)) throw new Error(`${rule.name}: ${a} together, and ${b} alone`)
}

main()
