import {existsSync} from 'node:fs'
import type {Alerts} from '../lib/alerts/alerts.js'
import {type MakeDatabase, openDatabase} from '../lib/compose.js'
import type {Config} from '../lib/config/config.js'
import type {Database, DatabaseFault, DatabaseStatus} from '../lib/database/database.js'
import {LogflowError} from '../lib/errors/logflow-error.js'
import {type AlertsStatus, alertsStatus} from '../lib/flows/alerts/alerts-status.js'
import type {Context} from './context.js'
import {callerHere} from './local-caller.js'

/** Opens the database as it is, without migrating it. */
export async function withDatabase<T>(
  {config}: Pick<Context, 'config'>,
  options: {make: MakeDatabase},
  work: (database: Database) => Promise<T>,
): Promise<T> {
  if (config.server !== undefined) {
    throw new LogflowError('NOT_SUPPORTED', `the database of ${config.server.url} is not reached through the server`, {
      suggestions: ['Run the command on the machine of the server', 'Or leave out the profile that names the server'],
    })
  }
  const database = await openDatabase(config, options)
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/** What `status` and `doctor` ask of it; absent where a server has it. One that nobody has made yet is not missed. */
export function databaseStatusOf(config: Config): (() => Promise<DatabaseStatus | undefined>) | undefined {
  if (config.server !== undefined) return undefined
  return async () => ifThere(config, (database) => database.status())
}

/** The same of alerts; absent, too, where the tables are not of this version. Asking makes or changes nothing. */
export function alertsStatusOf(config: Config, alerts: () => Promise<Alerts>): () => Promise<AlertsStatus | undefined> {
  return async () => {
    if (config.server === undefined) {
      const status = await databaseStatusOf(config)?.()
      if (status === undefined || status.pending.length > 0) return undefined
    }
    return alertsStatus(await alerts(), callerHere(), {everyMs: config.alerts.interval, now: new Date()})
  }
}

/** What is wrong with what it holds; none where there is no database, or a server has it. */
export async function databaseFaultsOf(config: Config): Promise<DatabaseFault[] | undefined> {
  return config.server === undefined ? ifThere(config, (database) => database.inspect()) : undefined
}

async function ifThere<T>(config: Config, ask: (database: Database) => Promise<T>): Promise<T | undefined> {
  const {database} = config
  if (database.kind === 'sqlite' && !existsSync(database.path)) return undefined
  return withDatabase({config}, {make: 'nothing'}, ask)
}
