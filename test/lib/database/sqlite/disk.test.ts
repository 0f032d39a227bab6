import {execFileSync} from 'node:child_process'
import {cpSync} from 'node:fs'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import type {Database} from '../../../../src/lib/database/database.js'
import {openSqlite} from '../../../../src/lib/database/sqlite/open-sqlite.js'
import {userOf} from '../../../contracts/database.js'
import {noSmallDisk, smallDisk} from '../../../support/full-disk.js'
import {tempFolder} from '../../../support/temp-folder.js'

if (noSmallDisk) process.stderr.write(`SKIPPED: the database on a full disk: ${noSmallDisk}\n`)

async function migrated(dir: string): Promise<Database> {
  const database = await openSqlite({path: join(dir, 'logflow.db')})
  onTestFinished(() => database.close())
  await database.migrate()
  return database
}

const large = () => userOf({full_name: 'x'.repeat(100_000)})

test.skipIf(noSmallDisk)('a full disk is told, takes nothing half, and is over once there is room', async () => {
  const disk = smallDisk(4_000_000)
  const database = await migrated(disk.dir)
  const users = async () => (await database.status()).rows.users
  await database.queries.insertInto('users').values(userOf({})).execute()
  disk.fill()
  const full = {code: 'DISK_FULL', retriable: true, message: expect.stringContaining('the disk is full')}
  await expect(database.queries.insertInto('users').values(large()).execute()).rejects.toMatchObject(full)
  const several = database.transaction(async (queries) => {
    for (let i = 0; i < 10; i++) await queries.insertInto('users').values(large()).execute()
  })
  await expect(several).rejects.toMatchObject(full)
  expect(await users()).toBe(1)
  disk.free()
  await database.queries.insertInto('users').values(large()).execute()
  await database.transaction((queries) => queries.insertInto('users').values(large()).execute())
  expect(await users()).toBe(3)
})

test.skipIf(noSmallDisk)('no database can be made on a full disk, and one can once there is room', async () => {
  const disk = smallDisk(1_000_000)
  disk.fill(8_192)
  const path = join(disk.dir, 'logflow.db')
  const make = async () => {
    const database = await openSqlite({path})
    try {
      return await database.migrate()
    } finally {
      await database.close()
    }
  }
  await expect(make()).rejects.toMatchObject({code: 'DISK_FULL'})
  disk.free()
  expect((await make()).applied.length).toBeGreaterThan(0)
})

test.skipIf(noSmallDisk)('a disk that may only be read is told as such', async () => {
  const disk = smallDisk(4_000_000)
  const path = join(disk.dir, 'logflow.db')
  const made = tempFolder()
  await migrated(made)
  cpSync(made, disk.dir, {recursive: true})
  execFileSync('mount', ['-o', 'remount,ro', disk.dir])
  const refused = async () => {
    const reader = await openSqlite({path})
    try {
      await reader.queries.insertInto('users').values(userOf({})).execute()
    } finally {
      await reader.close()
    }
  }
  await expect(refused()).rejects.toMatchObject({code: 'PERMISSION', message: expect.stringContaining(path)})
})
