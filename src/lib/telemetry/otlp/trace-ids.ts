import {randomBytes} from 'node:crypto'

/** Random ids, but for a root span whose trace id was given to the caller before the span began. */
export class TraceIds {
  private given: string | undefined

  /** A span that `start` begins without a parent has this trace id. */
  rootOf<T>(traceId: string | undefined, start: () => T): T {
    this.given = traceId
    try {
      return start()
    } finally {
      this.given = undefined
    }
  }

  readonly generateTraceId = (): string => this.given ?? randomBytes(16).toString('hex')
  readonly generateSpanId = (): string => randomBytes(8).toString('hex')
}
