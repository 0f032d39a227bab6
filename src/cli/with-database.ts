import {openDatabase} from '../lib/compose.js'
import type {Database} from '../lib/database/database.js'
import type {Context} from './context.js'

/** Opens the database as it is, without migrating it; one that is not there is made only where `create` says so. */
export async function withDatabase<T>(
  {config}: Context,
  options: {create: boolean},
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(config, options)
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}
