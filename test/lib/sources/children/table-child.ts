// A process that uses a source table: `identify` tells an id and ends; `hammer` marks arrivals until it is killed,
// telling each one that is promised to be on disk.

import {appendFileSync} from 'node:fs'
import {openInput} from '../../../../src/lib/sources/open-input.js'
import {factsOf} from '../../../../src/lib/sources/open-sources.js'
import {openSourceTable} from '../../../../src/lib/sources/source-table.js'

const [task, tablePath, logPath] = process.argv.slice(2) as [string, string, string]
const table = openSourceTable(tablePath)

async function identify(now: string) {
  const opened = await openInput({kind: 'file', path: logPath, size: 0, device: '', inode: ''}, {})
  try {
    return await table.identify(factsOf(opened, logPath, 'host'), now)
  } finally {
    await opened.bytes.close()
  }
}

if (task === 'identify') process.send?.((await identify('2026-01-01T00:00:00.000Z')).id)
else {
  for (let n = 1; ; n++) {
    appendFileSync(logPath, `line ${n}\n`)
    const {arrivals} = await identify(new Date(Date.UTC(2026, 0, 1) + n).toISOString())
    process.send?.(arrivals.at(-1))
  }
}
table.close()
