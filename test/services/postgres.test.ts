// The database on a real PostgreSQL: the contract, and what becomes of it when the server goes away and comes back.

import {sql} from 'kysely'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Database} from '../../src/lib/database/database.js'
import {openPostgres} from '../../src/lib/database/postgres/open-postgres.js'
import {databaseContract, userOf} from '../contracts/database.js'
import {canStartPostgres, type RunningPostgres, startPostgres} from '../support/start-postgres.js'

const PORT = 25_432

describe.skipIf(!canStartPostgres('the database on PostgreSQL'))('PostgreSQL', () => {
  let server: RunningPostgres
  beforeAll(async () => {
    server = await startPostgres({port: PORT})
  })
  afterAll(() => server?.remove())

  databaseContract('as a database', async () => {
    let made = 0
    return {
      open: (onQuery) => openPostgres({url: server.url, ...(onQuery ? {onQuery} : {})}),
      async fresh() {
        const url = await server.createDatabase(`fresh_${++made}`)
        return () => openPostgres({url})
      },
      close: async () => {},
    }
  })

  /** A migrated database for one test. */
  async function withDatabase(name: string, work: (database: Database, url: string) => Promise<void>): Promise<void> {
    const url = await server.createDatabase(name)
    const database = await openPostgres({url})
    try {
      await database.migrate()
      await work(database, url)
    } finally {
      await database.close()
    }
  }

  const gone = {code: 'DATABASE_UNREACHABLE', retriable: true}

  test('a server that is killed in a transaction takes it along, and nothing more', () =>
    withDatabase('killed', async (database) => {
      const [before, within, after] = [userOf({}), userOf({}), userOf({})]
      await database.queries.insertInto('users').values(before).execute()
      const cut = database.transaction(async (queries) => {
        await queries.insertInto('users').values(within).execute()
        await server.kill()
        await queries.insertInto('users').values(userOf({})).execute()
      })
      await expect(cut).rejects.toMatchObject(gone)
      await expect(database.queries.selectFrom('users').selectAll().execute()).rejects.toMatchObject({
        ...gone,
        message: expect.stringContaining(`postgres://127.0.0.1:${PORT}/killed`),
      })
      await expect(database.transaction(async () => undefined)).rejects.toMatchObject(gone)
      await server.start()
      await database.transaction((queries) => queries.insertInto('users').values(after).execute())
      const rows = await database.queries.selectFrom('users').select('id').execute()
      expect(rows.map(({id}) => id).sort()).toEqual([before.id, after.id].sort())
    }))

  test('connections that a restart has cut are not noticed by who reads or begins', () =>
    withDatabase('restarted', async (database) => {
      // Several connections, all idle while the server is restarted.
      await Promise.all(Array.from({length: 5}, () => sql`select pg_sleep(0.05)`.execute(database.queries)))
      await server.stop()
      await server.start()
      await Promise.all(
        Array.from({length: 5}, () => database.queries.selectFrom('users').select('id').limit(1).execute()),
      )
      await database.transaction((queries) => queries.insertInto('users').values(userOf({})).execute())
      expect((await database.status()).rows.users).toBe(1)
    }))

  test('a database that is missing is told, and made where that is asked for', async () => {
    const url = server.url.replace(/logflow$/, 'not%20there')
    await expect(openPostgres({url})).rejects.toMatchObject({
      code: 'BACKEND_REFUSED',
      message: expect.stringContaining('does not exist'),
    })
    const many = await Promise.all([openPostgres({url, create: true}), openPostgres({url, create: true})])
    await many[0].migrate()
    expect((await many[1].status()).pending).toEqual([])
    await Promise.all(many.map((each) => each.close()))
  })

  test('who may make no tables, or nothing at all, is told so', async () => {
    await withDatabase('rights', async (database, url) => {
      await sql`create role reader login password 'pass word'`.execute(database.queries)
      const {host} = new URL(url)
      const reader = await openPostgres({url: `postgres://reader@${host}/rights`, password: 'pass word'})
      await expect(reader.queries.selectFrom('users').selectAll().execute()).rejects.toMatchObject({code: 'PERMISSION'})
      await reader.close()
      await expect(openPostgres({url: `postgres://nobody@${host}/rights`})).rejects.toMatchObject({
        code: 'UNAUTHORISED',
      })
      await sql`drop role reader`.execute(database.queries)
    })
  })

  test('the number of open connections is told as it changes', async () => {
    const seen: number[] = []
    const database = await openPostgres({url: server.url, onConnections: (open) => seen.push(open)})
    await Promise.all(Array.from({length: 3}, () => sql`select pg_sleep(0.05)`.execute(database.queries)))
    await database.close()
    expect(Math.max(...seen)).toBe(3)
    expect(seen.at(-1)).toBe(0)
  })
})

test('a server that is not there is told with its address, and without the password', async () => {
  const error = await openPostgres({url: 'postgres://logflow:geheim@127.0.0.1:25449/logflow'}).catch((failed) => failed)
  expect(error).toMatchObject({code: 'DATABASE_UNREACHABLE', retriable: true})
  expect(error.message).toContain('postgres://127.0.0.1:25449/logflow')
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain('geheim')
})
