import {randomBytes} from 'node:crypto'
import {parseB3, parseTraceparent, parseXray} from '../../record/trace-context.js'

/** A trace as this server carries it on: its own span below the caller's, where there is one. */
export interface Trace {
  traceId: string
  /** The caller's own, where there is one. */
  parent?: string
  traceparent: string
  tracestate?: string
}

/** Headers as Node gives them: names in lower case, repeated ones joined by commas or in a list. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>

/** W3C Trace Context, level 2, §3.3.1: a list has at most so many members, and so many characters are passed on. */
const MOST_MEMBERS = 32
const MOST_CHARACTERS = 4096

const MEMBER_KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/
/** Printable ASCII but comma and equals sign, not ending in a blank. */
const MEMBER_VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/** `sampled` (level 1) and `random` (level 2); other flags are not passed on. */
const KNOWN_FLAGS = 0x03
const RANDOM_AND_SAMPLED = '03'

/**
 * The trace that a request belongs to: of `traceparent`, else B3, else X-Ray, else `X-Trace-Id`, else a new one. What
 * breaks the rules counts as not there; a `tracestate` only means something beside a good `traceparent`.
 */
export function traceOf(headers: Headers): Trace {
  const own = randomBytes(8).toString('hex')
  const header = one(headers.traceparent)
  const parent = header === undefined ? undefined : parseTraceparent(header)
  if (parent?.traceId) {
    const flags = Number.parseInt((header as string).trim().slice(53, 55), 16) & KNOWN_FLAGS
    const sent = flags.toString(16).padStart(2, '0')
    const tracestate = readTracestate(headers.tracestate)
    return {
      traceId: parent.traceId,
      parent: `00-${parent.traceId}-${parent.spanId}-${sent}`,
      traceparent: `00-${parent.traceId}-${own}-${sent}`,
      ...(tracestate ? {tracestate} : {}),
    }
  }
  const traceId = foreignTraceId(headers)
  if (traceId) return {traceId, traceparent: `00-${traceId}-${own}-01`}
  const made = randomBytes(16).toString('hex')
  return {traceId: made, traceparent: `00-${made}-${own}-${RANDOM_AND_SAMPLED}`}
}

function foreignTraceId(headers: Headers): string | undefined {
  const b3 = one(headers.b3) ?? b3Parts(headers)
  const xray = one(headers['x-amzn-trace-id'])
  const plain = one(headers['x-trace-id'])?.trim().toLowerCase()
  return (
    (b3 === undefined ? undefined : parseB3(b3)?.traceId) ??
    (xray === undefined ? undefined : parseXray(xray)?.traceId) ??
    (plain && /^[0-9a-f]{32}$/.test(plain) && !/^0+$/.test(plain) ? plain : undefined)
  )
}

/** B3 in several headers, written as the one. */
function b3Parts(headers: Headers): string | undefined {
  const [trace, span] = [one(headers['x-b3-traceid']), one(headers['x-b3-spanid'])]
  return trace === undefined || span === undefined ? undefined : `${trace.trim()}-${span.trim()}`
}

/** The list to be passed on; nothing of it where a member breaks the rules. Of a key that comes twice the first stays. */
export function readTracestate(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(',') : header
  if (!text) return undefined
  const members = new Map<string, string>()
  for (const part of text.split(',')) {
    const member = part.trim()
    if (member === '') continue
    const at = member.indexOf('=')
    const key = member.slice(0, at)
    if (at === -1 || !MEMBER_KEY.test(key) || !MEMBER_VALUE.test(member.slice(at + 1))) return undefined
    if (!members.has(key)) members.set(key, member)
  }
  const list = [...members.values()].join(',')
  return members.size === 0 || members.size > MOST_MEMBERS || list.length > MOST_CHARACTERS ? undefined : list
}

/** A header that may come once. */
function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? undefined : header
}
