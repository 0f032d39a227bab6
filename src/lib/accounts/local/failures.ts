import {createHash} from 'node:crypto'
import type {Queries} from '../../database/database.js'
import {keyOf} from '../check-user.js'
import {sourceNetwork} from '../source-network.js'
import {type Failures, type FailuresSoFar, FORGET_MS} from '../throttle.js'

/** Under which failures of a sign-in are counted. */
export interface FailureKeys {
  pair: string
  source: string
  account: string
}

/** A name that was typed may be a password in the wrong field: what is kept is its hash. */
export function failureKeys(username: string, source: string | undefined): FailureKeys {
  const name = createHash('sha256').update(keyOf(username)).digest('hex').slice(0, 32)
  const network = source === undefined ? 'local' : sourceNetwork(source)
  return {pair: `pair:${name}@${network}`, source: `source:${network}`, account: `account:${name}`}
}

export async function failuresSoFar(queries: Queries, keys: FailureKeys): Promise<FailuresSoFar> {
  const rows = await queries
    .selectFrom('sign_in_failures')
    .selectAll()
    .where('key', 'in', Object.values(keys))
    .execute()
  const of = (key: string): Failures | undefined => {
    const row = rows.find((one) => one.key === key)
    return row && {count: row.failures, lastAt: Date.parse(row.last_at)}
  }
  return {pair: of(keys.pair), source: of(keys.source), account: of(keys.account)}
}

/** Counts one more under each key, and forgets what is too old. */
export async function countFailure(queries: Queries, keys: FailureKeys, now: Date): Promise<void> {
  const at = now.toISOString()
  await queries.deleteFrom('sign_in_failures').where('last_at', '<', tooOld(now)).execute()
  for (const key of Object.values(keys)) {
    await queries
      .insertInto('sign_in_failures')
      .values({key, failures: 1, first_at: at, last_at: at})
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet((row) => ({failures: row('sign_in_failures.failures', '+', 1), last_at: at})),
      )
      .execute()
  }
}

/**
 * A sign-in that went well forgets the failures of this account from this source. Those of the source for other
 * accounts stay: a guesser with an account of their own could wipe them away.
 */
export async function forgetFailures(queries: Queries, {pair}: FailureKeys): Promise<void> {
  await queries.deleteFrom('sign_in_failures').where('key', '=', pair).execute()
}

function tooOld(now: Date): string {
  return new Date(now.getTime() - FORGET_MS).toISOString()
}
