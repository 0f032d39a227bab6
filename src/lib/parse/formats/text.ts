import type {Severity} from '../../record/level.js'
import {scanTime} from '../../record/scan-time.js'
import {takeLineIds} from '../line-ids.js'
import type {ParseContext, Parsed, Parser} from '../parser.js'
import {errorFromTrace} from '../stack-trace.js'
import {type Header, levelAt, readHeader} from '../text-header.js'
import {readLayout} from '../text-layouts.js'
import {parseLogfmt} from './logfmt.js'

/** `TIMESTAMP LEVEL component: message` and its many relatives; what only one program writes is in text-layouts.ts. */
export const text: Parser = {name: 'text', parse}

const ANSI = /\x1b\[[\d;:?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g
const CLOCK_ONLY = /\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?= )/y

function parse(unit: string, context: ParseContext): Parsed | undefined {
  const coloured = unit.includes('\x1b[')
  const clean = coloured ? unit.replace(ANSI, '') : unit
  const newline = clean.indexOf('\n')
  const line = newline < 0 ? clean : clean.slice(0, newline)
  const parsed = readLayout(line, context) ?? readLine(line, context)
  if (!parsed) return undefined
  if (parsed.inner === undefined) takeLineIds(parsed, line)
  if (newline >= 0) {
    parsed.message += clean.slice(newline)
    const error = errorFromTrace(clean)
    if (error) parsed.error = error
  }
  // Colours are gone from the fields; the line as it was stays beside them.
  if (coloured) parsed.lost = true
  return parsed
}

function readLine(line: string, context: ParseContext): Parsed | undefined {
  let at = 0
  while (line.charCodeAt(at) === 32 || line.charCodeAt(at) === 9) at++
  if (at === line.length) return undefined
  return (
    timeFirst(line, at, context) ??
    levelFirst(line, at, context) ??
    wordFirst(line, at, context) ??
    clockFirst(line, at)
  )
}

interface Begin {
  time?: string
  /** The time as it stands, where it is none that a record can have. */
  text?: string
  at: number
  /** The time stood in brackets of its own, as Kafka and others write it. */
  bracketed: boolean
  /** The time stood in a bracket that is still open: `[2017-11-09T02:12:24Z ERROR main] …`. */
  open: boolean
}

function beginWithTime(line: string, at: number, context: ParseContext): Begin | undefined {
  const first = line.charCodeAt(at)
  const bracket = first === 91 || first === 40 || first === 60
  const start = bracket || first === 34 ? at + 1 : at
  const found = scanTime(line, start, context)
  if (!found) return undefined
  let end = found.end
  const next = line.charCodeAt(end)
  let open = bracket
  if (next === 93 || next === 41 || next === 62 || next === 34) {
    end++
    open = false
  } else if (end < line.length && !isBreak(next)) return undefined
  return {
    time: found.time,
    text: found.time ? undefined : line.slice(start, found.end),
    at: end,
    open,
    bracketed: bracket && !open,
  }
}

/** What may follow a time: a blank, or a mark that parts columns. */
function isBreak(code: number): boolean {
  return (
    code === 32 ||
    code === 9 ||
    code === 44 ||
    code === 58 ||
    code === 59 ||
    code === 124 ||
    code === 91 ||
    code === 93 ||
    code === 45
  )
}

function timeFirst(line: string, at: number, context: ParseContext): Parsed | undefined {
  const begin = beginWithTime(line, at, context)
  if (!begin) return undefined
  const rest = skipBlanks(line, begin.at)
  const pairs = begin.open ? undefined : parseLogfmt(line, rest, context)
  if (pairs && (pairs.level !== undefined || pairs.message !== '')) {
    if (begin.time) pairs.time = begin.time
    return pairs
  }
  return withHeader(line, begin, readHeader(line, begin.at, begin.open))
}

function skipBlanks(line: string, at: number): number {
  let next = at
  while (line.charCodeAt(next) === 32 || line.charCodeAt(next) === 9) next++
  return next
}

function withHeader(line: string, begin: Begin, header: Header): Parsed {
  const parsed: Parsed = {message: line.slice(header.message), attributes: header.attributes}
  if (begin.time) parsed.time = begin.time
  else if (begin.text !== undefined) parsed.attributes.timestamp = begin.text
  takeSeverity(parsed, header.severity)
  if (begin.bracketed && header.severity && parsed.attributes.logger === undefined) takeTrailingLogger(parsed)
  if (parsed.message.charCodeAt(0) === 123) parsed.inner = parsed.message
  return parsed
}

/** Kafka's pattern ends with the logger: `[time] LEVEL message (kafka.server.KafkaServer)`. */
function takeTrailingLogger(parsed: Parsed): void {
  const match = / \(((?:[a-z]\w*\.)+(?:[A-Z][\w$.]*|logger))\)$/.exec(parsed.message)
  if (!match) return
  parsed.attributes.logger = match[1]
  parsed.message = parsed.message.slice(0, match.index)
}

function takeSeverity(parsed: Parsed, severity: Severity | undefined): void {
  if (!severity) return
  parsed.level = severity.level
  parsed.severity_number = severity.number
}

/** `ERROR: …`, `[INFO] …`, `WARN  2020-01-01 …`, `[DEBUG 2015-05-20 12:22:19 main]  …`, `INFO | main | 2015-… | …`. */
function levelFirst(line: string, at: number, context: ParseContext): Parsed | undefined {
  const found = levelAt(line, at)
  if (!found) return undefined
  let rest = found.end
  while (/[\s|,:-]/.test(line[rest] ?? '')) rest++
  const open = found.open
  let column: string | undefined
  let begin = beginWithTime(line, rest, context)
  if (!begin) {
    // One column between the level and the time.
    const next = /[^|\s][^|]{0,60}?\s*\|\s*|[\w.:$/-]{1,60}\s+/y
    next.lastIndex = rest
    const skipped = next.exec(line)
    begin = skipped ? beginWithTime(line, rest + skipped[0].length, context) : undefined
    if (begin) column = (skipped as RegExpExecArray)[0].replace(/[\s|]+$/, '')
  }
  if (begin) {
    const parsed = withHeader(line, begin, readHeader(line, begin.at, open || begin.open, found.severity))
    if (column !== undefined) parsed.attributes.context = column
    return parsed
  }
  const header = readHeader(line, found.end, open, found.severity)
  const parsed: Parsed = {message: line.slice(header.message), attributes: header.attributes}
  takeSeverity(parsed, header.severity)
  return parsed
}

/** A file name, host or program before the time, as `grep` and supervisors put it; only where a level follows. */
function wordFirst(line: string, at: number, context: ParseContext): Parsed | undefined {
  const word = /(\[?)([\w./@:()$-]{1,100}?)(?:\s*\|)?:?\s+(?=[\d[])/y
  word.lastIndex = at
  const match = word.exec(line)
  if (!match) return undefined
  const begin = beginWithTime(line, at + match[0].length, context)
  if (!begin) return undefined
  const header = readHeader(line, begin.at, begin.open || match[1] === '[')
  if (!header.severity) return undefined
  const parsed = withHeader(line, begin, header)
  parsed.attributes.prefix = match[2]
  return parsed
}

/** A clock without a date says when, but not on which day: the time of arrival stands, the clock is kept. */
function clockFirst(line: string, at: number): Parsed | undefined {
  const start = line.charCodeAt(at) === 91 ? at + 1 : at
  CLOCK_ONLY.lastIndex = start
  const clock = CLOCK_ONLY.exec(line)
  if (!clock) return undefined
  const header = readHeader(line, start + clock[0].length, start > at)
  if (!header.severity) return undefined
  const parsed: Parsed = {message: line.slice(header.message), attributes: {clock: clock[0], ...header.attributes}}
  takeSeverity(parsed, header.severity)
  return parsed
}
