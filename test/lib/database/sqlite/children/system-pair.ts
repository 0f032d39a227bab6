import {setTimeout as sleep} from 'node:timers/promises'
import type {Queries} from '../../../../../src/lib/database/database.js'

/** Two rows that are there together or not at all, with time between them to be interrupted in. */
export async function setSystemPair(queries: Queries, key: string): Promise<void> {
  const row = {value: '1', updated_at: '', updated_by: null}
  await queries
    .insertInto('system_config')
    .values({key: `${key}-a`, ...row})
    .execute()
  await sleep(1)
  await queries
    .insertInto('system_config')
    .values({key: `${key}-b`, ...row})
    .execute()
}
