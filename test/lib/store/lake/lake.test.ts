import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type LakeOptions, openLake} from '../../../../src/lib/store/lake/lake.js'
import type {Store} from '../../../../src/lib/store/store.js'
import {type OpenedStore, storeContract} from '../../../contracts/store.js'

function opener(options: Omit<LakeOptions, 'dir'>): () => Promise<OpenedStore> {
  return async () => {
    const home = mkdtempSync(join(tmpdir(), 'lake-'))
    const dir = join(home, 'store')
    const opened: Store[] = []
    const open = async () => {
      const store = await openLake({dir, ...options})
      opened.push(store)
      return store
    }
    return {
      store: await open(),
      reopen: open,
      async close() {
        for (const store of opened) await store.close()
        rmSync(home, {recursive: true, force: true})
      },
    }
  }
}

const rules = {keepsPositions: true, oneWriter: true}

storeContract('lake, hot', opener({}), rules)
storeContract('lake, sealed in many small segments', opener({limits: {records: 90, onClose: 1}, lazy: true}), {
  ...rules,
  many: 10_100,
})
