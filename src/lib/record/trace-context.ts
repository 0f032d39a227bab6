// The headers that carry a trace from service to service, as they stand in logs: W3C traceparent, B3, AWS X-Ray.
// A header that breaks its rules gives nothing: a wrong trace id is worse than none.

export interface TraceContext {
  traceId?: string
  spanId?: string
  parentSpanId?: string
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** W3C trace context: version ff and all-zero ids are invalid, version 00 has exactly four parts. */
export function parseTraceparent(header: string): TraceContext | undefined {
  const match = TRACEPARENT.exec(header.trim())
  if (!match) return undefined
  const [, version, traceId, spanId, , more] = match
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined
  if (isZero(traceId as string) || isZero(spanId as string)) return undefined
  return {traceId, spanId}
}

const B3 = /^([0-9a-f]{32}|[0-9a-f]{16})-([0-9a-f]{16})(?:-([01d]))?(?:-([0-9a-f]{16}))?$/i

/** B3 in one header: `traceid-spanid[-sampled[-parentspanid]]`; a 64-bit trace id is filled with zeros on the left. */
export function parseB3(header: string): TraceContext | undefined {
  const match = B3.exec(header.trim())
  if (!match || isZero(match[1] as string) || isZero(match[2] as string)) return undefined
  return {
    traceId: (match[1] as string).toLowerCase().padStart(32, '0'),
    spanId: (match[2] as string).toLowerCase(),
    parentSpanId: match[4]?.toLowerCase(),
  }
}

/** `Root=1-8hex-24hex;Parent=16hex;Sampled=1`; the trace id is the 32 digits without their marks. */
export function parseXray(header: string): TraceContext | undefined {
  const found: TraceContext = {}
  for (const part of header.split(';')) {
    const [key, value] = part.trim().split('=', 2) as [string, string | undefined]
    if (key === 'Root') {
      const root = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/i.exec(value ?? '')
      if (!root) return undefined
      found.traceId = `${root[1]}${root[2]}`.toLowerCase()
    } else if (key === 'Parent') {
      if (!/^[0-9a-f]{16}$/i.test(value ?? '')) return undefined
      found.spanId = value?.toLowerCase()
    }
  }
  return found.traceId && !isZero(found.traceId) ? found : undefined
}

/** `projects/<name>/traces/<id>`, as Google Cloud's logging agents write it; the id alone is taken as it is. */
export function parseGoogleTrace(value: string): TraceContext | undefined {
  const id =
    /^projects\/[^/]+\/traces\/([^/\s]+)$/.exec(value)?.[1] ?? (/^[0-9a-fA-F]{16,32}$/.test(value) ? value : '')
  return id && !isZero(id) ? {traceId: id.toLowerCase()} : undefined
}

/** True for ids that stand for "none": empty, a dash, zeros. */
export function isNoId(id: string): boolean {
  if (id.length > 4 && id.charCodeAt(0) !== 48) return false
  return isZero(id) || id === '-' || id === 'null' || id === 'None' || id === 'nil' || id === 'N/A' || id === 'none'
}

function isZero(id: string): boolean {
  for (let i = 0; i < id.length; i++) if (id.charCodeAt(i) !== 48) return false
  return true
}
