import {parseExactJson} from '../exact-json.js'
import {FieldSet} from '../fields.js'
import type {ParseContext, Parsed, Parser} from '../parser.js'

/** JSON objects of any logger: field names say what is what (field-roles.ts). Docker's `json-file` lines are unwrapped. */
export const json: Parser = {name: 'json', parse}

function parse(text: string, context: ParseContext): Parsed | undefined {
  const start = firstByte(text)
  if (text.charCodeAt(start) !== 123) return undefined
  const read = parseExactJson(text)
  if (!read) return undefined
  const {value} = read
  const fields = new FieldSet(context)
  const parsed = isDocker(value) ? unwrapDocker(value, fields) : fill(value, fields)
  if (read.duplicates) parsed.lost = true
  return parsed
}

/** Index of the first character that is not a blank. */
function firstByte(text: string): number {
  let at = 0
  while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++
  return at
}

function fill(value: Record<string, unknown>, fields: FieldSet): Parsed {
  const bunyan = value.v === 0 && typeof value.name === 'string' && typeof value.pid === 'number'
  for (const key in value) {
    // Bunyan requires `name` and means the program by it; elsewhere it is a logger's name.
    if (bunyan && key === 'name' && value.service === undefined) fields.add('service', value.name)
    else fields.add(key, value[key])
  }
  return fields.finish()
}

function isDocker(value: Record<string, unknown>): boolean {
  if (typeof value.log !== 'string' || typeof value.time !== 'string') return false
  for (const key in value) if (key !== 'log' && key !== 'stream' && key !== 'time' && key !== 'attrs') return false
  return true
}

/** The line a container wrote, read on its own; its own time and level win over the wrapper's. */
function unwrapDocker(value: Record<string, unknown>, fields: FieldSet): Parsed {
  const line = (value.log as string).replace(/\r?\n$/, '')
  for (const key in value) if (key !== 'log') fields.add(key, value[key])
  const parsed = fields.finish()
  parsed.message = line
  parsed.inner = line
  return parsed
}
