// The database on a real PostgreSQL: the contract, and what becomes of it when the server goes away and comes back.

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {sql} from 'kysely'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {restoreBackup} from '../../src/lib/database/backup/restore-backup.js'
import type {Database} from '../../src/lib/database/database.js'
import {openPostgres} from '../../src/lib/database/postgres/open-postgres.js'
import {readSql} from '../../src/lib/database/read-sql.js'
import {openSqlite} from '../../src/lib/database/sqlite/open-sqlite.js'
import {backUpDatabase, restoreDatabase} from '../../src/lib/flows/database-files.js'
import {databaseContract, userOf} from '../contracts/database.js'
import {allRows, fillDatabase} from '../support/database-rows.js'
import {buildLogflow, runLogflow} from '../support/run-logflow.js'
import {canStartPostgres, type RunningPostgres, startPostgres} from '../support/start-postgres.js'
import {tempFolder} from '../support/temp-folder.js'

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

  test('a backup of SQLite is restored into PostgreSQL and back, and every row is as it was', () =>
    withDatabase('moved', async (database) => {
      const dir = tempFolder()
      const sqlite = (name: string) => openSqlite({path: join(dir, name)})
      const [first, last] = [await sqlite('first.db'), await sqlite('last.db')]
      await first.migrate()
      await fillDatabase(first, 1_203)
      const options = {now: new Date(), force: false}
      await backUpDatabase(first, join(dir, 'to'), options)
      await restoreDatabase(database, join(dir, 'to'), {replace: false})
      expect(await allRows(database)).toEqual(await allRows(first))
      await backUpDatabase(database, join(dir, 'back'), options)
      await restoreDatabase(last, join(dir, 'back'), {replace: false})
      expect(await allRows(last)).toEqual(await allRows(first))
      // But for its head and its sum, the file is the same, too.
      const rows = (name: string) => readFileSync(join(dir, name), 'utf8').split('\n').slice(1, -2)
      expect(rows('back')).toEqual(rows('to'))
      await Promise.all([first.close(), last.close()])
    }))

  test('a server that goes away while a backup is restored leaves what was there', () =>
    withDatabase('cut', async (database) => {
      const file = join(tempFolder(), 'a.backup')
      await fillDatabase(database, 1_203)
      const before = await allRows(database)
      await backUpDatabase(database, file, {now: new Date(), force: false})
      const bytes = readFileSync(file)
      let reading = 0
      const read = async function* () {
        yield bytes.subarray(0, bytes.length / 2)
        // The second reading is the one that fills.
        if (++reading === 2) await server.kill()
        yield bytes.subarray(bytes.length / 2)
      }
      await expect(restoreBackup(database, read, {replace: true})).rejects.toMatchObject(gone)
      await server.start()
      expect(await allRows(database)).toEqual(before)
      await expect(
        backUpDatabase(database, join(tempFolder(), 'b'), {now: new Date(), force: false}),
      ).resolves.toBeDefined()
    }))

  test('statements that somebody types only read, whatever they try', () =>
    withDatabase('typed', async (database) => {
      await fillDatabase(database)
      const before = await allRows(database)
      expect(
        await readSql(database, "select 1 as one, now() > '2020-01-01' as later, '\\x00ff'::bytea as bytes"),
      ).toEqual({
        columns: ['one', 'later', 'bytes'],
        rows: [{one: 1, later: true, bytes: '\\x00ff'}],
      })
      const tries = [
        'delete from users',
        'with gone as (delete from users returning id) select * from gone',
        'commit',
        'set transaction read write',
        "select E'\\'; commit; delete from users; --'",
        'selec',
      ]
      for (const statement of tries) await readSql(database, statement).catch(() => undefined)
      await expect(readSql(database, 'delete from users')).rejects.toMatchObject({code: 'NOT_SUPPORTED'})
      await expect(readSql(database, 'select * from nowhere')).rejects.toMatchObject({code: 'BAD_QUERY'})
      expect(await allRows(database)).toEqual(before)
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

  test('several may live in one database, each in a schema of its own', () =>
    withDatabase('schemas', async (database, url) => {
      await sql`create schema second`.execute(database.queries)
      const second = await openPostgres({url: `${url}?options=-c%20search_path%3Dsecond`})
      try {
        expect((await second.status()).pending).not.toEqual([])
        expect((await second.migrate()).applied).not.toEqual([])
        await second.queries.insertInto('users').values(userOf({})).execute()
        expect((await second.status()).rows.users).toBe(1)
        expect((await database.status()).rows.users).toBe(0)
        await second.drop()
        expect((await database.status()).pending).toEqual([])
      } finally {
        await second.close()
      }
      const nowhere = await openPostgres({url: `${url}?options=-c%20search_path%3Dnowhere`})
      await expect(nowhere.migrate()).rejects.toMatchObject({code: 'BACKEND_REFUSED'})
      await nowhere.close()
    }))

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

  test('commands work on it: made, looked at, backed up, restored, refused while it is away', async () => {
    await buildLogflow()
    const home = tempFolder()
    const url = server.url.replace(/logflow$/, 'by_command').replace('postgres@', 'postgres:geheim@')
    const run = (...args: string[]) => runLogflow(args, {home, cwd: home, env: {LOGFLOW_DATABASE_URL: url}})
    const missing = await run('db', 'status')
    expect(missing).toMatchObject({status: 3, stderr: expect.stringContaining('logflow db init  makes the database')})
    const made = await run('db', 'init', '--json')
    expect(JSON.parse(made.stdout)).toMatchObject({
      kind: 'postgres',
      location: `postgres://127.0.0.1:${PORT}/by_command`,
      migration: '0002-alert-engine',
    })
    expect(await run('db', 'shell', '-c', 'select count(*) as n from users')).toMatchObject({stdout: '{"n":0}\n'})
    expect(await run('db', 'backup', 'a')).toMatchObject({status: 0})
    expect(await run('db', 'restore', 'a')).toMatchObject({status: 0})
    await server.stop()
    const away = await run('db', 'backup', 'b')
    await server.start()
    expect(away).toMatchObject({status: 3, stdout: ''})
    expect(away.stderr).toMatch(/^error: No answer from the database at postgres:\/\/127\.0\.0\.1:\d+\/by_command: /)
    for (const {stdout, stderr} of [missing, made, away]) expect(stdout + stderr).not.toContain('geheim')
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
