import {join} from 'node:path'
import {onTestFinished} from 'vitest'
import type {LogRecord} from '../../../../src/lib/record/record.js'
import {type LakeOptions, openLake} from '../../../../src/lib/store/lake/lake.js'
import type {SearchRequest, Store, StoreItem} from '../../../../src/lib/store/store.js'
import {tempFolder} from '../../../support/temp-folder.js'

export interface TestLake {
  dir: string
  /** One more store over the same folder, closed with the test. */
  open(options?: Omit<LakeOptions, 'dir'>): Promise<Store>
}

/** A folder for a lake that is gone, and its stores closed, when the running test has ended. */
export function testLake(): TestLake {
  const dir = join(tempFolder(), 'store')
  return {
    dir,
    async open(options = {}) {
      const store = await openLake({dir, lazy: true, ...options})
      onTestFinished(() => store.close())
      return store
    },
  }
}

/** Writes items, `batch` at a time, and closes the writer. */
export async function writeAll(store: Store, items: StoreItem[], batch = 1_000): Promise<void> {
  const writer = await store.openWriter()
  for (let at = 0; at < items.length; at += batch)
    await writer.write({items: items.slice(at, at + batch), positions: []})
  await writer.close()
}

/** All pages of a search as one list; everything, oldest first, unless asked otherwise. */
export async function findAll(store: Store, request: Partial<SearchRequest> = {}): Promise<LogRecord[]> {
  const found: LogRecord[] = []
  const whole: SearchRequest = {query: {kind: 'all'}, order: 'oldest', limit: Number.POSITIVE_INFINITY, ...request}
  for await (const page of store.search(whole)) found.push(...page)
  return found
}
