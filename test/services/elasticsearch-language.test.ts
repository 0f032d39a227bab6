import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {QueryNode} from '../../src/lib/query/query.js'
import {toSearch} from '../../src/lib/query/regex.js'
import {tokenize} from '../../src/lib/query/tokenize.js'
import type {LogRecord} from '../../src/lib/record/record.js'
import {openElasticsearch} from '../../src/lib/store/elasticsearch/elasticsearch-store.js'
import type {Store} from '../../src/lib/store/store.js'
import {namesFound, parsed, queryConformance} from '../contracts/query-conformance.js'
import {nameOf, queryCorpus} from '../contracts/query-corpus.js'
import {EXPECTATIONS} from '../contracts/query-expectations.js'
import {makeItem} from '../contracts/store-records.js'
import {seededRandom} from '../support/random.js'
import {askElasticsearch, removeInstallation} from './elasticsearch-indices.js'
import {elasticsearchTargets, type RunningElasticsearch, useElasticsearch} from './start-elasticsearch.js'

// The whole language on a server, and on documents that an older version of logflow stored.

const run = Date.now().toString(36)

for (const {name, version, runnable} of elasticsearchTargets('the query language')) {
  describe.skipIf(!runnable)(name, () => {
    let server: RunningElasticsearch
    beforeAll(async () => {
      server = await useElasticsearch(version, 19_212)
    })
    afterAll(() => server?.stop())

    async function open(index: string): Promise<{store: Store; close(): Promise<void>}> {
      const store = await openElasticsearch({nodes: [server.url], index, period: 'none', shards: 1})
      const close = async () => {
        await store.close()
        await removeInstallation(server.url, index)
      }
      return {store, close}
    }

    queryConformance(`elasticsearch ${name}`, () => open(`language-${run}`), {together: 8})

    test('classes of regular expressions hold the same characters, whatever stands at their ends', async () => {
      const {store, close} = await open(`language-classes-${run}`)
      try {
        const chars = Array.from({length: 0x180}, (_, code) => String.fromCharCode(code))
        // And a row of each half of ASCII, as literals.
        const rows = [chars.slice(0, 64).join(''), chars.slice(64, 128).join('')]
        const writer = await store.openWriter()
        const values = [...chars, ...rows]
        await writer.write({items: values.map((c, i) => makeItem('chars', i, {attributes: {c}})), positions: []})
        await writer.refresh()
        const random = seededRandom(5)
        const code = () => `\\x{${Math.floor(random() * 0x90).toString(16)}}`
        const literals = rows.map((row) => [...row].map((c) => `\\x{${c.charCodeAt(0).toString(16)}}`).join(''))
        const classes = Array.from({length: 60}, (_, i) => {
          const [from, to, one, other] = [code(), code(), code(), code()]
          const range = parseInt(from.slice(3), 16) <= parseInt(to.slice(3), 16) ? `${from}-${to}` : `${to}-${from}`
          return `[${i % 3 === 0 ? '^' : ''}${range}${one}${other}]`
        })
        classes.push(...literals)
        const differing: string[] = []
        const ask = async () => {
          for (let of = classes.pop(); of !== undefined; of = classes.pop()) {
            const regex = {source: `^${of}$`, ignoreCase: random() < 0.2}
            const query: QueryNode = {
              kind: 'field',
              field: {in: 'attributes', path: 'c'},
              test: {kind: 'regex', regex},
            }
            const found: string[] = []
            for await (const page of store.search({query, order: 'oldest', limit: 1_000}))
              found.push(...page.map((record) => record.attributes.c as string))
            if (found.join() !== values.filter(toSearch(regex)).join()) differing.push(of)
          }
        }
        await Promise.all(Array.from({length: 8}, ask))
        expect(differing).toEqual([])
      } finally {
        await close()
      }
    })

    test('documents of schema 1 are answered for as well, beside new ones', async () => {
      const index = `language-old-${run}`
      const {store, close} = await open(index)
      const items = queryCorpus()
      const records = items.map((item) => item.record)
      try {
        const old = await storeAsSchema1(server.url, index, records.slice(0, records.length / 2))
        const writer = await store.openWriter()
        const result = await writer.write({items, positions: []})
        expect(result).toEqual({stored: items.length - old, alreadyThere: old, rejected: []})
        expect(old).toBeGreaterThan(100)
        await writer.refresh()
        const differing: string[] = []
        const left = EXPECTATIONS.map(([query]) => query)
        const ask = async () => {
          for (let query = left.shift(); query !== undefined; query = left.shift()) {
            const found: LogRecord[] = []
            for await (const page of store.search({query: parsed(query), order: 'oldest', limit: 10_000}))
              found.push(...page)
            const names = found.flatMap((record) => nameOf(record) ?? []).sort()
            if (names.join() !== namesFound(records, query).sort().join()) differing.push(query)
            else if ((await store.count({query: parsed(query)})) !== found.length) differing.push(`count of ${query}`)
          }
        }
        await Promise.all(Array.from({length: 8}, ask))
        expect(differing).toEqual([])
      } finally {
        await close()
      }
    }, 400_000)
  })
}

const STAMP = '2026-11-20T09:00:00.000Z'
const NAME = {type: 'keyword', ignore_above: 512}
const ID = {...NAME, doc_values: false}
const FOLDED = {type: 'keyword', ignore_above: 1_536, doc_values: false}

/**
 * The template of the first version, and records as it wrote them, but for those that its mapping refused.
 * @returns how many are stored
 */
async function storeAsSchema1(url: string, index: string, records: LogRecord[]): Promise<number> {
  const properties = {
    id: {type: 'keyword', index: false, doc_values: false},
    '@timestamp': {type: 'date_nanos', format: 'strict_date_optional_time_nanos', ignore_malformed: false},
    ingested_at: {type: 'date', format: 'strict_date_optional_time'},
    level: {type: 'keyword'},
    severity_number: {type: 'byte', ignore_malformed: true, index: false},
    ...{service: NAME, host: NAME, environment: NAME, event: NAME, trace_id: ID, span_id: ID, parent_span_id: ID},
    ...{correlation_id: ID, request_id: ID},
    duration_ms: {type: 'double', ignore_malformed: true, index: false},
    message: {type: 'text', index: false, norms: false},
    words: {type: 'text', analyzer: 'whitespace', norms: false, index_options: 'positions'},
    folded: {properties: {service: FOLDED, host: FOLDED, environment: FOLDED}},
    attributes: {type: 'flattened', ignore_above: 1024},
    error: {properties: {name: NAME}},
    source: {properties: {id: {type: 'keyword', index: false}, offset: {type: 'long', index: false}}},
  }
  const template = {
    aliases: {[index]: {}},
    settings: {index: {number_of_shards: 1, number_of_replicas: 0}},
    mappings: {dynamic: false, _source: {excludes: ['words', 'folded']}, properties},
  }
  await askElasticsearch(url, 'PUT', `/_index_template/${index}`, {
    index_patterns: [`${index}-all`],
    priority: 500,
    _meta: {logflow: {schema: 1, period: 'none'}},
    template,
  })
  const storing = records.map(async (record) => {
    const words = tokenize(record.message).join(' ')
    const folded = Object.fromEntries(
      (['service', 'host', 'environment'] as const).flatMap((field) => {
        const value = record[field]
        const differs = value !== undefined && value.length <= 512 && value !== value.toLowerCase()
        return differs ? [[field, value.toLowerCase()]] : []
      }),
    )
    const document = {...record, ingested_at: STAMP, ...(words === '' ? {} : {words}), folded}
    await askElasticsearch(url, 'PUT', `/${index}-all/_create/${encodeURIComponent(record.id)}`, document)
  })
  const results = await Promise.allSettled(storing)
  return results.filter(({status}) => status === 'fulfilled').length
}
