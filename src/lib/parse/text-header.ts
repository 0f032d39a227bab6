// The columns between a text line's time and its message: level, thread, process, logger, in the orders people use.
// Whatever is taken as a column is kept in the attributes; where no level is found, all of it is the message.

import {type Severity, severityFromText, severityFromWord} from '../record/level.js'
import {toNumber} from './parser.js'

export interface Header {
  severity?: Severity
  attributes: Record<string, unknown>
  /** Index at which the message begins. */
  message: number
}

/** Columns looked at before the level; more is prose. */
const MAX_COLUMNS = 8
const MAX_WORDS = 2
const MAX_GROUPS = 2
const WORD = /[A-Za-z_][\w.$@/#-]*(?:=[^\s\]|]*)?/y
const IDENTIFIER = /[A-Za-z_$<][\w.$/#@<>~*-]*(?:::[\w.$<>]+)*(?:\[[^\]\s]*\]|\([^)\s]*\))?/y
/** PostgreSQL's `user@database`, `[unknown]@[unknown]`. */
const ACCOUNT = /(?:\w[\w-]*|\[unknown\])@(?:\w[\w-]*|\[unknown\])(?= )/y
const NUMBER = /\d+(?=[\s\]|:]|$)/y
/** Words that PostgreSQL and others use as levels, which only a colon makes one. */
const COLON_LEVELS = new Set(['LOG', 'STATEMENT', 'DETAIL', 'HINT', 'NOTE', 'FAILURE'])
const BRACKET_LEVELS = new Set(['note', 'system', 'log', 'config', 'fine', 'failure', 'deprecation', 'err'])

class Scan {
  severity: Severity | undefined
  readonly attributes: Record<string, unknown> = {}
  groups = 0
  /** Where the level stood, and whether a column separator or bracket set it off. */
  afterLevel = 0

  constructor(
    readonly line: string,
    public at: number,
    /** Inside a bracket that the time or the level opened. */
    public open: boolean,
  ) {}

  get code(): number {
    return this.line.charCodeAt(this.at)
  }

  skip(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.line)
    if (!match) return undefined
    this.at += match[0].length
    return match[0]
  }
}

const BLANKS = /[ \t]+/y
const SEPARATOR = /[ \t]*(?:[|,;:]|-+(?=\s)|\](?=[ \t:|,-]|$))[ \t]*|[ \t]+/y

/** Reads the header from `at`; with `severity` the level is known already. */
export function readHeader(line: string, at: number, open: boolean, severity?: Severity): Header {
  const scan = new Scan(line, at, open)
  if (severity) {
    scan.severity = severity
    scan.afterLevel = at
  } else findLevel(scan)
  if (!scan.severity) return {attributes: {}, message: messageStart(line, at)}
  readComponent(scan)
  return {severity: scan.severity, attributes: scan.attributes, message: scan.at}
}

/** Without a level the message begins after the time and one mark. */
function messageStart(line: string, at: number): number {
  const mark = /(?:\]|\))?[ \t]*(?:[:|,-](?=\s)[ \t]*)?/y
  mark.lastIndex = at
  return at + (mark.exec(line)?.[0].length ?? 0)
}

function findLevel(scan: Scan): void {
  let words = 0
  for (let column = 0; column < MAX_COLUMNS; column++) {
    while (scan.skip(SEPARATOR) !== undefined);
    if (scan.at >= scan.line.length) return
    const account = scan.skip(ACCOUNT)
    if (account !== undefined) {
      add(scan.attributes, 'account', account)
      continue
    }
    if (scan.code === 91 || scan.code === 40) {
      if (!takeGroup(scan, true)) return
      if (scan.severity) return
      continue
    }
    const number = scan.skip(NUMBER)
    if (number !== undefined) {
      addNumber(scan.attributes, number)
      continue
    }
    if (takeLevelWord(scan, column === 0)) return
    const word = words++ < MAX_WORDS ? scan.skip(WORD) : undefined
    if (word === undefined || (scan.at < scan.line.length && !/[\s|\][:,-]/.test(scan.line[scan.at] as string))) return
    if (words === 1) add(scan.attributes, 'logger', word)
    else add(scan.attributes, 'context', word)
  }
}

/** A level that stands as a word: in capitals, or set off by its place or a colon. */
function takeLevelWord(scan: Scan, first: boolean): boolean {
  const word = /[A-Za-z]{1,13}\d?/y
  word.lastIndex = scan.at
  const match = word.exec(scan.line)?.[0]
  if (match === undefined) return false
  const end = scan.at + match.length
  const next = scan.line.charCodeAt(end)
  if (next === 46 || next === 45 || next === 95 || next === 47 || next === 61) return false
  const blankOrEnd = end >= scan.line.length || next === 32 || next === 9
  const marked = next === 58 || next === 93 || next === 124 || next === 47
  const upper = match === match.toUpperCase()
  let severity: Severity | undefined
  if (upper || first || marked) severity = severityFromWord(match)
  if (!severity && match.length === 1 && upper && (marked || (blankOrEnd && first))) severity = letterLevel(match)
  if (!severity && upper && next === 58 && COLON_LEVELS.has(match)) severity = severityFromText(match)
  if (!severity || !(blankOrEnd || marked || next === 91 || next === 40 || next === 44)) return false
  scan.severity = severity
  scan.at = end
  scan.afterLevel = end
  return true
}

function letterLevel(letter: string): Severity | undefined {
  return 'TVDIWEF'.includes(letter) ? severityFromText(letter === 'T' ? 'trace' : letter) : undefined
}

/** Index after the bracket that closes the one at `at`; nested ones are counted. */
function closeOf(line: string, at: number): number | undefined {
  const opening = line.charCodeAt(at)
  const closing = opening === 91 ? 93 : 41
  let depth = 0
  for (let i = at; i < line.length && i < at + 400; i++) {
    const code = line.charCodeAt(i)
    if (code === opening) depth++
    else if (code === closing && --depth === 0) return i + 1
  }
  return undefined
}

/** True when the content of a bracket is a level: `INFO `, `mpm_prefork:notice`. */
export function bracketLevel(content: string): {severity: Severity; module?: string} | undefined {
  const direct =
    severityFromWord(content) ?? (BRACKET_LEVELS.has(content.toLowerCase()) ? severityFromText(content) : undefined)
  if (direct) return {severity: direct}
  if (/^[TVDIWEF]$/.test(content)) return {severity: letterLevel(content) as Severity}
  const pair = /^([\w.-]*):([a-z]+\d?)$/i.exec(content)
  const severity = pair && severityFromWord(pair[2] as string)
  return severity ? {severity, module: pair[1] || undefined} : undefined
}

/** Takes one bracketed column. */
function takeGroup(scan: Scan, seekLevel: boolean): boolean {
  const end = closeOf(scan.line, scan.at)
  if (end === undefined) return false
  const content = scan.line.slice(scan.at + 1, end - 1).trim()
  const level = seekLevel ? bracketLevel(content) : undefined
  scan.at = end
  if (level) {
    scan.severity = level.severity
    scan.afterLevel = end
    if (level.module) add(scan.attributes, 'module', level.module)
    return true
  }
  addGroup(scan.attributes, content, seekLevel)
  return true
}

function addGroup(attributes: Record<string, unknown>, content: string, beforeLevel: boolean): void {
  if (content === '') return
  const process = /^pid (\d+)(?::tid (\d+))?$/.exec(content)
  const client = /^client ([\w.:%-]+)$/.exec(content)
  if (process) {
    attributes.pid = Number(process[1])
    if (process[2]) add(attributes, 'tid', toNumber(process[2]))
  } else if (client) add(attributes, 'client', (client[1] as string).replace(/(?<=\.\d+|\]):\d+$/, ''))
  else if (/^\d{1,9}$/.test(content)) addNumber(attributes, content)
  else if (!beforeLevel && attributes.logger === undefined && /^[A-Za-z][\w$]*(?:\.[\w$]+)+$/.test(content))
    attributes.logger = content
  else if (/[=,]/.test(content)) add(attributes, 'context', content)
  else add(attributes, 'thread', content)
}

function addNumber(attributes: Record<string, unknown>, digits: string): void {
  const name = attributes.pid === undefined ? 'pid' : attributes.tid === undefined ? 'tid' : 'context'
  add(attributes, name, toNumber(digits))
}

/** A second value of one column goes to `context`, and they become a list there. */
function add(attributes: Record<string, unknown>, name: string, value: unknown): void {
  if (attributes[name] === undefined) attributes[name] = value
  else if (name !== 'context') add(attributes, 'context', value)
  else if (Array.isArray(attributes.context)) attributes.context.push(value)
  else attributes.context = [attributes.context, value]
}

/** The level stood in a bracket, so columns are bracketed and a word with a colon belongs to the message. */
function isBracketed(scan: Scan): boolean {
  return scan.line.charCodeAt(scan.afterLevel - 1) === 93
}

/** What stands between the level and the message. */
function readComponent(scan: Scan): void {
  const {line} = scan
  if (scan.open) readOpen(scan)
  // `LEVEL: message`, `LEVEL - message`: nothing between.
  if (/^:(?:\s|$)/.test(line.slice(scan.at, scan.at + 2))) {
    scan.skip(/:[ \t]*/y)
    return
  }
  const dash = scan.skip(/[ \t]+-+[ \t]+/y)
  if (dash !== undefined && scan.code !== 91) return
  scan.skip(/[ \t]*\|[ \t]*/y)
  const gap = scan.skip(BLANKS)?.length ?? 0
  const spring = takeSpringProcess(scan)
  let grouped = takeGroups(scan, spring ? 5 : MAX_GROUPS)
  if (grouped && !spring && takeSpringProcess(scan)) grouped = takeGroups(scan, 5)
  if (grouped && scan.skip(/[ \t]*(?::|-+(?=\s)|\|)[ \t]*/y) !== undefined) return
  scan.skip(BLANKS)
  takeLogger(scan, gap)
}

const SPRING = /[ \t]*(\d+) ---[ \t]+/y

/** Spring Boot's `93649 --- [thread]`. */
function takeSpringProcess(scan: Scan): boolean {
  SPRING.lastIndex = scan.at
  const match = SPRING.exec(scan.line)
  if (!match) return false
  addNumber(scan.attributes, match[1] as string)
  scan.at += match[0].length
  return true
}

/** The rest of a bracket that time or level stand in: `… main] message`. */
function readOpen(scan: Scan): void {
  const rest = /[ \t]*([^\]\n]{0,120})\]/y
  rest.lastIndex = scan.at
  const match = rest.exec(scan.line)
  if (!match) return
  const content = (match[1] as string).trim()
  if (content !== '') add(scan.attributes, 'logger', content)
  scan.at += match[0].length
}

function takeGroups(scan: Scan, most: number): boolean {
  let taken = 0
  let spaced = 0
  for (;;) {
    const start = scan.at
    const blank = scan.skip(BLANKS)
    const code = scan.code
    if ((code !== 91 && code !== 40) || (blank !== undefined && spaced >= most) || (code === 40 && taken > 0)) {
      scan.at = start
      return taken > 0
    }
    const attached = scan.at === scan.afterLevel
    if (!takeGroup(scan, false)) {
      scan.at = start
      return taken > 0
    }
    if (!attached) spaced++
    taken++
  }
}

/** `logger: `, `logger - `, `logger   : `, `a.b.c [request] `, and columns set apart by two blanks or more. */
function takeLogger(scan: Scan, gap: number, columns = 3): void {
  const {line} = scan
  const start = scan.at
  const name = scan.skip(IDENTIFIER)
  if (name === undefined || !mayBeLogger(scan, name)) {
    scan.at = start
    return
  }
  const rest = line.slice(scan.at, scan.at + 200)
  const mark =
    /^(?:[ \t]*:(?=[ \t]|$)|[ \t]+-+(?=[ \t])|[ \t]+\([\w.:$()<>-]+\)[ \t]*[:-]+(?=[ \t])|[ \t]+\|(?=[ \t]))[ \t]*/.exec(
      rest,
    )
  if (mark) {
    setLogger(scan, name)
    const place = /\((.*)\)/.exec(mark[0])?.[1]
    if (place) add(scan.attributes, 'location', place)
    scan.at += mark[0].length
    // Between bars there may be more columns: thread, then logger.
    if (mark[0].includes('|') && columns > 1) takeLogger(scan, gap, columns - 1)
    return
  }
  if (name.includes('.') && /^[ \t]+\[/.test(rest)) {
    setLogger(scan, name)
    takeGroups(scan, 1)
    if (scan.skip(/[ \t]*(?::|-+(?=\s))[ \t]+/y) === undefined) scan.skip(BLANKS)
    return
  }
  const column = /^[ \t]{2,}/.exec(rest)
  if ((column && gap >= 2) || (isClassName(name) && /^[ \t]/.test(rest))) {
    setLogger(scan, name)
    scan.at += (/^[ \t]+/.exec(rest) as RegExpExecArray)[0].length
    return
  }
  scan.at = start
}

/** What was thrown is the message, not where it comes from; a logger that stood in a column already is not named again. */
function mayBeLogger(scan: Scan, name: string): boolean {
  if (name.length > 120 || /(?:Error|Exception|Throwable)$|^(?:panic|Uncaught|Unhandled|Traceback)$/.test(name))
    return false
  return !isBracketed(scan) || (scan.attributes.logger === undefined && name.includes('.'))
}

function setLogger(scan: Scan, name: string): void {
  const held = scan.attributes.logger
  scan.attributes.logger = name
  if (held !== undefined) add(scan.attributes, 'context', held)
}

/** `org.apache.catalina.startup.Server.start`: packages, then something in capitals. */
function isClassName(name: string): boolean {
  return /^(?:[a-z][\w$]*\.){2,}[A-Z][\w$]*(?:\.[\w$<>]+)?$/.test(name)
}

/** A level at the very beginning of a line: `[INFO]`, `ERROR:`, `WARN  …`. */
export function levelAt(line: string, at: number): {severity: Severity; end: number; open: boolean} | undefined {
  if (line.charCodeAt(at) === 91) {
    const end = closeOf(line, at)
    const closed = end === undefined ? undefined : bracketLevel(line.slice(at + 1, end - 1).trim())
    if (end !== undefined && closed && !closed.module) return {severity: closed.severity, end, open: false}
    const inside = /\[([A-Z]{4,9})[ :]+(?=\S)/y
    inside.lastIndex = at
    const word = inside.exec(line)
    const severity = word && severityFromWord(word[1] as string)
    return severity ? {severity, end: at + (word as RegExpExecArray)[0].length, open: true} : undefined
  }
  const word = /([A-Za-z]{3,13})(?=([:|[]|\s|$))/y
  word.lastIndex = at
  const match = word.exec(line)
  if (!match) return undefined
  const text = match[1] as string
  const severity = severityFromWord(text)
  if (!severity || (text !== text.toUpperCase() && match[2] !== ':')) return undefined
  return {severity, end: at + text.length, open: false}
}
