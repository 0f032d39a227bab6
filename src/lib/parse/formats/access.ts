import {severityFromStatus} from '../../record/level.js'
import {scanTime} from '../../record/scan-time.js'
import type {ParseContext, Parsed, Parser} from '../parser.js'

/** Apache's and nginx's access lines: common, combined, with a virtual host before and times or ids after. */
export const access: Parser = {name: 'access', parse}

const HEAD =
  /(?:([\w.:-]+) )?([\w.:%-]+(?:, ?[\w.:%-]+)*) +(\S+) +(\S+(?: [^[\s]\S*)*) +\[(?=\d{1,2}\/[A-Z][a-z]{2}\/\d{4})/y
const REQUEST = /\] "((?:[^"\\]|\\.)*)" (\d{3}|-) (\d+|-)(?= |$)/y
const QUOTED = / +"((?:[^"\\]|\\.)*)"/y
const REQUEST_LINE = /^([A-Z][A-Z_-]+) (\S+)(?: (HTTP\/[\d.]+|RTSP\/[\d.]+))?$/

function parse(text: string, context: ParseContext): Parsed | undefined {
  // The date stands in brackets within the first fields, in every variant.
  const bracket = text.indexOf(' [')
  if (bracket < 0 || bracket > 400 || text.charCodeAt(0) === 91) return undefined
  HEAD.lastIndex = 0
  const head = HEAD.exec(text)
  if (!head) return undefined
  const found = scanTime(text, head[0].length, context)
  if (!found) return undefined
  REQUEST.lastIndex = found.end
  const match = REQUEST.exec(text)
  if (!match) return undefined
  const [whole, request, status, bytes] = match as unknown as [string, string, string, string]
  const parsed: Parsed = {message: request, attributes: {}}
  const {attributes} = parsed
  if (found.time) parsed.time = found.time
  else attributes.timestamp = text.slice(head[0].length, found.end)
  if (head[1]) attributes.vhost = head[1]
  attributes.client_ip = head[2]
  if (head[3] !== '-') attributes.ident = head[3]
  if (head[4] !== '-') attributes.user = head[4]
  takeRequest(attributes, request)
  if (status !== '-') {
    attributes.status = Number(status)
    const severity = severityFromStatus(Number(status))
    parsed.level = severity.level
    parsed.severity_number = severity.number
  }
  if (bytes !== '-') attributes.bytes = Number(bytes)
  takeTail(parsed, text, found.end + whole.length)
  return parsed
}

function takeRequest(attributes: Record<string, unknown>, request: string): void {
  const line = REQUEST_LINE.exec(request)
  if (!line) return
  attributes.method = line[1]
  attributes.path = line[2]
  if (line[3]) attributes.protocol = line[3]
}

/** Referrer and user agent, then whatever the site's own format adds. */
function takeTail(parsed: Parsed, text: string, start: number): void {
  const {attributes} = parsed
  let at = start
  for (const name of ['referrer', 'user_agent']) {
    QUOTED.lastIndex = at
    const match = QUOTED.exec(text)
    if (!match) break
    if (match[1] !== '-' && match[1] !== '') attributes[name] = match[1]
    at += match[0].length
  }
  const rest = text.slice(at).trim()
  if (rest === '') return
  takeIds(parsed, rest)
  // nginx's $request_time and its like: seconds with a fraction, alone, first, or after the request's length.
  const seconds = /^"?(?:rt=|request_time=|\d+ (?=\d+\.\d{3} \[))?(\d{1,9}\.\d{3})"?(?=\s|$)/.exec(rest)
  if (seconds) parsed.duration_ms = Math.round(Number(seconds[1]) * 1e6) / 1e3
  if (seconds?.[0] !== rest) attributes.extra = rest
}

function takeIds(parsed: Parsed, rest: string): void {
  const request = /\b(?:request_id|rid|reqid|x_request_id)="?([\w-]{8,})/i.exec(rest)
  if (request) parsed.request_id = request[1]
  const trace = /\btrace_?id="?([0-9a-f]{16,32})\b/i.exec(rest)
  if (trace) parsed.trace_id = (trace[1] as string).toLowerCase()
}
