import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {openSqlite} from '../../../../src/lib/database/sqlite/open-sqlite.js'
import {engineBookContract} from '../../../contracts/engine-book.js'
import {openTestDatabase} from '../../../support/open-accounts.js'
import {bookOver, engineBookUnderTest} from '../../../support/open-alerts.js'

engineBookContract('the engine’s book in SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logflow-book-'))
  const open = () => openSqlite({path: join(folder, 'logflow.db')})
  const under = await engineBookUnderTest([await open(), await open()])
  return {
    ...under,
    close: async () => {
      await under.close()
      rmSync(folder, {recursive: true, force: true})
    },
  }
})

test('a lease that a clock took which was set back since holds nobody up', async () => {
  const database = await openTestDatabase()
  onTestFinished(() => database.close())
  let now = new Date('2024-01-05T12:00:00Z')
  const book = bookOver(database, () => now)
  expect(await book.takeLease('one', 30_000)).toBe(true)
  now = new Date('2024-01-05T12:00:20Z')
  expect(await book.takeLease('two', 30_000)).toBe(false)
  now = new Date('2024-01-05T11:00:00Z')
  expect(await book.takeLease('two', 30_000)).toBe(true)
  expect(await book.leaseHolder()).toEqual({holder: 'two', until: '2024-01-05T11:00:30.000Z'})
  now = new Date('2024-01-05T11:00:30Z')
  expect(await book.leaseHolder()).toBeUndefined()
  expect(await book.takeLease('one', 30_000)).toBe(true)
})
