// Text layouts that one program or library writes and whose columns mean nothing without knowing it.
// Each is a pattern for a line's beginning and what its groups are; the message is the rest of the line.

import {type Severity, severityFromText} from '../record/level.js'
import {scanTime} from '../record/scan-time.js'
import {parseTime} from '../record/timestamp.js'
import {parseExactJson} from './exact-json.js'
import {FieldSet} from './fields.js'
import {type ParseContext, type Parsed, toNumber} from './parser.js'

interface Layout {
  /** First characters the layout can begin with, as a class: keeps other lines away from the pattern. */
  first: RegExp
  /** Groups: `time`, `level`, and otherwise names of attributes. */
  pattern: RegExp
}

const LAYOUTS: Layout[] = [
  // Android logcat, with and without year, zone and user: `03-17 16:13:38.811  1702  2395 D WindowManager: …`
  {
    first: /\d/,
    pattern:
      /^(?<time>(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3,9}(?: [+-]\d{4})?) +(?:(?<uid>\w+) +(?=\d+ +\d+ +[A-Z] ))?(?<pid>\d+) +(?<tid>\d+) +(?<level>[VDIWEFA]) (?<logger>[^:]{0,60}?) *: ?/,
  },
  // glog and klog: `I0102 15:04:05.123456       1 file.go:12] …`
  {
    first: /[IWEFD]/,
    pattern:
      /^(?<level>[IWEFD])(?<glog>(?:\d{4})?\d{4} \d\d:\d\d:\d\d\.\d+) +(?<pid>\d+) (?<location>[^\]\s]+:\d+)\] ?/,
  },
  // redis: `1:M 29 Aug 2023 13:47:38.984 * …`, older `[4018] 14 Nov 07:01:22.119 * …`
  {
    first: /[\d[]/,
    pattern:
      /^(?<pid>\d+):(?<role>[A-Z]) (?<time>\d\d [A-Z][a-z]{2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?) (?<redis>[.*#-]) /,
  },
  {first: /\[/, pattern: /^\[(?<pid>\d+)\] (?<time>\d\d [A-Z][a-z]{2} \d\d:\d\d:\d\d(?:\.\d+)?) (?<redis>[.*#-]) /},
  {first: /\d/, pattern: /^(?<pid>\d+):(?<role>signal-handler) \((?<time>\d{10})\) /},
  // nginx: `2019/10/30 23:26:34 [error] 205860#205860: *180289 …`
  {
    first: /\d/,
    pattern:
      /^(?<time>\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) \[(?<level>[a-z]+)\] (?<pid>\d+)#(?<tid>\d+): (?:\*(?<connection>\d+) )?/,
  },
  // MySQL 8: `2026-01-05T10:00:00.123456Z 8 [Warning] [MY-010453] [Server] …`
  {
    first: /\d/,
    pattern:
      /^(?<time>\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-][\d:]+)?) +(?<thread>\d+) \[(?<level>[A-Z][a-z]+)\] \[(?<code>MY-\d+)\] \[(?<subsystem>\w+)\] /,
  },
  // Ruby's logger: `I, [2015-01-01T10:00:00.123456 #1234]  INFO -- prog: …`
  {
    first: /[DIWEFAU]/,
    pattern: /^[DIWEFAU], \[(?<time>[\dT:. -]+?) #(?<pid>\d+)\] +(?<level>[A-Z]+) -- (?<logger>[^:]*): /,
  },
  // Monolog: `[2020-01-01 12:00:00] local.ERROR: …`
  {first: /\[/, pattern: /^\[(?<time>\d{4}-\d\d-\d\d[T ][^\]]{8,30})\] (?<logger>[\w-]+)\.(?<level>[A-Z]{4,9}): /},
  // logrus on a terminal: `INFO[0003] …`
  {first: /[TDIWEFP]/, pattern: /^(?<level>TRAC|DEBU|INFO|WARN|ERRO|FATA|PANI)\[(?<elapsed_s>\d{4,})\] /},
  // Python's basicConfig: `INFO:root:…`
  {first: /[DIWEC]/, pattern: /^(?<level>DEBUG|INFO|WARNING|ERROR|CRITICAL):(?<logger>[\w.]+):/},
  // Containers (CRI): `2026-01-05T10:00:00.123456789Z stdout F …`; the rest is the container's own line.
  {first: /\d/, pattern: /^(?<time>\d{4}-\d\d-\d\dT\S{8,30}) (?<stream>stdout|stderr) (?<partial>[FP])(?: |$)/},
  // Columns between bars, no level: `20171223-22:15:29:606|Step_LSC|30002312|…`
  {first: /\d/, pattern: /^(?<time>[\d:./T -]{14,29}Z?) ?\| ?(?<logger>[A-Za-z_][\w.-]*) ?\| ?(?<pid>\d+) ?\|/},
]

const REDIS: Record<string, string> = {'.': 'debug', '-': 'verbose', '*': 'notice', '#': 'warning'}

/** The line as one of the known layouts, or as columns between tabs (zap). */
export function readLayout(line: string, context: ParseContext): Parsed | undefined {
  const first = line[0] ?? ''
  for (const layout of LAYOUTS) {
    if (!layout.first.test(first)) continue
    const match = layout.pattern.exec(line)
    const parsed = match?.groups && fromGroups(match.groups, context)
    if (parsed) {
      parsed.message = line.slice((match as RegExpExecArray)[0].length)
      if (match?.groups?.stream) parsed.inner = parsed.message
      return parsed
    }
  }
  return line.includes('\t') ? readTabs(line, context) : undefined
}

function fromGroups(groups: Record<string, string | undefined>, context: ParseContext): Parsed | undefined {
  const parsed: Parsed = {message: '', attributes: {}}
  for (const [name, value] of Object.entries(groups)) {
    if (value === undefined || value === '') continue
    if (name === 'time' || name === 'glog') {
      const text = name === 'glog' ? glogTime(value) : value
      parsed.time = parseTime(text, context)
      if (parsed.time === undefined && !scanTime(text, 0, context)) return undefined
      if (parsed.time === undefined) parsed.attributes.timestamp = value
    } else if (name === 'level' || name === 'redis') {
      const severity = name === 'redis' ? redisLevel(value) : severityFromText(value === 'A' ? 'fatal' : value)
      if (!severity) return undefined
      parsed.level = severity.level
      parsed.severity_number = severity.number
    } else parsed.attributes[name] = toNumber(value)
  }
  return parsed
}

/** `0102 15:04:05.1` and `20260102 15:04:05.1` in a spelling that is read as month and day. */
function glogTime(text: string): string {
  return text.charAt(4) === ' ' ? `${text.slice(0, 2)}-${text.slice(2)}` : text
}

function redisLevel(mark: string): Severity | undefined {
  return severityFromText(mark === '-' ? 'debug' : (REDIS[mark] ?? ''))
}

/** zap's console: `time ⇥ level ⇥ [logger ⇥] [caller ⇥] message [⇥ {fields}]`. */
function readTabs(line: string, context: ParseContext): Parsed | undefined {
  const columns = line.split('\t')
  if (columns.length < 3) return undefined
  const time = parseTime(columns[0] as string, context)
  const severity = time && severityFromText(columns[1] as string)
  if (!severity) return undefined
  const attributes: Record<string, unknown> = {}
  let last = columns.length - 1
  const tail = last > 2 ? fieldsOf(columns[last] as string) : undefined
  if (tail) last--
  let at = 2
  for (; at < last; at++) {
    const column = columns[at] as string
    if (/^[\w./@-]+:\d+$/.test(column)) attributes.caller = column
    else if (at === 2 && /^[\w.$/-]+$/.test(column)) attributes.logger = column
    else break
  }
  const fields = new FieldSet(context)
  for (const [key, value] of Object.entries(tail ?? {})) fields.add(key, value)
  const parsed = fields.finish()
  Object.assign(parsed.attributes, attributes)
  parsed.time = time
  parsed.level = severity.level
  parsed.severity_number = severity.number
  parsed.message = columns.slice(at, last + 1).join('\t')
  return parsed
}

function fieldsOf(text: string): Record<string, unknown> | undefined {
  return text.startsWith('{') && text.endsWith('}') ? parseExactJson(text)?.value : undefined
}
