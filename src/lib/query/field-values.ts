import type {LogRecord} from '../record/record.js'
import type {RecordField} from './query.js'
import {isScalar, type Scalar} from './text-of.js'

/** The values of a field of the record. */
export function recordValues(record: LogRecord, name: RecordField): Scalar[] {
  const values: Scalar[] = []
  addBelow(record, name, values)
  return values
}

/** The values at a dotted path of the attributes (see Field). */
export function attributeValues(record: LogRecord, path: string): Scalar[] {
  const values: Scalar[] = []
  addBelow(record.attributes, path, values)
  return values
}

/** Whether a value stands at a dotted path of the attributes, or below it. */
export function attributeExists(record: LogRecord, path: string): boolean {
  return some(record.attributes, path, holdsValue)
}

/** Every value in the attributes with its dotted path. */
export function* attributeLeaves(attributes: Record<string, unknown>): Generator<[path: string, value: Scalar]> {
  for (const [key, value] of Object.entries(attributes)) yield* leaves(key, value)
}

function* leaves(path: string, value: unknown): Generator<[string, Scalar]> {
  if (isScalar(value)) yield [path, value]
  else if (Array.isArray(value)) for (const item of value) yield* leaves(path, item)
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) yield* leaves(`${path}.${key}`, item)
}

function addBelow(value: unknown, path: string, values: Scalar[]): void {
  some(value, path, (found) => {
    addElements(found, values)
    return false
  })
}

function addElements(value: unknown, values: Scalar[]): void {
  if (isScalar(value)) values.push(value)
  else if (Array.isArray(value)) for (const item of value) addElements(item, values)
}

function holdsValue(value: unknown): boolean {
  if (isScalar(value)) return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsValue)
}

/** Whether anything that a path leads to passes: a dot may stand between two keys or in one. */
function some(value: unknown, path: string, passes: (value: unknown) => boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => some(item, path, passes))
  if (typeof value !== 'object' || value === null) return false
  const object = value as Record<string, unknown>
  if (Object.hasOwn(object, path) && passes(object[path])) return true
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const key = path.slice(0, dot)
    if (Object.hasOwn(object, key) && some(object[key], path.slice(dot + 1), passes)) return true
  }
  return false
}
