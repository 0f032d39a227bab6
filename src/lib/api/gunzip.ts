import {Transform} from 'node:stream'
import {createGunzip} from 'node:zlib'
import type {FastifyRequest, RequestPayload} from 'fastify'
import {LogflowError} from '../errors/logflow-error.js'

/** For `preParsing`: unpacks bodies that say that they are gzip, up to the body limit of their route. */
export async function gunzipBody(
  request: FastifyRequest,
  _reply: unknown,
  payload: RequestPayload,
): Promise<RequestPayload> {
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity'
  if (encoding === 'identity') return payload
  if (encoding !== 'gzip' && encoding !== 'x-gzip')
    throw new LogflowError('USAGE', 'the body is packed in a way that is not known here', {
      suggestions: ['Send it as it is, or with Content-Encoding: gzip'],
    })
  return unpacked(payload, request.routeOptions.bodyLimit)
}

/** What is more than the limit ends the unpacking at once: a few bytes can stand for gigabytes. */
function unpacked(payload: RequestPayload, limit: number): RequestPayload {
  let made = 0
  const gunzip = createGunzip()
  const bounded: Transform & {receivedEncodedLength?: number} = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      made += chunk.length
      if (made > limit) done(Object.assign(new Error('the body is too large once it is unpacked'), {statusCode: 413}))
      else done(null, chunk)
    },
  })
  bounded.receivedEncodedLength = 0
  payload.on('data', (chunk: Buffer) => {
    bounded.receivedEncodedLength = (bounded.receivedEncodedLength ?? 0) + chunk.length
  })
  const stop = (error: Error) => {
    payload.unpipe(gunzip)
    payload.resume()
    gunzip.destroy()
    bounded.destroy(error)
  }
  gunzip.on('error', () => stop(Object.assign(new Error('the body is no gzip, or was cut'), {statusCode: 400})))
  bounded.on('error', () => stop(new Error('ended')))
  payload.on('error', stop)
  payload.pipe(gunzip).pipe(bounded)
  return bounded
}
