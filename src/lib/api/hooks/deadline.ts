import type {FastifyReply, FastifyRequest} from 'fastify'
import type {ApiParts} from '../api.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Runs from the whole request to the beginning of its answer. */
    deadline: NodeJS.Timeout | undefined
  }
}

/** An answer that has not begun after `api.request_timeout` becomes a 504. Once it has begun it takes what it takes. */
export function startDeadline({config}: ApiParts) {
  const {requestTimeout} = config.api
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (requestTimeout === 0) return
    request.deadline = setTimeout(() => {
      if (isOpen(reply)) reply.send(new DOMException('no answer in time', 'TimeoutError'))
    }, requestTimeout)
    // whoever goes away is not answered
    reply.raw.once('close', () => clearTimeout(request.deadline))
  }
}

/** As an answer is about to be sent. */
export async function endDeadline(request: FastifyRequest): Promise<void> {
  clearTimeout(request.deadline)
}

function isOpen({sent, raw}: FastifyReply): boolean {
  return !sent && !raw.headersSent && !raw.destroyed
}
