import type {Bus} from '../bus/bus.js'
import type {DatabaseFault} from '../database/database.js'
import type {Inspection, InspectOptions} from '../errors/inspection.js'
import {LogflowError} from '../errors/logflow-error.js'
import type {Store} from '../store/store.js'
import type {Check} from './check-health.js'

/** Reads every byte that the bus and the store keep on this machine: a check for each, and one for each damage. */
export async function inspectData(
  {bus, store}: {bus: () => Promise<Bus>; store: () => Promise<Store>},
  options: InspectOptions,
): Promise<Check[]> {
  return [
    ...(await checksOf('bus content', 'units', bus, options)),
    ...(await checksOf('store content', 'records', store, options)),
  ]
}

/** @param faults what is wrong with the database; `undefined` where there is none */
export async function inspectDatabase(faults: () => Promise<DatabaseFault[] | undefined>): Promise<Check[]> {
  const name = 'database content'
  try {
    const found = await faults()
    if (found === undefined) return []
    if (found.length === 0) return [{name, state: 'ok', finding: 'whole'}]
    return found.map(({harmless, ...fault}) => ({name, state: harmless ? 'warning' : 'failed', ...fault}))
  } catch (error) {
    if (!(error instanceof LogflowError)) throw error
    // What does not answer has its own check already.
    if (error.code !== 'CORRUPT') return []
    return [{name, state: 'failed', finding: error.message, fix: error.suggestions.join('; ')}]
  }
}

async function checksOf(
  name: string,
  what: string,
  open: () => Promise<{inspect?(options: InspectOptions): Promise<Inspection>}>,
  options: InspectOptions,
): Promise<Check[]> {
  try {
    const part = await open()
    if (!part.inspect) return []
    const {records, findings} = await part.inspect(options)
    const finding = `every byte read, ${records.toLocaleString('en-US')} ${what} whole`
    if (options.signal?.aborted)
      return [{name, state: 'warning', finding: `interrupted: ${finding}`, fix: 'run it again'}]
    const checks = findings.map(
      ({harmless, ...damage}): Check => ({name, state: harmless ? 'warning' : 'failed', ...damage}),
    )
    return checks.some(({state}) => state === 'failed') ? checks : [{name, state: 'ok', finding}, ...checks]
  } catch (error) {
    if (!(error instanceof LogflowError)) throw error
    // What is not reachable has its own check already.
    if (error.code === 'BUS_UNREACHABLE' || error.code === 'STORE_UNREACHABLE') return []
    return [{name, state: 'failed', finding: error.message, fix: error.suggestions.join('; ') || undefined}]
  }
}
