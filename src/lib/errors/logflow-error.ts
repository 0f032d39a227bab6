// Every failure a user can meet is a LogflowError with a stable code; the code decides the exit status.
// A member of CODES is a kind of failure, never a place in the code. Foreign messages are translated
// into codes in one file per client (bus/kafka/errors.ts is the one to copy).

/** Exit status by code, as promised in the README (spec §3). */
export const CODES = {
  /** The answer is no: nothing matched under --fail-if-none, an expectation broke. */
  NO_MATCH: 1,
  /** There is no such account, token or rule. */
  NOT_FOUND: 1,
  /** Records that a run sent are not in the store, or there twice. */
  NOT_STORED: 1,
  /** A unit test of an alert rule differs. */
  TEST_FAILED: 1,
  /** A check of doctor failed. */
  UNHEALTHY: 1,
  /** Wrong use: a bad flag, argument, query or configuration. */
  USAGE: 2,
  BAD_QUERY: 2,
  /** What is asked for is good, but not of this store. */
  NOT_SUPPORTED: 2,
  BAD_CONFIG: 2,
  /** An alert rule that cannot be: an unknown field, a bad query, a threshold that is no number. */
  BAD_RULE: 2,
  /** A name that is taken, or something that changed meanwhile. */
  ALREADY_THERE: 2,
  /** Could not know: a backend does not answer, or the pipeline has not caught up. */
  BUS_UNREACHABLE: 3,
  STORE_UNREACHABLE: 3,
  NOT_CAUGHT_UP: 3,
  BACKEND_REFUSED: 3,
  DATABASE_UNREACHABLE: 3,
  CACHE_UNREACHABLE: 3,
  /** The logflow server that a profile names does not answer. */
  SERVER_UNREACHABLE: 3,
  /** Asked too often; later is fine. */
  THROTTLED: 3,
  /** Nobody, or not authorised by the backend. */
  UNAUTHORISED: 4,
  /** Signed in, but not theirs to do. */
  FORBIDDEN: 4,
  /** Done, but some records are dead-lettered. */
  DEAD_LETTERED: 5,
  /** A local resource. */
  FILE_UNREADABLE: 6,
  DISK_FULL: 6,
  OUT_OF_MEMORY: 6,
  PERMISSION: 6,
  LOCK_HELD: 6,
  CORRUPT: 6,
  /** A fault of ours, sums that do not close included. */
  INTERNAL: 70,
} as const

export type ErrorCode = keyof typeof CODES

export interface LogflowErrorOptions {
  cause?: unknown
  /** True when the same call may succeed later with nothing changed. */
  retriable?: boolean
  /** What to do next, one imperative line each; a command to type starts with `logflow `. */
  suggestions?: string[]
}

/** An error whose message is meant for the user: what was tried, on what, and what came back. */
export class LogflowError extends Error {
  override readonly name = 'LogflowError'
  readonly code: ErrorCode
  readonly retriable: boolean
  readonly suggestions: string[]
  /** Read by oclif in JSON mode. */
  readonly exitCode: number
  /** Read by oclif in text mode. */
  readonly oclif: {exit: number}

  constructor(code: ErrorCode, message: string, options: LogflowErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.code = code
    this.retriable = options.retriable ?? false
    this.suggestions = options.suggestions ?? []
    this.exitCode = CODES[code]
    this.oclif = {exit: CODES[code]}
  }
}

/** Thrown by writers of output when the reader of our pipe has gone away: a normal end, exit status 0. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

/** Closes a `switch` over a union: the compiler objects when a member is missing. */
export function unreachable(value: never): never {
  throw new LogflowError('INTERNAL', `unexpected value ${JSON.stringify(value)}`)
}
