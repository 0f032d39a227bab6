import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {openSqlite} from '../../../../src/lib/database/sqlite/open-sqlite.js'
import {accountsContract} from '../../../contracts/accounts.js'
import {accountsUnderTest} from '../../../support/open-accounts.js'

accountsContract('accounts in SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logflow-accounts-'))
  const database = await openSqlite({path: join(folder, 'logflow.db')})
  await database.migrate()
  const under = await accountsUnderTest(database)
  return {
    ...under,
    close: async () => {
      await under.close()
      rmSync(folder, {recursive: true, force: true})
    },
  }
})
