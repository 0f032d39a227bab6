import {LogflowError} from '../../errors/logflow-error.js'

/** No answer within the time a command may take. */
export class TooSlow extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`)
  }
}

/**
 * What went wrong with Redis, for a user. The client's own error is not kept as the cause: it carries the arguments of
 * the command, and with AUTH that is the password.
 */
export function redisError(error: unknown, where: string): LogflowError {
  const said = reasonOf(error)
  if (/^(NOAUTH|WRONGPASS|NOPERM|ERR (invalid password|AUTH))/.test(said)) {
    return new LogflowError('UNAUTHORISED', `Redis at ${where} refuses: ${said}`, {
      suggestions: ['Set LOGFLOW_REDIS_PASSWORD, and the user in redis.url: redis://user@host:6379'],
    })
  }
  return new LogflowError('CACHE_UNREACHABLE', `no answer from Redis at ${where}: ${said}`, {
    retriable: true,
    suggestions: ['logflow config get redis.url  to see where it is looked for', 'Check that the server runs'],
  })
}

/** One line, from what the client or the server said. */
export function reasonOf(error: unknown): string {
  const {message, code} = error instanceof Error ? (error as NodeJS.ErrnoException) : {message: String(error), code: ''}
  // Node leaves the message empty where several addresses were tried.
  return (message || code || 'unknown error').split('\n', 1)[0] as string
}
