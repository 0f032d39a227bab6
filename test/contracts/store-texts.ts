// What `texts` of a store must give, where it has it: of each record that matches what it says, once.

import {textsOf} from '../../src/lib/query/text-of.js'
import type {RecordFilter, RecordText, Store} from '../../src/lib/store/store.js'

/** What is compared of a record, in an order of its own. */
export function saidBy(records: readonly RecordText[]): string[] {
  return records
    .map((record) => JSON.stringify([record['@timestamp'], record.level, record.service, textsOf(record)]))
    .sort()
}

/** `undefined` where the store reads whole records for it. */
export async function textsFrom(store: Store, filter: RecordFilter): Promise<string[] | undefined> {
  if (!store.texts) return undefined
  const records: RecordText[] = []
  for await (const page of store.texts(filter)) records.push(...page)
  return saidBy(records)
}
