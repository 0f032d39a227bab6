import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {Aggregator} from '../../src/lib/metrics/aggregator.js'
import type {Question} from '../../src/lib/metrics/question.js'
import {openElasticsearch} from '../../src/lib/store/elasticsearch/elasticsearch-store.js'
import type {Store, StoreItem} from '../../src/lib/store/store.js'
import {makeItem, seeded} from '../contracts/store-records.js'
import {removeInstallation} from './elasticsearch-indices.js'
import {elasticsearchTargets, type RunningElasticsearch, useElasticsearch} from './start-elasticsearch.js'

// Groups of so many durations that percentiles are looked for where Elasticsearch estimates them.

const PORT = 19_238
const COUNT = 42_000

/** Two services: values that crowd about a few, with a long tail, and values that are all but one the same. */
function items(): StoreItem[] {
  const random = seeded(5)
  return Array.from({length: COUNT}, (_, i) => {
    const crowd = Math.round(10 ** (random() * 4) * 1_000) / 1_000
    const duration = i % 2 === 0 ? (random() < 0.2 ? 25 : crowd) : i === 1 ? 99 : 7
    return makeItem('s', i, {service: i % 2 === 0 ? 'varied' : 'even', duration_ms: duration})
  })
}

for (const {name, version, runnable} of elasticsearchTargets('percentiles of many durations')) {
  describe.skipIf(!runnable)(`Elasticsearch ${name}`, () => {
    const index = `percentiles-${Date.now().toString(36)}`
    let server: RunningElasticsearch
    let store: Store
    beforeAll(async () => {
      server = await useElasticsearch(version, PORT)
      store = await openElasticsearch({nodes: [server.url], index, period: 'month', shards: 3})
    })
    afterAll(async () => {
      await store?.close()
      if (server) await removeInstallation(server.url, index)
      await server?.stop()
    })

    test('percentiles of many durations are exact', async () => {
      const all = items()
      const writer = await store.openWriter()
      for (let at = 0; at < COUNT; at += 10_000) await writer.write({items: all.slice(at, at + 10_000), positions: []})
      await writer.refresh()
      await writer.close()
      const percentiles = [0.1, 25, 50, 95, 99.9, 100]
      const questions: Question[] = [
        {query: {kind: 'all'}, percentiles},
        {query: {kind: 'all'}, by: 'service', percentiles},
        {query: {kind: 'all'}, every: {ms: 3_600_000, origin: 0}, percentiles},
      ]
      const oracle = new Aggregator(questions)
      for (const {record} of all) oracle.add(record)
      expect(await store.aggregate(questions)).toEqual(oracle.answers())
    }, 240_000)
  })
}
