import type {Parsed, Parser} from '../parser.js'
import {errorFromTrace} from '../stack-trace.js'

/** Anything: the whole text is the message. A stack trace in it is read, and stays in it. */
export const plain: Parser = {name: 'plain', parse: parsePlain}

export function parsePlain(text: string): Parsed {
  const parsed: Parsed = {message: text, attributes: {}}
  const error = text.includes('\n') ? errorFromTrace(text) : undefined
  if (error) parsed.error = error
  return parsed
}
