import {promisify} from 'node:util'
import {constants, gzip} from 'node:zlib'
import type {FastifyReply, FastifyRequest} from 'fastify'

const pack = promisify(gzip)

/** Below it there is nothing to be gained. */
const WORTH_IT_BYTES = 1_024

/** Packs answers for whoever takes gzip; streams go as they are. */
export async function compressAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (typeof payload !== 'string' || payload.length < WORTH_IT_BYTES) return payload
  if (reply.hasHeader('content-encoding')) return payload
  reply.header('vary', [reply.getHeader('vary'), 'accept-encoding'].filter(Boolean).join(', '))
  if (!takesGzip(request.headers['accept-encoding'])) return payload
  const packed = await pack(payload, {level: constants.Z_BEST_SPEED})
  reply.header('content-encoding', 'gzip').removeHeader('content-length')
  return packed
}

/** RFC 9110 §12.5.3, as far as gzip is concerned. */
export function takesGzip(header: string | string[] | undefined): boolean {
  if (typeof header !== 'string') return false
  const weights = new Map<string, number>()
  for (const part of header.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((one) => one.trim())
    const q = parameters.find((one) => one.startsWith('q='))
    weights.set(coding, q === undefined ? 1 : Number(q.slice(2)))
  }
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0
}
