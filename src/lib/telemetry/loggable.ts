import {causeChain} from './cause-chain.js'
import type {Masker} from './mask.js'

/** Bounds of one entry: what is beyond is cut, and says so. */
const LONGEST_TEXT = 1_000
const MOST_ENTRIES = 50
const MOST_ITEMS = 20
const DEEPEST = 4

export type Loggable = string | number | boolean | null | Loggable[] | {[name: string]: Loggable}

/**
 * A value as it may stand in the own log: plain JSON of bounded size, secrets masked. Runs no code of the value's own
 * but getters, and what those throw is kept out. `undefined` and functions are left out.
 */
export function toLoggable(value: unknown, masker: Masker, depth = 0): Loggable | undefined {
  switch (typeof value) {
    case 'string':
      return cut(masker.text(value.slice(0, 4 * LONGEST_TEXT)))
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
      return value
    case 'bigint':
      return String(value)
    case 'object':
      return value === null ? null : objectToLoggable(value, masker, depth)
    default:
      return undefined
  }
}

function objectToLoggable(value: object, masker: Masker, depth: number): Loggable {
  if (value instanceof Error) return causeChain(value, masker) as unknown as Loggable
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof URL) return masker.text(value.href)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `<${value.byteLength} bytes>`
  if (depth >= DEEPEST) return Array.isArray(value) ? '<array>' : '<object>'
  if (Array.isArray(value)) {
    const items = value.slice(0, MOST_ITEMS).map((item) => toLoggable(item, masker, depth + 1) ?? null)
    return value.length > MOST_ITEMS ? [...items, `<${value.length - MOST_ITEMS} more>`] : items
  }
  return propertiesToLoggable(value, masker, depth)
}

/** The enumerable properties of an object, secret ones masked by their names. */
export function propertiesToLoggable(value: object, masker: Masker, depth = 0): {[name: string]: Loggable} {
  const result: {[name: string]: Loggable} = Object.create(null)
  const names = Object.keys(value)
  for (const name of names.slice(0, MOST_ENTRIES)) {
    const own = propertyOf(value, name)
    const told = masker.byName(name, own) ?? toLoggable(own, masker, depth + 1)
    if (told !== undefined) result[masker.text(name.slice(0, 100))] = told
  }
  if (names.length > MOST_ENTRIES) result.more_properties = names.length - MOST_ENTRIES
  return result
}

function propertyOf(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name]
  } catch {
    return '<unreadable>'
  }
}

export function cut(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT).replace(/[\ud800-\udbff]$/, '')}…`
}
