import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {openSqlite} from '../../../../src/lib/database/sqlite/open-sqlite.js'
import {alertsContract} from '../../../contracts/alerts.js'
import {alertsUnderTest} from '../../../support/open-alerts.js'

alertsContract('alerts in SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logflow-alerts-'))
  const database = await openSqlite({path: join(folder, 'logflow.db')})
  await database.migrate()
  const under = await alertsUnderTest(database)
  return {
    ...under,
    close: async () => {
      await under.close()
      rmSync(folder, {recursive: true, force: true})
    },
  }
})
