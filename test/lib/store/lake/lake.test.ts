import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {openLake} from '../../../../src/lib/store/lake/lake.js'
import type {Store} from '../../../../src/lib/store/store.js'
import {storeContract} from '../../../contracts/store.js'

storeContract(
  'lake',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'lake-'))
    const dir = join(home, 'store')
    const opened: Store[] = []
    const open = async () => {
      const store = await openLake({dir})
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
  },
  {keepsPositions: true, oneWriter: true},
)
