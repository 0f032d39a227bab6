// Where the live screen has records of another time from.

import {HeldRecords} from '../../lib/flows/held-records.js'
import type {AskRecords} from '../../lib/flows/search-records.js'
import type {QueryNode} from '../../lib/query/query.js'
import type {LogRecord} from '../../lib/record/record.js'
import type {Store} from '../../lib/store/store.js'
import type {Growing} from '../../lib/tui/growing.js'

/** From a store, through what the command itself was asked for. */
export function askStored(store: () => Promise<Store>, query: QueryNode): AskRecords {
  return async function* (request, signal) {
    const narrowed: QueryNode = query.kind === 'all' ? request.query : {kind: 'and', nodes: [query, request.query]}
    yield* (await store()).search({...request, query: narrowed}, signal)
  }
}

/** Of what was read so far of plain files, as much as is kept. */
export function askRead(read: () => Growing<LogRecord> | undefined): AskRecords {
  let held = HeldRecords.from([])
  let end = 0
  return (request) => {
    const all = read()
    if (all && all.end !== end) {
      held = HeldRecords.from(all.slice(all.first, all.end))
      end = all.end
    }
    return held.ask(request)
  }
}
