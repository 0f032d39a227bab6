import {severityFromSyslog, severityFromWord} from '../../record/level.js'
import {scanTime} from '../../record/scan-time.js'
import {type ParseContext, type Parsed, type Parser, toNumber} from '../parser.js'
import {errorFromTrace} from '../stack-trace.js'

/** BSD syslog as sent and as files hold it: `[<34>]Oct 11 22:14:15 host tag[pid]: message`, RFC 3339 times too. */
export const syslog3164: Parser = {name: 'syslog-3164', parse}

const PRI = /<(\d{1,3})>\s*/y
/** Cisco counts its messages, and marks a clock that is not set. */
const COUNTERS = /(?:(\d+)?: )?(?:(\d{3,}): )?[*.]?(?=[A-Z][a-z]{2} )/y
const HOST_TAG =
  / +(\S+) +([\w./@%:()+-][^\s[\]:]*(?: [A-Z][^\s[\]:]*| \d[\d.]*)?)(?:\[([^\]]*)\](?: \(([^)]*)\))?)?:(?: |$)/y
/** What rsyslog writes into files: microseconds, or an offset. */
const RSYSLOG_TIME = /T[\d:]+(?:\.\d{6}\D|\.\d{6}$|(?:\.\d+)?[+-]\d\d:\d\d)/
const TAG_ONLY = /:? +([%\w./@()-]+?)(?:\[([^\]]*)\])?: ?/y
const HOST_ONLY = / +(\S+) +/y
const KERNEL_TIME = /^\[ *\d+\.\d+\] /

function parse(text: string, context: ParseContext): Parsed | undefined {
  const first = text.charCodeAt(0)
  if (first !== 60 && !(first >= 65 && first <= 90) && !(first >= 48 && first <= 57)) return undefined
  let priority: number | undefined
  let at = 0
  let counters: RegExpExecArray | undefined
  if (first === 60) {
    PRI.lastIndex = 0
    const pri = PRI.exec(text)
    if (!pri || Number(pri[1]) > 191) return undefined
    priority = Number(pri[1])
    at = pri[0].length
    COUNTERS.lastIndex = at
    counters = COUNTERS.exec(text) ?? undefined
    at += counters?.[0].length ?? 0
  }
  const letter = text.charCodeAt(at) >= 65
  const found = scanTime(text, at, context)
  if (!found) return priority === undefined ? undefined : withoutTime(text, at, priority)
  // Without a priority only syslog's own `Mmm dd hh:mm:ss` is taken on the word of its shape alone.
  if (letter && !/^[A-Z][a-z]{2} [ \d]\d /.test(text.slice(at, at + 7)) && priority === undefined) return undefined
  const parsed: Parsed = {message: '', attributes: {}}
  if (priority !== undefined) takePriority(parsed, priority)
  if (counters?.[1]) parsed.attributes.sequence = toNumber(counters[1])
  if (counters?.[2]) parsed.attributes.device_sequence = counters[2]
  if (found.time) parsed.time = found.time
  else parsed.attributes.timestamp = text.slice(at, found.end)
  const end = readHeader(text, found.end, parsed, priority !== undefined, letter)
  if (end === undefined) return undefined
  return withMessage(parsed, text.slice(end))
}

function takePriority(parsed: Parsed, priority: number): void {
  const severity = severityFromSyslog(priority & 7)
  parsed.level = severity?.level
  parsed.severity_number = severity?.number
  parsed.attributes.facility = priority >> 3
}

function withoutTime(text: string, at: number, priority: number): Parsed {
  const parsed: Parsed = {message: '', attributes: {}}
  takePriority(parsed, priority)
  const tag = /^([\w./-]+)(?:\[(\d+)\])?: /.exec(text.slice(at, at + 100))
  if (tag) takeTag(parsed, tag[1] as string, tag[2])
  return withMessage(parsed, text.slice(at + (tag?.[0].length ?? 0)))
}

function takeTag(parsed: Parsed, tag: string, pid: string | undefined): void {
  parsed.service = tag
  if (pid) parsed.attributes.pid = toNumber(pid)
}

/** Index at which the message begins; `undefined` where the line is no syslog. */
function readHeader(text: string, at: number, parsed: Parsed, sure: boolean, letter: boolean): number | undefined {
  TAG_ONLY.lastIndex = at
  const tagOnly = TAG_ONLY.exec(text)
  HOST_TAG.lastIndex = at
  const both = HOST_TAG.exec(text)
  if (both && !(tagOnly && !(sure || letter))) {
    const [whole, host, tag, pid, part] = both as unknown as [string, string, string, string?, string?]
    const stamped = /^[a-z][\w./-]*$/.test(tag) && RSYSLOG_TIME.test(text.slice(0, at + 1))
    if (!tagOnly && isHost(host) && (sure || letter || pid !== undefined || stamped)) {
      parsed.host = host
      takeTag(parsed, tag, pid)
      if (part) parsed.attributes.part = part
      return at + whole.length
    }
  }
  if (!sure && !letter) return undefined
  if (tagOnly && severityFromWord(tagOnly[1] as string) === undefined) {
    takeTag(parsed, tagOnly[1] as string, tagOnly[2])
    return at + tagOnly[0].length
  }
  HOST_ONLY.lastIndex = at
  const host = HOST_ONLY.exec(text)
  if (!host || !isHost(host[1] as string)) return undefined
  if (!sure && !/^[a-z0-9][\w.:-]*$/i.test(host[1] as string)) return undefined
  parsed.host = host[1]
  return at + host[0].length
}

/** A level or a bracket where the host should be means another format. */
function isHost(word: string): boolean {
  return (
    severityFromWord(word) === undefined &&
    word !== 'stdout' &&
    word !== 'stderr' &&
    /^[\w:][\w.:%-]*$/.test(word) &&
    !/^\d+$/.test(word)
  )
}

function withMessage(parsed: Parsed, message: string): Parsed {
  parsed.message = message
  if (message.charCodeAt(0) === 123) parsed.inner = message
  const error = message.includes('\n') ? errorFromTrace(message) : undefined
  if (error) parsed.error = error
  if (KERNEL_TIME.test(message)) parsed.attributes.uptime_s = Number(message.slice(1, message.indexOf(']')))
  return parsed
}
