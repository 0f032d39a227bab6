import type {Level} from '../../record/level.js'
import type {Span} from '../log-event.js'
import {CallFailed, type Request} from '../request.js'

/** The way through the gateway: it writes how each request ended, and turns away who asks too often. */
export function enter(request: Request, method: string, path: string, work: (gateway: Span) => number): void {
  const {random, shopper} = request
  const gateway = request.open('gateway')
  if (random.chance(0.35)) {
    request.log(gateway, 'DEBUG', `${method} ${path} received`, {
      http: {method, path, clientIp: shopper.clientIp},
    })
  }
  request.spend(200, 2500)
  let status: number
  if (random.chance(0.004)) {
    request.log(gateway, 'WARN', `rate limit exceeded for client ${shopper.clientIp}`, {
      event: 'rate_limited',
      fields: ['limit_per_minute', 100],
    })
    status = 429
  } else {
    status = answerOf(() => work(gateway))
  }
  request.spend(100, 900)
  request.log(gateway, levelOf(status), `${method} ${path} ${status}`, {
    event: 'request_completed',
    http: {
      method,
      path,
      status,
      clientIp: shopper.clientIp,
      userAgent: shopper.userAgent,
      bytes: random.between(180, 24_000),
    },
    timed: true,
  })
}

function answerOf(work: () => number): number {
  try {
    return work()
  } catch (error) {
    if (error instanceof CallFailed) return error.status
    throw error
  }
}

function levelOf(status: number): Level {
  if (status >= 500) return 'ERROR'
  return status === 404 || status < 400 ? 'INFO' : 'WARN'
}
