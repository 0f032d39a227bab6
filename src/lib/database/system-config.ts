// Settings that admins change while servers run, by GET /config and PUT /config/{key}. What is set here holds over the
// configuration file of each server. A key is here only if something reads it; a new one is a line in SYSTEM_KEYS.

import {LogflowError} from '../errors/logflow-error.js'
import type {Queries} from './database.js'

export interface SystemValues {
  registration: boolean
  public_reads: boolean
  rate_limits: string[]
}

export type SystemKey = keyof SystemValues

interface KeyRule {
  describe: string
  /** What it may hold, for the error. */
  holds: string
  fits(value: unknown): boolean
}

const isSwitch: Pick<KeyRule, 'holds' | 'fits'> = {
  holds: 'true or false',
  fits: (value) => typeof value === 'boolean',
}

const MOST_RATE_LIMITS = 100
const LONGEST_RATE_LIMIT = 200

export const SYSTEM_KEYS: Readonly<Record<SystemKey, KeyRule>> = {
  registration: {describe: 'anyone may make an account', ...isSwitch},
  public_reads: {describe: 'logs and metrics are read without signing in', ...isSwitch},
  rate_limits: {
    describe: 'limits other than the built-in ones, as endpoint=requests/period; off for none at all',
    holds: 'a list like ["auth.login=20/hour", "logs.search=100/minute"]',
    fits: (value) =>
      Array.isArray(value) &&
      value.length <= MOST_RATE_LIMITS &&
      value.every((limit) => typeof limit === 'string' && limit.length <= LONGEST_RATE_LIMIT),
  },
}

export interface SystemSetting {
  key: SystemKey
  describe: string
  /** `null`: not set; the configuration of each server holds. */
  value: SystemValues[SystemKey] | null
  updated_at?: string
  /** A user id. */
  updated_by?: string
}

/** Every key, set or not, in the order of the table. */
export async function listSystemSettings(queries: Queries): Promise<SystemSetting[]> {
  const rows = await queries.selectFrom('system_config').selectAll().where('key', 'in', keys()).execute()
  return keys().map((key) => {
    const row = rows.find((each) => each.key === key)
    const {describe} = SYSTEM_KEYS[key]
    if (row === undefined) return {key, describe, value: null}
    const {value, updated_at, updated_by} = row
    return {key, describe, value: JSON.parse(value), updated_at, ...(updated_by === null ? {} : {updated_by})}
  })
}

/** What is set. A value that an older logflow allowed and this one does not is left out. */
export async function readSystemValues(queries: Queries): Promise<Partial<SystemValues>> {
  const set = (await listSystemSettings(queries)).filter(
    ({key, value}) => value !== null && SYSTEM_KEYS[key].fits(value),
  )
  return Object.fromEntries(set.map(({key, value}) => [key, value]))
}

/**
 * Whether the rate limits name endpoints that there are is for the caller to check: the API knows its routes.
 *
 * @param value `null` takes it back to what the configuration says
 * @param by a user id. Rejects with NOT_FOUND (no such key) or USAGE (a value that it cannot hold)
 */
export async function setSystemValue(
  queries: Queries,
  {key, value, by, now}: {key: string; value: unknown; by: string; now: Date},
): Promise<SystemSetting> {
  if (!isKey(key)) {
    throw new LogflowError('NOT_FOUND', `there is no setting ${JSON.stringify(key)}`, {
      suggestions: [`Choose one of ${keys().join(', ')}`],
    })
  }
  const {describe, holds, fits} = SYSTEM_KEYS[key]
  if (value === null) {
    await queries.deleteFrom('system_config').where('key', '=', key).execute()
    return {key, describe, value: null}
  }
  if (!fits(value)) throw new LogflowError('USAGE', `${key} holds ${holds}, or null`)
  const row = {value: JSON.stringify(value), updated_at: now.toISOString(), updated_by: by}
  await queries
    .insertInto('system_config')
    .values({key, ...row})
    .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
    .execute()
  return {key, describe, value: value as SystemSetting['value'], updated_at: row.updated_at, updated_by: by}
}

function keys(): SystemKey[] {
  return Object.keys(SYSTEM_KEYS) as SystemKey[]
}

function isKey(key: string): key is SystemKey {
  return Object.hasOwn(SYSTEM_KEYS, key)
}
