import type {LogRecord} from '../record/record.js'

/**
 * A field by the name a user gives: a field of the record, dotted into it (`source.file`), or a name in its
 * attributes, whole or dotted. `undefined` where the record has none.
 */
export function fieldOf(record: LogRecord, name: string): unknown {
  const alias = ALIASES[name]
  if (alias) return alias(record)
  const top = record as unknown as Record<string, unknown>
  if (Object.hasOwn(top, name)) return top[name]
  return dotted(top, name) ?? dotted(record.attributes, name)
}

const ALIASES: Record<string, (record: LogRecord) => unknown> = {
  timestamp: (record) => record['@timestamp'],
  errName: (record) => record.error?.name,
  errMessage: (record) => record.error?.message,
  causeName: (record) => record.error?.causes?.[0]?.name,
  causeMessage: (record) => record.error?.causes?.[0]?.message,
}

/** `a.b.c` as one key, or as `a` holding `b.c`, and so on: log sources write both. */
function dotted(holder: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(holder, name)) return holder[name]
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const head = name.slice(0, dot)
    const inner = Object.hasOwn(holder, head) ? holder[head] : undefined
    if (inner !== null && typeof inner === 'object') {
      const found = dotted(inner as Record<string, unknown>, name.slice(dot + 1))
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** The chosen fields alone, under the names they were asked for by; those the record lacks are left out. */
export function pickFields(record: LogRecord, names: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {}
  for (const name of names) {
    const value = fieldOf(record, name)
    if (value !== undefined) picked[name] = value
  }
  return picked
}

/** A value in one cell or after `key=`: text as it is, anything nested as JSON, nothing for nothing. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Keys and values of an object's leaves, nested keys dotted; arrays and empty objects count as leaves. */
export function flatten(value: Record<string, unknown>, prefix = ''): Array<[string, unknown]> {
  const found: Array<[string, unknown]> = []
  for (const [key, inner] of Object.entries(value)) {
    const nested = inner !== null && typeof inner === 'object' && !Array.isArray(inner)
    if (nested && prefix.length < 200 && Object.keys(inner).length > 0) {
      found.push(...flatten(inner as Record<string, unknown>, `${prefix}${key}.`))
    } else found.push([prefix + key, inner])
  }
  return found
}
