import {chmodSync, closeSync, openSync, statSync, writeSync} from 'node:fs'
import {join} from 'node:path'
import Libsql from 'libsql'
import {expect, test} from 'vitest'
import {openSqlite} from '../../../../src/lib/database/sqlite/open-sqlite.js'
import {inspectDatabase} from '../../../../src/lib/flows/inspect-data.js'
import {fillDatabase} from '../../../support/database-rows.js'
import {tempFolder} from '../../../support/temp-folder.js'

/** What doctor tells of the content of a filled database that `spoil` has been at. */
async function told(spoil: (path: string) => void) {
  const path = join(tempFolder(), 'logflow.db')
  const made = await openSqlite({path})
  await made.migrate()
  await fillDatabase(made, 300)
  await made.close()
  // Into the file what is still in the log beside it.
  const plain = new Libsql(path)
  plain.prepare('pragma wal_checkpoint(truncate)').all([])
  spoil(path)
  plain.close()
  return inspectDatabase(async () => {
    const database = await openSqlite({path})
    try {
      return await database.inspect()
    } finally {
      await database.close()
    }
  })
}

test('a whole database is told as such', async () => {
  expect(await told(() => {})).toEqual([{name: 'database content', state: 'ok', finding: 'whole'}])
})

test('where there is none nothing is told', async () => {
  expect(await inspectDatabase(async () => undefined)).toEqual([])
})

test('a damaged file is told, with what to do', async () => {
  const checks = await told((path) => {
    const middle = Math.floor(statSync(path).size / 8_192) * 4_096
    const file = openSync(path, 'r+')
    for (let at = middle; at < middle + 32_768; at += 512) writeSync(file, 'damage', at)
    closeSync(file)
  })
  expect(checks.length).toBeGreaterThan(0)
  for (const check of checks) {
    expect(check).toMatchObject({state: 'failed', finding: expect.stringContaining('is damaged')})
    expect(check.fix).toContain('db restore')
  }
})

test('rows that belong to rows that are gone are told', async () => {
  const checks = await told((path) => {
    const other = new Libsql(path)
    other.exec("pragma foreign_keys = off; delete from users where id = 'user-00001'")
    other.close()
  })
  expect(checks).toMatchObject([{state: 'failed', finding: 'rows of api_tokens belong to rows that are gone'}])
})

test.skipIf(process.platform === 'win32')('a file that others may read is told', async () => {
  const checks = await told((path) => chmodSync(path, 0o644))
  expect(checks).toMatchObject([{state: 'warning', fix: expect.stringMatching(/^chmod 600 /)}])
})
