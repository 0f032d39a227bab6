import type {Queries} from '../../database/database.js'
import type {UserRow} from '../../database/schema.js'
import {LogflowError} from '../../errors/logflow-error.js'
import type {Caller} from '../accounts.js'
import {audited, type Note} from '../audited.js'
import {waitBeforeTry} from '../throttle.js'
import {countFailure, type FailureKeys, failureKeys, failuresSoFar, forgetFailures} from './failures.js'
import type {Parts} from './parts.js'

export interface Try {
  /** As it was typed. */
  username: string
  password: string
  from: Pick<Caller, 'source' | 'operation'>
  /** Event of the audit trail when it fails. */
  failed: 'sign_in_failed' | 'password_change_failed'
  find(queries: Queries): Promise<UserRow | undefined>
}

/**
 * Asks for a password under the throttle, and does `then` in the transaction that forgets the failures before. Does the
 * same work for an account that is not there, one that is switched off, and a wrong password, and tells the same.
 */
export async function tryPassword<T>(
  parts: Parts,
  turns: Turns,
  tried: Try,
  then: (queries: Queries, note: Note, user: UserRow) => Promise<T>,
): Promise<T> {
  const keys = failureKeys(tried.username, tried.from.source)
  // One after the other, so that many tries at once from one source are counted before the next is let in.
  return turns.take(keys.source, async () => {
    await needNoWait(parts, keys)
    const user = await tried.find(parts.database.queries)
    const fits = await parts.passwords.verify(tried.password, user?.password_hash)
    if (!user || !fits || user.active !== 1) {
      await noteFailure(parts, keys, tried, user, fits)
      parts.signals.counters.authAttempt('failure')
      throw new LogflowError('UNAUTHORISED', 'wrong username or password')
    }
    return audited(parts, async (queries, note) => {
      await forgetFailures(queries, keys)
      return then(queries, note, user)
    })
  })
}

async function needNoWait({database: {queries}, now, signals}: Parts, keys: FailureKeys): Promise<void> {
  const wait = waitBeforeTry(await failuresSoFar(queries, keys), now().getTime())
  if (wait === 0) return
  signals.counters.authAttempt('throttled')
  const seconds = Math.ceil(wait / 1_000)
  const refused = new LogflowError('THROTTLED', `too many failed sign-ins: try again in ${seconds} s`, {
    retriable: true,
  })
  // Read where an answer of the API says when to try again.
  throw Object.assign(refused, {retryAfterMs: wait})
}

async function noteFailure(
  parts: Parts,
  keys: FailureKeys,
  {from, failed}: Try,
  user: UserRow | undefined,
  fits: boolean,
): Promise<void> {
  await audited(parts, async (queries, note) => {
    await countFailure(queries, keys, parts.now())
    const reason = user === undefined ? 'unknown_account' : fits ? 'switched_off' : 'wrong_password'
    await note({
      event: failed,
      caller: {...from, subject: 'anonymous'},
      ...(user === undefined ? {} : {object: user.id}),
      reason,
    })
  })
}

/** Queues by key, in this process: each waits for the one before it. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    const ended = mine.catch(() => undefined)
    this.#last.set(key, ended)
    try {
      return await mine
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key)
    }
  }
}
