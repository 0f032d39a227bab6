import {join} from 'node:path'
import {beforeEach, expect, onTestFinished, test} from 'vitest'
import type {Database} from '../../../src/lib/database/database.js'
import {openSqlite} from '../../../src/lib/database/sqlite/open-sqlite.js'
import {listSystemSettings, readSystemValues, setSystemValue} from '../../../src/lib/database/system-config.js'
import {tempFolder} from '../../support/temp-folder.js'

const NOW = new Date('2026-11-21T10:00:00.000Z')

let database: Database
beforeEach(async () => {
  database = await openSqlite({path: join(tempFolder(), 'logflow.db')})
  onTestFinished(() => database.close())
  await database.migrate()
})

const set = (key: string, value: unknown) => setSystemValue(database.queries, {key, value, by: 'u1', now: NOW})

test('nothing is set at first, and every key is listed', async () => {
  const listed = await listSystemSettings(database.queries)
  expect(listed.map(({key, value}) => [key, value])).toEqual([
    ['registration', null],
    ['public_reads', null],
    ['rate_limits', null],
  ])
  expect(await readSystemValues(database.queries)).toEqual({})
})

test('what is set holds until it is taken back, and says by whom and when', async () => {
  const told = {key: 'registration', value: true, updated_at: NOW.toISOString(), updated_by: 'u1'}
  expect(await set('registration', true)).toMatchObject(told)
  await set('rate_limits', ['auth.login=20/hour', 'off'])
  expect(await readSystemValues(database.queries)).toEqual({
    registration: true,
    rate_limits: ['auth.login=20/hour', 'off'],
  })
  expect((await listSystemSettings(database.queries))[0]).toMatchObject(told)
  await set('registration', false)
  expect(await readSystemValues(database.queries)).toMatchObject({registration: false})
  expect(await set('registration', null)).toEqual({
    key: 'registration',
    describe: 'anyone may make an account',
    value: null,
  })
  await set('registration', null)
  expect(await readSystemValues(database.queries)).toEqual({rate_limits: ['auth.login=20/hour', 'off']})
})

test.each([
  ['registration', 'yes'],
  ['registration', 1],
  ['public_reads', {}],
  ['public_reads', undefined],
  ['rate_limits', 'auth.login=20/hour'],
  ['rate_limits', [1]],
  ['rate_limits', Array.from({length: 101}, () => 'off')],
  ['rate_limits', ['x'.repeat(201)]],
])('%s cannot hold %j', async (key, value) => {
  await expect(set(key, value)).rejects.toMatchObject({code: 'USAGE'})
})

test.each(['audit_head', 'nonsense', '__proto__', 'toString', '../x', "'; drop table users; --"])(
  'there is no key %s to be set, and what else is kept there is not shown',
  async (key) => {
    await expect(set(key, true)).rejects.toMatchObject({code: 'NOT_FOUND'})
    await database.queries
      .insertInto('system_config')
      .values({key: 'audit_head', value: '"1"', updated_at: '', updated_by: null})
      .execute()
    expect(await listSystemSettings(database.queries)).toHaveLength(3)
  },
)

test('a value that does not fit any more is not taken', async () => {
  await database.queries
    .insertInto('system_config')
    .values({key: 'public_reads', value: '"sometimes"', updated_at: '', updated_by: null})
    .execute()
  expect(await readSystemValues(database.queries)).toEqual({})
})
