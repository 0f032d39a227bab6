import {createHash} from 'node:crypto'
import {existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import type {Database} from '../../../src/lib/database/database.js'
import {openSqlite} from '../../../src/lib/database/sqlite/open-sqlite.js'
import {backUpDatabase, restoreDatabase} from '../../../src/lib/flows/database-files.js'
import {userOf} from '../../contracts/database.js'
import {allRows, fillDatabase} from '../../support/database-rows.js'
import {noSmallDisk, smallDisk} from '../../support/full-disk.js'
import {tempFolder} from '../../support/temp-folder.js'

const NOW = new Date('2026-11-21T10:00:00.000Z')
const once = {now: NOW, force: false}

async function fresh(): Promise<Database> {
  const database = await openSqlite({path: join(tempFolder(), 'logflow.db')})
  onTestFinished(() => database.close())
  await database.migrate()
  return database
}

/** A filled database and its backup. */
async function backedUp(users?: number) {
  const database = await fresh()
  await fillDatabase(database, users)
  const file = join(tempFolder(), 'accounts.backup')
  const summary = await backUpDatabase(database, file, once)
  return {database, file, summary}
}

test('what is restored is what was backed up', async () => {
  // More than two pages of a table.
  const {database, file, summary} = await backedUp(1_203)
  const before = await allRows(database)
  expect(summary.rows).toMatchObject({users: 1_203, audit: 20, triggered_alerts: 6, notifications: 1})
  expect(statSync(file)).toMatchObject({size: summary.bytes})
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(dirname(file))).toEqual(['accounts.backup'])
  const other = await fresh()
  const restored = await restoreDatabase(other, file, {replace: false})
  expect(restored).toMatchObject({replaced: 0, head: {from: 'sqlite', made_at: NOW.toISOString()}})
  expect(await allRows(other)).toEqual(before)
})

test('a backup is of one moment', async () => {
  const database = await fresh()
  await fillDatabase(database, 1_203)
  const before = await allRows(database)
  const file = join(tempFolder(), 'a.backup')
  const writing = backUpDatabase(database, file, once)
  for (let i = 0; i < 20; i++) {
    await database.transaction(async (queries) => {
      await queries
        .insertInto('users')
        .values(userOf({id: `zzz-${i}`}))
        .execute()
      await queries.deleteFrom('audit').where('seq', '=', i).execute()
    })
  }
  await writing
  const other = await fresh()
  await restoreDatabase(other, file, {replace: false})
  const after = await allRows(other)
  // Whole as it was before some number of those transactions, whichever.
  const added = after.users?.length ?? 0
  const gone = 20 - (after.audit?.length ?? 0)
  expect(Math.max(0, added - 1_203 - 1)).toBe(gone)
  expect(after.triggered_alerts).toEqual(before.triggered_alerts)
})

test('a name that is taken is left alone unless that is asked for', async () => {
  const {database, file} = await backedUp()
  const before = readFileSync(file)
  await expect(backUpDatabase(database, file, once)).rejects.toMatchObject({code: 'ALREADY_THERE'})
  expect(readFileSync(file)).toEqual(before)
  await backUpDatabase(database, file, {now: new Date(0), force: true})
  expect(readFileSync(file)).not.toEqual(before)
})

test('nothing is written through a link that lies in the way', async () => {
  const database = await fresh()
  const [file, victim] = [join(tempFolder(), 'a.backup'), join(tempFolder(), 'victim')]
  writeFileSync(victim, 'mine')
  symlinkSync(victim, `${file}.part`)
  await backUpDatabase(database, file, once)
  expect(readFileSync(victim, 'utf8')).toBe('mine')
  expect(existsSync(`${file}.part`)).toBe(false)
})

test.skipIf(noSmallDisk)('a full disk leaves no half backup behind', async () => {
  const database = await fresh()
  await fillDatabase(database, 1_000)
  const disk = smallDisk(100_000)
  await expect(backUpDatabase(database, join(disk.dir, 'a.backup'), once)).rejects.toMatchObject({code: 'DISK_FULL'})
  expect(readdirSync(disk.dir)).toEqual([])
})

test('tables of another version are not backed up', async () => {
  const database = await openSqlite({path: join(tempFolder(), 'logflow.db')})
  onTestFinished(() => database.close())
  await expect(backUpDatabase(database, join(tempFolder(), 'a'), once)).rejects.toMatchObject({
    code: 'BACKEND_REFUSED',
    suggestions: ['logflow db migrate'],
  })
})

test('a database that holds something is refused, and replaced where that is asked for', async () => {
  const {database, file} = await backedUp()
  const other = await fresh()
  await other.queries
    .insertInto('users')
    .values(userOf({id: 'mine'}))
    .execute()
  const before = await allRows(other)
  await expect(restoreDatabase(other, file, {replace: false})).rejects.toMatchObject({
    code: 'ALREADY_THERE',
    message: 'the database is not empty: it holds 1 row',
  })
  expect(await allRows(other)).toEqual(before)
  expect((await restoreDatabase(other, file, {replace: true})).replaced).toBe(1)
  expect(await allRows(other)).toEqual(await allRows(database))
})

/** With the sum that its bytes have, as somebody who edits a backup by hand would not think of. */
function summed(text: string): string {
  const lines = text.trimEnd().split('\n')
  const end = JSON.parse(lines.pop() as string) as object
  const body = `${lines.join('\n')}\n`
  return `${body}${JSON.stringify({...end, sha256: createHash('sha256').update(body).digest('hex')})}\n`
}

const DAMAGES: Array<[string, (text: string) => string, RegExp]> = [
  ['it is empty', () => '', /it is empty/],
  ['it is something else', () => 'id,name\n1,2\n', /does not begin like one/],
  ['it is other JSON', () => '{"a":1}\n', /does not begin like one/],
  ['its end is missing', (text) => text.slice(0, text.lastIndexOf('{"end"')), /its end is missing/],
  ['it ends in a row', (text) => text.slice(0, 1_000), /is no row|its end is missing/],
  ['a letter was changed', (text) => text.replace('u2@example.com', 'u3@example.org'), /its sum does not fit/],
  ['a row was left out', (text) => text.replace(/\n\{"table":"users"[^\n]*/, ''), /its sum does not fit/],
  ['a row was left out and the sum mended', (text) => summed(text.replace(/\n\{"table":"users"[^\n]*/, '')), /missing/],
  ['something follows', (text) => `${text}{"table":"users","row":{}}\n`, /something follows its end/],
  ['another table', (text) => summed(text.replace('"table":"users"', '"table":"sqlite_master"')), /no table "sqlite_m/],
  ['another column', (text) => summed(text.replace('"username"', '"user\\"name"')), /no column "user\\"name"/],
  ['a missing column', (text) => summed(text.replace('"username":', '"email":')), /do not fit the tables/],
  ['a value of no column', (text) => summed(text.replace('"active":1', '"active":[1]')), /a value that no column has/],
  [
    'rows twice',
    (text) => summed(text.replace(/(\n\{"table":"audit"[^\n]*)/, '$1$1')),
    /do not fit the tables|missing/,
  ],
]

test.each(DAMAGES)('a backup that is damaged changes nothing: %s', async (_name, damage, said) => {
  const {file} = await backedUp()
  const damaged = damage(readFileSync(file, 'utf8'))
  expect(damaged).not.toBe(readFileSync(file, 'utf8'))
  writeFileSync(file, damaged)
  const other = await fresh()
  await other.queries.insertInto('users').values(userOf({})).execute()
  const before = await allRows(other)
  await expect(restoreDatabase(other, file, {replace: true})).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringMatching(said),
  })
  expect(await allRows(other)).toEqual(before)
})

test.each([
  ['its format', '"logflow_backup":1', '"logflow_backup":2'],
  ['its tables', '"migration":"0002', '"migration":"9999'],
])('a backup of a newer logflow is refused: %s', async (_name, from, to) => {
  const {file} = await backedUp()
  writeFileSync(file, summed(readFileSync(file, 'utf8').replace(from, to)))
  await expect(restoreDatabase(await fresh(), file, {replace: true})).rejects.toMatchObject({
    code: 'BACKEND_REFUSED',
    message: expect.stringContaining('made by a newer logflow'),
  })
})

test('a backup from before there was an alert engine is restored, and what is new in it is empty', async () => {
  const {database, file} = await backedUp()
  writeFileSync(file, summed(asBefore0002(readFileSync(file, 'utf8'))))
  const other = await fresh()
  await restoreDatabase(other, file, {replace: false})
  const [before, after] = [await allRows(database), await allRows(other)]
  for (const table of ['rule_states', 'alert_history', 'silences', 'leases']) expect(after[table]).toEqual([])
  for (const table of ['users', 'audit', 'triggered_alerts']) expect(after[table]).toEqual(before[table])
  expect(after.notifications).toEqual([
    {...(before.notifications?.[0] as object), rule_id: null, owner_id: null, config: null},
  ])
})

/** The same backup as the first tables held it; its sum is to be mended. */
function asBefore0002(text: string): string {
  const added = ['by_hand', 'rule_id', 'owner_id', 'config', 'claimed_by']
  const lines = text
    .trimEnd()
    .split('\n')
    .map(
      (line) => JSON.parse(line) as {table?: string; row?: Record<string, unknown>; migration?: string; rows?: object},
    )
  const counts: Record<string, number> = {}
  const kept = lines.flatMap<object>((line) => {
    if (line.migration !== undefined) return [{...line, migration: '0001-first-tables'}]
    const {table, row} = line
    if (table === undefined || row === undefined) return [{...line, rows: counts}]
    if (['rule_states', 'alert_history', 'silences', 'leases'].includes(table)) return []
    counts[table] = (counts[table] ?? 0) + 1
    const old = table === 'triggered_alerts' ? ['by_hand'] : table === 'notifications' ? added : []
    return [{table, row: Object.fromEntries(Object.entries(row).filter(([column]) => !old.includes(column)))}]
  })
  return `${kept.map((line) => JSON.stringify(line)).join('\n')}\n`
}

test('a file that is not there is told', async () => {
  await expect(restoreDatabase(await fresh(), '/nowhere/a.backup', {replace: true})).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    message: 'cannot read /nowhere/a.backup: no such file',
  })
})
