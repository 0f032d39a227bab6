// A process that writes pairs of rows, each pair in a transaction of its own, and tells of each once it is kept; until
// it is killed.

import {setTimeout as sleep} from 'node:timers/promises'
import {openSqlite} from '../../../../../src/lib/database/sqlite/open-sqlite.js'
import {setSystemPair} from './system-pair.js'

const [path, name] = process.argv.slice(2) as [string, string]
const database = await openSqlite({path, lockWait: 60_000})
await database.migrate()
for (let i = 0; ; i++) {
  await database.transaction((queries) => setSystemPair(queries, `${name}-${i}`))
  process.send?.(i)
  // So that others get their turn.
  await sleep(2)
}
