import type {FastifyReply, FastifyRequest} from 'fastify'
import type {ApiParts} from '../api.js'

/** An answer that has not begun after `api.request_timeout` becomes a 504. Streams that have begun go on. */
export function answerInTime({config}: ApiParts) {
  const {requestTimeout} = config.api
  return async (_request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (requestTimeout === 0) return
    const timer = setTimeout(() => {
      if (!reply.sent && !reply.raw.destroyed) reply.send(new DOMException('no answer in time', 'TimeoutError'))
    }, requestTimeout)
    reply.raw.once('close', () => clearTimeout(timer))
  }
}

/**
 * Ends the work for an answer when whoever asked for it has gone, or when it has taken `api.request_timeout`: for
 * queries, so that the store does not work for nobody. Streams leave the time out.
 */
export function answerSignal(reply: FastifyReply, timeoutMs?: number): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return timeoutMs ? AbortSignal.any([gone.signal, AbortSignal.timeout(timeoutMs)]) : gone.signal
}
