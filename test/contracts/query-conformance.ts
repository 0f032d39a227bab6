// One language, one meaning: every engine finds, of the corpus, what matches() says, and matches() what was written
// down by hand. Import queryConformance in an adapter's own test file.

import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {LogflowError} from '../../src/lib/errors/logflow-error.js'
import {toPredicate} from '../../src/lib/query/matches.js'
import {parseQuery} from '../../src/lib/query/parse-query.js'
import type {QueryNode} from '../../src/lib/query/query.js'
import type {LogRecord} from '../../src/lib/record/record.js'
import {zoneOf} from '../../src/lib/record/zone.js'
import type {Store} from '../../src/lib/store/store.js'
import {nameOf, queryCorpus} from './query-corpus.js'
import {EXPECTATIONS} from './query-expectations.js'
import {conformanceQueries} from './query-texts.js'

const CLOCK = {now: new Date('2026-11-20T12:00:00.000Z'), zone: zoneOf('UTC')}

export interface OpenedEngine {
  store: Store
  close(): Promise<void>
}

export interface ConformanceOptions {
  /** Queries that are refused with NOT_SUPPORTED, as documented; all others must be answered. */
  notSupported?: (query: QueryNode) => boolean
  /** Queries asked at the same time. */
  together?: number
  /** Asks every query whose answer is written down, and of the others only each so many-th. */
  eachOf?: number
}

/** Every so many queries are counted too. */
const COUNTED = 6

export function parsed(query: string): QueryNode {
  return parseQuery(query, CLOCK)
}

/** Names of the records of the corpus that a predicate finds, in the order of the corpus. */
export function namesFound(records: LogRecord[], query: string): string[] {
  return records.filter(toPredicate(parsed(query))).flatMap((record) => nameOf(record) ?? [])
}

/** The engine holds the corpus and answers every query of the suite with equal sets of ids. */
export function queryConformance(
  name: string,
  open: () => Promise<OpenedEngine>,
  options: ConformanceOptions = {},
): void {
  const {notSupported = () => false, together = 2, eachOf = 1} = options
  describe(`${name}: the query language`, () => {
    let opened: OpenedEngine
    const items = queryCorpus()
    const records = items.map((item) => item.record)
    beforeAll(async () => {
      opened = await open()
      const writer = await opened.store.openWriter()
      const result = await writer.write({items, positions: []})
      expect(result).toEqual({stored: items.length, alreadyThere: 0, rejected: []})
      await writer.refresh()
      await writer.close()
    })
    afterAll(() => opened?.close())

    const others = conformanceQueries().filter((_, i) => i % eachOf === 0)
    const queries = [...EXPECTATIONS.map(([query]) => query), ...others]
    const parts = Array.from({length: Math.ceil(queries.length / PART)}, (_, i) =>
      queries.slice(i * PART, (i + 1) * PART),
    )

    test.each(parts.map((part, i) => [i * PART, part] as const))(
      'queries from %i on',
      async (_, part) => {
        const differing: string[] = []
        const left = [...part]
        const ask = async () => {
          for (let query = left.shift(); query !== undefined; query = left.shift()) {
            const difference = await differenceOf(opened.store, query, left.length % COUNTED === 0)
            if (difference) differing.push(difference)
          }
        }
        await Promise.all(Array.from({length: together}, ask))
        expect(differing).toEqual([])
      },
      PART_TIMEOUT,
    )

    async function differenceOf(store: Store, query: string, counted: boolean): Promise<string | undefined> {
      const node = parsed(query)
      const wanted = records.filter(toPredicate(node)).map((record) => record.id)
      try {
        const found = await idsOf(store, node)
        const count = counted ? await store.count({query: node}) : wanted.length
        if (notSupported(node)) return `${query}: was to be refused`
        const difference = describeDifference(wanted, found)
        if (difference === undefined && count !== wanted.length) return `${query}: count ${count}, not ${wanted.length}`
        return difference && `${query}: ${difference}`
      } catch (error) {
        if (error instanceof LogflowError && error.code === 'NOT_SUPPORTED' && notSupported(node)) return undefined
        return `${query}: ${error}`
      }
    }
  })
}

/** Queries of one test: few enough to end soon, many enough for few tests. */
const PART = 100
/** Ms: a hundred questions on a loaded machine. */
const PART_TIMEOUT = 180_000

async function idsOf(store: Store, query: QueryNode): Promise<string[]> {
  const ids: string[] = []
  for await (const page of store.search({query, order: 'oldest', limit: Number.POSITIVE_INFINITY}))
    ids.push(...page.map((record) => record.id))
  return ids
}

/** What is missing and what should not be there, by id; `undefined` where nothing is. */
function describeDifference(wanted: string[], found: string[]): string | undefined {
  const [want, have] = [new Set(wanted), new Set(found)]
  const missing = wanted.filter((id) => !have.has(id))
  const extra = found.filter((id) => !want.has(id))
  const twice = found.length - have.size
  if (missing.length + extra.length + twice === 0) return undefined
  const some = (ids: string[]) => `${ids.length} (${ids.slice(0, 4).join(', ')})`
  return `of ${wanted.length} missing ${some(missing)}, too many ${some(extra)}, twice ${twice}`
}
