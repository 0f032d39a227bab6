import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type LakeOptions, openLake} from '../../../../src/lib/store/lake/lake.js'
import {queryConformance} from '../../../contracts/query-conformance.js'

function opener(options: Omit<LakeOptions, 'dir'>) {
  return async () => {
    const home = mkdtempSync(join(tmpdir(), 'lake-'))
    const store = await openLake({dir: join(home, 'store'), ...options})
    return {
      store,
      async close() {
        await store.close()
        rmSync(home, {recursive: true, force: true})
      },
    }
  }
}

queryConformance('lake, hot', opener({lazy: true}))
queryConformance('lake, sealed', opener({limits: {records: 150, onClose: 1}, lazy: true}), {eachOf: 2})
