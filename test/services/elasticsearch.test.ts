import {afterAll, beforeAll, describe} from 'vitest'
import {openElasticsearch} from '../../src/lib/store/elasticsearch/elasticsearch-store.js'
import type {Store} from '../../src/lib/store/store.js'
import {storeContract} from '../contracts/store.js'
import {removeInstallation} from './elasticsearch-indices.js'
import {elasticsearchTargets, type RunningElasticsearch, useElasticsearch} from './start-elasticsearch.js'

const PORT = 19_204
const run = Date.now().toString(36)
let installations = 0

for (const {name, version, runnable} of elasticsearchTargets('the store contract')) {
  describe.skipIf(!runnable)(name, () => {
    let server: RunningElasticsearch
    beforeAll(async () => {
      server = await useElasticsearch(version, PORT)
    })
    afterAll(() => server?.stop())

    storeContract(
      `elasticsearch ${name}`,
      async () => {
        const index = `contract-${run}-${installations++}`
        const stores: Store[] = []
        const open = async () => {
          const store = await openElasticsearch({nodes: [server.url], index, period: 'month', shards: 1})
          stores.push(store)
          return store
        }
        return {
          store: await open(),
          reopen: open,
          close: async () => {
            await Promise.all(stores.map((store) => store.close()))
            await removeInstallation(server.url, index)
          },
        }
      },
      {keepsPositions: false, oneWriter: false, followWithinMs: 10_000},
    )
  })
}
