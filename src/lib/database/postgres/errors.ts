// What PostgreSQL, its client and the network say, as LogflowErrors: the only place that reads their codes and texts.
// Codes: appendix A of PostgreSQL's manual.

import {LogflowError} from '../../errors/logflow-error.js'

/** Two transactions got in each other's way; the one that failed may be run again. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error))
}

const NO_CONNECTION =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOENT|08...|57P0[1235]|53300)$/
const CONNECTION_GONE =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client was closed|Client has encountered a connection error|not queryable/

/** A statement, or the wait for a lock, was ended by the server for taking too long. */
const TOO_LONG = new Set(['57014', '55P03', '25P03'])

/** The connection is of no use any more, or there is none. */
export function isConnectionLost(error: unknown): boolean {
  if (NO_CONNECTION.test(codeOf(error))) return true
  return error instanceof Error && CONNECTION_GONE.test(error.message)
}

/** The database that the URL names is not there. */
export function isNoSuchDatabase(error: unknown): boolean {
  return codeOf(error) === '3D000'
}

/** A row or a database that is there already. */
export function isDuplicate(error: unknown): boolean {
  return ['23505', '42P04'].includes(codeOf(error))
}

export function explainPostgres(error: unknown, location: string): LogflowError {
  if (error instanceof LogflowError) return error
  const code = codeOf(error)
  const said = saidBy(error)
  const failed = `Could not use the database at ${location}`
  if (isDuplicate(error)) {
    return new LogflowError('ALREADY_THERE', 'there is one already with that name or key', {cause: error})
  }
  if (isConnectionLost(error)) {
    return new LogflowError('DATABASE_UNREACHABLE', `No answer from the database at ${location}: ${said}`, {
      cause: error,
      retriable: true,
      suggestions: ['Check that PostgreSQL runs and can be reached from here', 'logflow config list  to see its URL'],
    })
  }
  if (isConflict(error) || TOO_LONG.has(code)) {
    return new LogflowError('DATABASE_UNREACHABLE', `${failed}: it is too busy (${said})`, {
      cause: error,
      retriable: true,
      suggestions: ['Try again'],
    })
  }
  if (/^28/.test(code) || /SASL|password/i.test(said)) {
    return new LogflowError('UNAUTHORISED', `${failed}: ${said}`, {
      cause: error,
      suggestions: ['Check the user and the password: LOGFLOW_DATABASE_URL, LOGFLOW_DATABASE_PASSWORD'],
    })
  }
  if (isNoSuchDatabase(error)) {
    return new LogflowError('BACKEND_REFUSED', `${failed}: ${said}`, {
      cause: error,
      suggestions: ['logflow db init  makes the database, where the user may do so', 'Or make it with createdb'],
    })
  }
  if (code === '25006') {
    return new LogflowError('PERMISSION', `${failed}: ${said}`, {
      cause: error,
      suggestions: ['Ask the primary server, where this is a standby'],
    })
  }
  if (code === '42501') {
    return new LogflowError('PERMISSION', `${failed}: ${said}`, {
      cause: error,
      suggestions: ['Let the user make tables in the schema: GRANT CREATE, USAGE ON SCHEMA public TO <user>'],
    })
  }
  if (code === '53100') {
    return new LogflowError('DISK_FULL', `${failed}: ${said}`, {
      cause: error,
      retriable: true,
      suggestions: ['Free some space on the disk of the server'],
    })
  }
  return new LogflowError('BACKEND_REFUSED', `${failed}: ${said}`, {cause: error})
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

/** One line; a failed connection to several addresses has said nothing itself, but for each. */
function saidBy(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return [...new Set(error.errors.map(saidBy))].join('; ')
  return (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ')
}
