// When a sign-in may be tried, from the failures before it. Nothing here locks an account:
// - From one source, five wrong passwords for one account are free; then the wait doubles from 1 s to 15 minutes.
// - From one source, twenty failures over all accounts are free; then the same.
// - An account that was tried in vain a hundred times within a day, from wherever, is being guessed at: each source
//   then waits after its first failure, from 30 s on.
// A source with no failure of its own is never made to wait, and a try that is refused here is not counted. So the right
// password gets in at once from a source that has not failed, and from any other after 15 minutes at the longest.

/** Wrong passwords in a row, and when the last one was. */
export interface Failures {
  count: number
  /** Milliseconds since the epoch. */
  lastAt: number
}

export interface FailuresSoFar {
  /** Of this account, from this source. */
  pair?: Failures
  /** From this source, for any account. */
  source?: Failures
  /** Of this account, from anywhere. */
  account?: Failures
}

/** Failures are forgotten after this time without another. */
export const FORGET_MS = 24 * 3_600_000

const FREE_OF_PAIR = 5
const FREE_OF_SOURCE = 20
const GUESSED_AT = 100
const LEAST_WAIT_MS = 1_000
const LEAST_WAIT_GUESSED_MS = 30_000
export const LONGEST_WAIT_MS = 15 * 60_000

/** Milliseconds until the password may be tried; 0: now. */
export function waitBeforeTry({pair, source, account}: FailuresSoFar, now: number): number {
  const guessedAt = remembered(account, now) >= GUESSED_AT
  const waits = guessedAt ? [left(pair, 1, LEAST_WAIT_GUESSED_MS, now)] : [left(pair, FREE_OF_PAIR, LEAST_WAIT_MS, now)]
  waits.push(left(source, FREE_OF_SOURCE, LEAST_WAIT_MS, now))
  return Math.max(...waits)
}

/** What is left of the wait after the last failure: it doubles with each one beyond those that are free. */
function left(failures: Failures | undefined, free: number, least: number, now: number): number {
  const beyond = remembered(failures, now) - free
  if (failures === undefined || beyond < 0) return 0
  const wait = Math.min(least * 2 ** Math.min(beyond, 30), LONGEST_WAIT_MS)
  // A clock that was set back must not make the wait longer than the longest.
  return Math.max(0, wait - Math.max(0, now - failures.lastAt))
}

function remembered(failures: Failures | undefined, now: number): number {
  return failures === undefined || now - failures.lastAt > FORGET_MS ? 0 : failures.count
}
