import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {openSqlite} from '../../../../src/lib/database/sqlite/open-sqlite.js'
import {databaseContract, userOf} from '../../../contracts/database.js'
import {tempFolder} from '../../../support/temp-folder.js'

/** On a slow disk many writers wait for each other. */
const lockWait = 100_000

databaseContract('SQLite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'logflow-database-'))
  let made = 0
  const at = (path: string) => () => openSqlite({path, lockWait})
  return {
    open: (onQuery) => openSqlite({path: join(dir, 'logflow.db'), lockWait, ...(onQuery ? {onQuery} : {})}),
    fresh: async () => at(join(dir, `fresh-${++made}`, 'logflow.db')),
    close: async () => rmSync(dir, {recursive: true, force: true}),
  }
})

test('the file and its folder are for their owner alone', async () => {
  const dir = join(tempFolder(), 'data')
  const database = await openSqlite({path: join(dir, 'logflow.db')})
  await database.migrate()
  expect(statSync(dir).mode & 0o777).toBe(0o700)
  for (const file of ['logflow.db', 'logflow.db-wal', 'logflow.db-shm']) {
    expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600)
  }
  await database.close()
})

test('one that is not there is not made where that is not asked for', async () => {
  const path = join(tempFolder(), 'logflow.db')
  await expect(openSqlite({path, create: false})).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `there is no database yet at ${path}`,
  })
})

test('a file that is no database is told as damaged', async () => {
  const path = join(tempFolder(), 'logflow.db')
  writeFileSync(path, 'this is a text, and a rather long one, so that it holds a header of SQLite '.repeat(20))
  await expect(openSqlite({path})).rejects.toMatchObject({code: 'CORRUPT', message: expect.stringContaining(path)})
})

test('a writer of another process that does not end is told, and nothing hangs', async () => {
  const path = join(tempFolder(), 'logflow.db')
  const [holder, waiter] = [await openSqlite({path}), await openSqlite({path, lockWait: 50})]
  await holder.migrate()
  await holder.transaction(async (queries) => {
    await queries.insertInto('users').values(userOf({})).execute()
    const refused = {code: 'DATABASE_UNREACHABLE', retriable: true, message: expect.stringContaining('locked')}
    await expect(waiter.queries.insertInto('users').values(userOf({})).execute()).rejects.toMatchObject(refused)
    await expect(waiter.transaction(async () => undefined)).rejects.toMatchObject(refused)
  })
  await waiter.queries.insertInto('users').values(userOf({})).execute()
  await waiter.transaction((queries) => queries.insertInto('users').values(userOf({})).execute())
  expect((await holder.status()).rows.users).toBe(3)
  await Promise.all([holder.close(), waiter.close()])
})

test('many statements in a row let others have their turn', async () => {
  const database = await openSqlite({path: join(tempFolder(), 'logflow.db')})
  await database.migrate()
  let turns = 0
  let counting = true
  const count = () => {
    turns++
    if (counting) setImmediate(count)
  }
  setImmediate(count)
  for (let i = 0; i < 1_000; i++) await database.queries.selectFrom('users').select('id').execute()
  counting = false
  expect(turns).toBeGreaterThan(10)
  await database.close()
})
