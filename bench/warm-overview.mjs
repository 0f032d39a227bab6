// The overview of an open embedded store, again and again: what the API's answer costs without the API. Bundled by
// rows/api.mjs and run as `node warm-overview.cjs FOLDER SINCE UNTIL ROUNDS`; prints JSON: {records, times}, in ms.

import {measureStore} from '../src/lib/flows/measure.ts'
import {overview} from '../src/lib/metrics/overview.ts'
import {periodOf} from '../src/lib/metrics/period.ts'
import {UTC} from '../src/lib/record/zone.ts'
import {openLake} from '../src/lib/store/lake/lake.ts'

const [dir, since, until, rounds] = process.argv.slice(2)

async function main() {
  const store = await openLake({dir})
  const times = []
  let result
  for (let round = 0; round <= Number(rounds); round++) {
    const began = performance.now()
    const options = {query: {kind: 'all'}, period: periodOf(since, until), zone: UTC, withBefore: true}
    result = await measureStore(store, overview({services: 20, errors: 5}), options)
    times.push(performance.now() - began)
  }
  await store.close()
  process.stdout.write(JSON.stringify({records: result.records, times: times.slice(1)}))
}

main()
