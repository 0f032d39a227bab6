// Backups of the database as files: whole or not there at all, and for their owner alone, since they hold the hashes of
// passwords and tokens.

import {constants, createReadStream} from 'node:fs'
import {access, open, rename, rm} from 'node:fs/promises'
import {dirname} from 'node:path'
import {type RestoreSummary, restoreBackup} from '../database/backup/restore-backup.js'
import {type BackupSummary, writeBackup} from '../database/backup/write-backup.js'
import type {Database} from '../database/database.js'
import {LogflowError} from '../errors/logflow-error.js'
import {syncFolder} from '../sources/replace-file.js'
import {tellFileError} from './text-file.js'

export interface BackUpOptions {
  now: Date
  /** Replaces a file that is there. */
  force: boolean
}

/** Writes beside `path` first, so that what carries its name is whole. Rejects with ALREADY_THERE where it is taken. */
export async function backUpDatabase(
  database: Database,
  path: string,
  {now, force}: BackUpOptions,
): Promise<BackupSummary> {
  if (!force && (await exists(path))) {
    throw new LogflowError('ALREADY_THERE', `${path} is there already`, {
      suggestions: ['Choose another name', '--force  to replace it'],
    })
  }
  const part = `${path}.part`
  const told = <T>(work: Promise<T>) =>
    work.catch((error) => {
      throw tellFileError('write', path, error)
    })
  // What a killed run left there; and nothing is written through a link that somebody laid.
  await told(rm(part, {force: true}))
  const file = await told(open(part, 'wx', 0o600))
  try {
    let summary: BackupSummary
    try {
      summary = await writeBackup(database, now, (text) => told(file.writeFile(text)))
      await told(file.sync())
    } finally {
      await file.close()
    }
    await told(rename(part, path))
    await told(syncFolder(dirname(path)))
    return summary
  } catch (error) {
    await rm(part, {force: true}).catch(() => undefined)
    throw error
  }
}

/** See {@link restoreBackup}. */
export function restoreDatabase(
  database: Database,
  path: string,
  options: {replace: boolean},
): Promise<RestoreSummary> {
  return restoreBackup(database, () => bytesOf(path), options)
}

async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path) as AsyncIterable<Buffer>
  } catch (error) {
    throw tellFileError('read', path, error)
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  )
}
