// Everything database.ts promises, run over every engine: `databaseContract(name, open)` in a test file of the engine.

import {randomUUID} from 'node:crypto'
import {sql} from 'kysely'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Database, OnQuery, Queries} from '../../src/lib/database/database.js'
import {MIGRATIONS} from '../../src/lib/database/migrations/index.js'
import type {UserRow} from '../../src/lib/database/schema.js'
import {LogflowError} from '../../src/lib/errors/logflow-error.js'

export interface DatabaseUnderTest {
  /** Opens the same database once more, as another process would. */
  open(onQuery?: OnQuery): Promise<Database>
  /** A place where nothing has been made yet, each time another; gives what opens it. */
  fresh(): Promise<() => Promise<Database>>
  close(): Promise<void>
}

export function databaseContract(name: string, prepare: () => Promise<DatabaseUnderTest>): void {
  describe(name, {timeout: 120_000}, () => {
    let under: DatabaseUnderTest
    let database: Database
    beforeAll(async () => {
      under = await prepare()
      database = await under.open()
      await database.migrate()
    })
    afterAll(async () => {
      await database?.close()
      await under?.close()
    })

    const all = Object.keys(MIGRATIONS)

    describe('migrations', () => {
      test('are run once, in order, and told', async () => {
        const open = await under.fresh()
        const fresh = await open()
        try {
          expect(await fresh.status()).toMatchObject({pending: all, rows: {}})
          expect(await fresh.status()).not.toHaveProperty('migration')
          expect(await fresh.migrate()).toEqual({applied: all, already: []})
          expect(await fresh.migrate()).toEqual({applied: [], already: all})
          expect(await fresh.status()).toMatchObject({migration: all.at(-1), pending: []})
        } finally {
          await fresh.close()
        }
      })

      test('are run once when many start at the same time', async () => {
        const open = await under.fresh()
        const many = await Promise.all(Array.from({length: 5}, () => open()))
        try {
          const results = await Promise.all(many.map((each) => each.migrate()))
          expect(results.flatMap(({applied}) => applied)).toEqual(all)
        } finally {
          await Promise.all(many.map((each) => each.close()))
        }
      })

      test('of a newer logflow are refused with one line, by all who come', async () => {
        const open = await under.fresh()
        const fresh = await open()
        try {
          await fresh.migrate()
          await sql`insert into logflow_migrations values ('9999-of-tomorrow', '2030-01-01')`.execute(fresh.queries)
          for (const ask of [() => fresh.migrate(), () => fresh.status()]) {
            const error = await rejection(ask())
            expect(error.code).toBe('BACKEND_REFUSED')
            expect(error.message).toMatch(/ was written by a newer logflow \(migration 9999-of-tomorrow\)$/)
          }
        } finally {
          await fresh.close()
        }
      })
    })

    test('tells what it is', async () => {
      const status = await database.status()
      expect(status).toMatchObject({kind: database.kind, version: expect.stringMatching(/^(SQLite|PostgreSQL) \d/)})
      expect(status.connections).toBeGreaterThan(0)
      expect(Object.keys(status.rows)).toEqual([
        'alert_history',
        'alert_rules',
        'api_tokens',
        'audit',
        'leases',
        'notifications',
        'rule_states',
        'sessions_revoked',
        'sign_in_failures',
        'silences',
        'system_config',
        'triggered_alerts',
        'users',
      ])
    })

    describe('values', () => {
      test('come back as they were', async () => {
        const user = userOf({
          username: "Zoë “O'Brien” \\ %_; drop table users; -- $1 ? \u0001 \u{1F600}",
          full_name: null,
          token_version: Number.MAX_SAFE_INTEGER,
        })
        await database.queries.insertInto('users').values(user).execute()
        const read = () => database.queries.selectFrom('users').selectAll().where('id', '=', user.id).executeTakeFirst()
        expect(await read()).toEqual(user)
      })

      test.each([0.1, -1e300, 5e-324, 3])('a number %s comes back as it was', async (value) => {
        const id = randomUUID()
        await database.queries.insertInto('triggered_alerts').values(alertOf({id, value})).execute()
        const row = await database.queries.selectFrom('triggered_alerts').selectAll().where('id', '=', id).execute()
        expect(row).toEqual([alertOf({id, value})])
      })

      test.each([
        ['a NUL character', 'a\0b', /NUL/],
        ['half a surrogate pair', 'a\ud800b', /Unicode/],
      ])('text with %s is refused', async (_name, username, said) => {
        const error = await rejection(database.queries.insertInto('users').values(userOf({username})).execute())
        expect(error).toMatchObject({code: 'USAGE', message: expect.stringMatching(said)})
      })

      test('counts and sums are numbers', async () => {
        const {queries} = database
        const id = randomUUID()
        await queries
          .insertInto('users')
          .values([userOf({full_name: id}), userOf({full_name: id})])
          .execute()
        const row = await queries
          .selectFrom('users')
          .select((eb) => [eb.fn.countAll().as('rows'), eb.fn.sum('token_version').as('sum')])
          .where('full_name', '=', id)
          .executeTakeFirst()
        expect(row).toEqual({rows: 2, sum: 2})
      })

      test('text sorts by its code points, not by a language', async () => {
        const group = randomUUID()
        const names = ['a', 'B', 'Z', 'b', 'é', '_', '10', '9', '\u{1F600}', '\uffee']
        await database.queries
          .insertInto('users')
          .values(names.map((username) => userOf({username, full_name: group})))
          .execute()
        const rows = await database.queries
          .selectFrom('users')
          .select('username')
          .where('full_name', '=', group)
          .orderBy('username')
          .execute()
        expect(rows.map(({username}) => username)).toEqual([
          '10',
          '9',
          'B',
          'Z',
          '_',
          'a',
          'b',
          'é',
          '\uffee',
          '\u{1F600}',
        ])
      })

      test('a second row with a name that is taken is refused as ALREADY_THERE', async () => {
        const user = userOf({})
        await database.queries.insertInto('users').values(user).execute()
        const twice = [user, userOf({username_key: user.username_key})]
        for (const row of twice) {
          const error = await rejection(database.queries.insertInto('users').values(row).returningAll().execute())
          expect(error.code).toBe('ALREADY_THERE')
        }
      })

      test('an insert gives its row back; changes and removals tell how many', async () => {
        const {queries} = database
        const user = userOf({})
        expect(await queries.insertInto('users').values(user).returningAll().executeTakeFirst()).toEqual(user)
        const update = await queries.updateTable('users').set({active: 0}).where('id', '=', user.id).executeTakeFirst()
        expect(update.numUpdatedRows).toBe(1n)
        const nobody = await queries.deleteFrom('users').where('id', '=', 'nobody').executeTakeFirst()
        expect(nobody.numDeletedRows).toBe(0n)
      })

      test('what belongs to a row goes with it, and cannot be without it', async () => {
        const {queries} = database
        const user = userOf({})
        await queries.insertInto('users').values(user).execute()
        await queries.insertInto('api_tokens').values(tokenOf(user.id)).execute()
        await queries.deleteFrom('users').where('id', '=', user.id).execute()
        expect(await queries.selectFrom('api_tokens').selectAll().where('user_id', '=', user.id).execute()).toEqual([])
        await expect(queries.insertInto('api_tokens').values(tokenOf('nobody')).execute()).rejects.toBeInstanceOf(
          LogflowError,
        )
      })
    })

    describe('transactions', () => {
      test('are there as a whole, for others too, or not at all', async () => {
        const other = await under.open()
        const [kept, dropped] = [userOf({}), userOf({})]
        const seen = async (id: string) =>
          (await other.queries.selectFrom('users').select('id').where('id', '=', id).execute()).length
        try {
          await database.transaction(async (queries) => {
            await queries.insertInto('users').values(kept).execute()
            expect(await seen(kept.id)).toBe(0)
          })
          expect(await seen(kept.id)).toBe(1)
          const failure = new Error('no')
          const rejected = database.transaction(async (queries) => {
            await queries.insertInto('users').values(dropped).execute()
            throw failure
          })
          await expect(rejected).rejects.toBe(failure)
          expect(await seen(dropped.id)).toBe(0)
        } finally {
          await other.close()
        }
      })

      test('let nobody come between reading and writing', async () => {
        const many = await Promise.all(Array.from({length: 3}, () => under.open()))
        const key = randomUUID()
        await database.queries
          .insertInto('sign_in_failures')
          .values({key, failures: 0, first_at: NOW, last_at: NOW})
          .execute()
        const readThenWrite = (each: Database) =>
          each.transaction(async (queries) => {
            const row = await queries
              .selectFrom('sign_in_failures')
              .select('failures')
              .where('key', '=', key)
              .executeTakeFirstOrThrow()
            await queries
              .updateTable('sign_in_failures')
              .set({failures: row.failures + 1})
              .where('key', '=', key)
              .execute()
          })
        const addOne = (each: Database) =>
          each.queries
            .updateTable('sign_in_failures')
            .set((eb) => ({failures: eb('failures', '+', 1)}))
            .where('key', '=', key)
            .execute()
        try {
          const rounds = Array.from({length: 10}, () => many.flatMap((each) => [readThenWrite(each), addOne(each)]))
          await Promise.all(rounds.flat())
          const row = await database.queries.selectFrom('sign_in_failures').selectAll().where('key', '=', key).execute()
          expect(row).toEqual([{key, failures: 60, first_at: NOW, last_at: NOW}])
        } finally {
          await Promise.all(many.map((each) => each.close()))
        }
      })

      test('whose statement failed are undone, even where that was overlooked', async () => {
        const [user, late] = [userOf({}), userOf({})]
        await database.queries.insertInto('users').values(user).execute()
        const overlooked = database.transaction(async (queries) => {
          await queries.insertInto('users').values(late).execute()
          await queries
            .insertInto('users')
            .values(user)
            .execute()
            .catch(() => undefined)
        })
        expect((await rejection(overlooked)).code).toBe('ALREADY_THERE')
        expect(await database.queries.selectFrom('users').selectAll().where('id', '=', late.id).execute()).toEqual([])
        await database.transaction((queries) => queries.insertInto('users').values(late).execute())
      })

      test('do not keep others from reading', async () => {
        await database.transaction(async (queries) => {
          await queries.insertInto('users').values(userOf({})).execute()
          expect(await database.queries.selectFrom('users').select('id').limit(1).execute()).toHaveLength(1)
        })
      })
    })

    describe('snapshots', () => {
      test('are of one moment', async () => {
        const count = async (queries: Queries) =>
          (
            await queries
              .selectFrom('users')
              .select((eb) => eb.fn.countAll<number>().as('n'))
              .execute()
          )[0]?.n
        const late = userOf({})
        const [first, second] = await database.snapshot(async (queries) => {
          const before = await count(queries)
          await database.queries.insertInto('users').values(late).execute()
          await database.transaction((writer) => writer.insertInto('users').values(userOf({})).execute())
          return [before, await count(queries)]
        })
        expect(second).toBe(first)
        expect(await count(database.queries)).toBe((first ?? 0) + 2)
      })

      test.each([
        'delete from users',
        'drop table users',
        'with gone as (select 1) delete from users',
        "insert into system_config(key, value, updated_at) values('a', '1', '') returning key",
      ])('refuse %s', async (statement) => {
        const before = await database.status()
        const error = await rejection(database.snapshot((queries) => sql.raw(statement).execute(queries)))
        expect(error.code).toBe('PERMISSION')
        expect((await database.status()).rows).toEqual(before.rows)
      })
    })

    test('what is dropped is gone, and made anew by migrating; also where a newer logflow made it', async () => {
      const open = await under.fresh()
      const fresh = await open()
      try {
        await fresh.drop()
        await fresh.migrate()
        await fresh.queries.insertInto('users').values(userOf({})).execute()
        await sql`insert into logflow_migrations values ('9999-of-tomorrow', '2030-01-01')`.execute(fresh.queries)
        await fresh.drop()
        expect(await fresh.status()).toMatchObject({pending: all, rows: {}})
        await fresh.migrate()
        expect((await fresh.status()).rows.users).toBe(0)
      } finally {
        await fresh.close()
      }
    })

    test('each statement is told by its kind', async () => {
      const seen: string[] = []
      const told = await under.open((operation, seconds) => {
        expect(seconds).toBeGreaterThanOrEqual(0)
        seen.push(operation)
      })
      try {
        seen.length = 0
        const user = userOf({})
        await told.transaction(async (queries) => {
          await queries.insertInto('users').values(user).execute()
          await queries.updateTable('users').set({active: 0}).where('id', '=', user.id).execute()
        })
        await told.queries.selectFrom('users').selectAll().where('id', '=', user.id).execute()
        await told.queries.deleteFrom('users').where('id', '=', user.id).execute()
        expect(seen.filter((operation) => operation !== 'other')).toEqual(['insert', 'update', 'select', 'delete'])
      } finally {
        await told.close()
      }
    })
  })
}

const NOW = '2026-11-21T10:00:00.000Z'

async function rejection(work: Promise<unknown>): Promise<LogflowError> {
  const outcome = await work.then(
    () => new Error('it was not refused'),
    (error: unknown) => error,
  )
  expect(outcome).toBeInstanceOf(LogflowError)
  return outcome as LogflowError
}

/** A user nobody else has. */
export function userOf(change: Partial<UserRow>): UserRow {
  const id = randomUUID()
  return {
    id,
    username: id,
    username_key: id,
    email: null,
    email_key: null,
    full_name: null,
    password_hash: '$2b$12$x',
    role: 'user',
    active: 1,
    token_version: 1,
    created_at: NOW,
    updated_at: NOW,
    last_sign_in_at: null,
    ...change,
  }
}

function tokenOf(user: string) {
  const id = randomUUID()
  return {
    id,
    user_id: user,
    name: 'ci',
    token_hash: id,
    prefix: 'lf_x',
    scopes: '["read"]',
    created_at: NOW,
    expires_at: null,
    last_used_at: null,
    revoked_at: null,
  }
}

export function alertOf({id, value}: {id: string; value: number | null}) {
  return {
    id,
    rule_id: 'rule',
    rule_name: 'many errors',
    group_key: '{}',
    state: 'open' as const,
    severity: 'high',
    opened_at: NOW,
    updated_at: NOW,
    acknowledged_at: null,
    acknowledged_by: null,
    resolved_at: null,
    resolved_by: null,
    value,
    details: '{}',
    by_hand: null,
  }
}
