import {STATUS_CODES} from 'node:http'
import type {Socket} from 'node:net'
import type {ApiParts} from '../api.js'
import {UNMATCHED} from './limits.js'
import {contextHeaders, contextOf} from './request-context.js'

const STATUS: Record<string, {status: number; code: string; error: string}> = {
  ERR_HTTP_REQUEST_TIMEOUT: {status: 408, code: 'timeout', error: 'the request took too long to arrive'},
  HPE_HEADER_OVERFLOW: {status: 431, code: 'too_large', error: 'the headers are too large'},
}
const MALFORMED = {status: 400, code: 'usage', error: 'this is no HTTP request'}

/** Answers what never became a request: headers that are too large, what is no HTTP, who sends too slowly. */
export function answerBadConnection({signals}: ApiParts) {
  return (error: Error & {code?: string}, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const {status, ...problem} = STATUS[error.code ?? ''] ?? MALFORMED
    const context = contextOf({}, socket.remoteAddress)
    signals.counters.httpRequest({method: 'other', endpoint: UNMATCHED, status}, 0)
    signals.log.info('request_malformed', {operation_id: context.requestId, reason_code: problem.code, status})
    const body = JSON.stringify({...problem, request_id: context.requestId})
    const headers = {
      ...contextHeaders(context),
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
  }
}
