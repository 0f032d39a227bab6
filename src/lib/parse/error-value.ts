// An error as a structured line carries it: a string, or an object in the shape of some logger.

import type {RecordError} from '../record/record.js'
import {errorFromTrace, MAX_CAUSES, thrownIn} from './stack-trace.js'

/** The error in `value`, and what of an object it does not hold (codes, ids). */
export interface ErrorValue {
  error: RecordError
  rest?: Record<string, unknown>
}

const NAME = new Set(['name', 'type', 'kind', 'class', 'errname', 'exceptionclass', 'exceptiontype', 'code_name'])
const MESSAGE = new Set(['message', 'msg', 'errmessage', 'exceptionmessage', 'description', 'detail'])
const STACK = new Set(['stack', 'stacktrace', 'backtrace', 'trace', 'stackstring'])
const CAUSE = new Set([
  'cause',
  'causes',
  'innerexception',
  'inner',
  'previous',
  'causedby',
  'aggregateerrors',
  'errors',
])

/** Reads `err`, `error`, `exception`, … ; `undefined` where the value says nothing of an error. */
export function errorFromValue(value: unknown): ErrorValue | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : {error: errorFromString(value)}
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    const lines = stackText(value)
    return lines === undefined ? undefined : {error: errorFromString(lines)}
  }
  return errorFromObject(value as Record<string, unknown>)
}

/** A stack as one text; loggers write it as a string or as a list of lines. */
export function stackText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (Array.isArray(value) && value.length > 0 && value.every((line) => typeof line === 'string'))
    return value.join('\n')
  return undefined
}

function errorFromString(text: string): RecordError {
  if (!text.includes('\n')) {
    const thrown = /^[\w.$\\:]+(?:Error|Exception)\b/.test(text) ? thrownIn(text) : undefined
    return thrown?.message ? {name: thrown.name, message: thrown.message} : {message: text}
  }
  return fromStack(text)
}

/** Name, message and causes as the stack's own text gives them, and the stack. */
export function fromStack(stack: string): RecordError {
  const error = errorFromTrace(stack)
  const head = error?.name || error?.message ? error : thrownIn(stack.slice(0, stack.indexOf('\n') >>> 0))
  const found: RecordError = {}
  if (head?.name) found.name = head.name
  if (head?.message) found.message = head.message
  found.stack = stack
  if (error?.causes) found.causes = error.causes
  return found
}

function errorFromObject(object: Record<string, unknown>): ErrorValue | undefined {
  const error: RecordError = {}
  const rest: Record<string, unknown> = {}
  let left = false
  for (const key of Object.keys(object)) {
    if (!take(error, key.toLowerCase().replace(/[_\-.]/g, ''), object[key])) {
      Object.defineProperty(rest, key, {value: object[key], enumerable: true, writable: true, configurable: true})
      left = true
    }
  }
  if (error.name === undefined && error.message === undefined && error.stack === undefined) return undefined
  if (error.stack !== undefined && (error.name === undefined || error.message === undefined)) {
    const head = fromStack(error.stack)
    error.name ??= head.name
    error.message ??= head.message
  }
  return left ? {error: inOrder(error), rest} : {error: inOrder(error)}
}

function take(error: RecordError, key: string, value: unknown): boolean {
  if (NAME.has(key)) {
    if (typeof value !== 'string' || error.name !== undefined) return false
    error.name = value
    return true
  }
  if (MESSAGE.has(key)) {
    if (typeof value !== 'string' || error.message !== undefined) return false
    error.message = value
    return true
  }
  if (STACK.has(key)) {
    const stack = stackText(value)
    if (stack === undefined || error.stack !== undefined) return false
    error.stack = stack
    return true
  }
  return CAUSE.has(key) && error.causes === undefined && takeCauses(error, value)
}

/** Takes causes only where nothing of them is lost: at most four, nothing but names and messages. */
function takeCauses(error: RecordError, value: unknown): boolean {
  const causes: Array<{name?: string; message?: string}> = []
  const pending: unknown[] = Array.isArray(value) ? [...value] : [value]
  let whole = true
  while (pending.length > 0 && causes.length < MAX_CAUSES) {
    const read = errorFromValue(pending.shift())
    if (!read) return false
    const {name, message, stack, causes: deeper} = read.error
    causes.push({...(name !== undefined && {name}), ...(message !== undefined && {message})})
    if (deeper) pending.unshift(...deeper)
    if (stack !== undefined || read.rest) whole = false
  }
  error.causes = causes
  return whole && pending.length === 0
}

function inOrder({name, message, stack, causes}: RecordError): RecordError {
  const error: RecordError = {}
  if (name !== undefined) error.name = name
  if (message !== undefined) error.message = message
  if (stack !== undefined) error.stack = stack
  if (causes !== undefined) error.causes = causes
  return error
}
