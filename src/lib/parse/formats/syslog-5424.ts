import {severityFromSyslog} from '../../record/level.js'
import {parseTime} from '../../record/timestamp.js'
import {FieldSet} from '../fields.js'
import {type ParseContext, type Parsed, type Parser, toNumber} from '../parser.js'

/** RFC 5424: `<34>1 2026-01-05T10:00:00Z host app procid msgid [sd@1 k="v"] message`. */
export const syslog5424: Parser = {name: 'syslog-5424', parse}

const HEADER = /<(\d{1,3})>([1-9]\d{0,2}) (\S+) (\S+) (\S+) (\S+) (\S+)(?: |$)/y

function parse(text: string, context: ParseContext): Parsed | undefined {
  if (text.charCodeAt(0) !== 60) return undefined
  HEADER.lastIndex = 0
  const match = HEADER.exec(text)
  if (!match) return undefined
  const [whole, pri, version, time, host, app, procid, msgid] = match as unknown as string[]
  const priority = Number(pri)
  if (priority > 191) return undefined
  const data = readStructuredData(text, (whole as string).length)
  if (!data) return undefined
  const fields = new FieldSet(context)
  for (const members of Object.values(data.elements)) {
    // Only ids and times of structured data count as fields; the elements stay as they are.
    for (const [key, value] of Object.entries(members)) if (/id$|traceparent/i.test(key)) fields.add(key, value)
  }
  const parsed = fields.finish()
  parsed.attributes = {facility: priority >> 3}
  const severity = severityFromSyslog(priority & 7)
  parsed.level = severity?.level
  parsed.severity_number = severity?.number
  const when = time === '-' ? undefined : parseTime(time as string, context)
  if (when) parsed.time = when
  else if (time !== '-') parsed.attributes.timestamp = time
  if (host !== '-') parsed.host = host
  if (app !== '-') parsed.service = app
  if (procid !== '-') parsed.attributes.pid = toNumber(procid as string)
  if (msgid !== '-') parsed.attributes.msgid = msgid
  if (version !== '1') parsed.attributes.syslog_version = Number(version)
  if (data.count > 0) parsed.attributes.structured_data = data.elements
  if (data.lost) parsed.lost = true
  const message = text.slice(data.end).replace(/^ ?\ufeff?/, '')
  parsed.message = message
  if (message.charCodeAt(0) === 123) parsed.inner = message
  return parsed
}

interface StructuredData {
  elements: Record<string, Record<string, string>>
  count: number
  end: number
  /** A name came twice in one element. */
  lost: boolean
}

const ELEMENT = /\[([^\s=\]"]{1,64})((?: +[^\s=\]"]{1,64}="(?:[^"\\\]]|\\[\s\S])*")*) *\]/y
const PARAMETER = /([^\s=\]"]{1,64})="((?:[^"\\\]]|\\[\s\S])*)"/g

function readStructuredData(text: string, start: number): StructuredData | undefined {
  const data: StructuredData = {elements: Object.create(null), count: 0, end: start, lost: false}
  if (text.charCodeAt(start) === 45 && (start + 1 === text.length || text.charCodeAt(start + 1) === 32))
    return {...data, elements: {}, end: start + 1}
  while (text.charCodeAt(data.end) === 91) {
    ELEMENT.lastIndex = data.end
    const match = ELEMENT.exec(text)
    if (!match) break
    const members: Record<string, string> = Object.create(null)
    for (const [, name, value] of (match[2] as string).matchAll(PARAMETER)) {
      if (name! in members) data.lost = true
      members[name!] = value!.replace(/\\(["\\\]])/g, '$1')
    }
    if (match[1]! in data.elements) data.lost = true
    data.elements[match[1]!] = {...members}
    data.end += match[0].length
    data.count++
  }
  data.elements = {...data.elements}
  // Senders that leave structured data out altogether are read as well: the message begins here.
  return data
}
