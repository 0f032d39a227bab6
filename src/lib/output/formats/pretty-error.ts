import type {LogRecord} from '../../record/record.js'
import {beginningOf, cutTo, textWidth} from '../text-width.js'

export interface ErrorLayout {
  /** Everything is shown, the whole stack included. */
  wide: boolean
  /** Columns there are. */
  room: number
  safe(text: string): string
}

// JavaScript and Java, Python, Ruby, Go, .NET, Rust.
const FRAME = /^\s*(at |File "|from |\S+\.go:\d+|\d+: )/

/** A line joined with its stack trace, as the line alone and an error that holds the trace. */
export function withoutTrace(record: LogRecord): LogRecord {
  const {error, message} = record
  const end = message.indexOf('\n')
  if (!error || error.stack !== undefined || end === -1) return record
  return {...record, message: message.slice(0, end), error: {...error, stack: message.slice(end + 1)}}
}

/** What went wrong, below its record: name and message, the innermost frame, how many more there are, the causes. */
export function errorLines({error, message}: LogRecord, {wide, room, safe}: ErrorLayout): string[] {
  if (!error) return []
  const said = [error.name, oneLine(error.message)].filter(Boolean).join(': ')
  const lines: string[] = []
  if (said && said !== message.trim()) lines.push(safe(beginningOf(said, room)))
  const stack = (error.stack ?? '').split(/\r?\n/)
  if (wide) {
    // A trace that is whole tells its causes in their places.
    const rest = stack[0] !== undefined && said.startsWith(stack[0].trim()) ? stack.slice(1) : stack
    lines.push(...rest.filter(Boolean).map((line) => safe(`  ${line.trim()}`)))
    if (!/^\s*Caused by/m.test(error.stack ?? ''))
      for (const cause of causesOf(error.causes)) lines.push(safe(`caused by ${cause}`))
  } else {
    const detail = [frameText(stack), ...causesOf(error.causes).map((cause) => `caused by ${cause}`)].filter(Boolean)
    const together = safe(beginningOf(`  ${detail.join('   ')}`, room))
    if (textWidth(together) <= room) lines.push(...(detail.length > 0 ? [together] : []))
    else lines.push(...detail.map((part) => safe(beginningOf(`  ${part}`, room))))
  }
  return lines.map((line) => (Number.isFinite(room) ? cutTo(line, room) : line))
}

function frameText(stack: readonly string[]): string {
  const frames = stack.filter((line) => FRAME.test(line))
  // Python prints the innermost call last.
  const innermost = frames[0]?.trimStart().startsWith('File "') ? frames.at(-1) : frames[0]
  if (innermost === undefined) return ''
  const more = frames.length - 1
  return innermost.trim() + (more > 0 ? `    + ${more} ${more === 1 ? 'frame' : 'frames'}` : '')
}

function causesOf(causes: Array<{name?: string; message?: string}> = []): string[] {
  return causes.map(({name, message}) => [name, oneLine(message)].filter(Boolean).join(': ')).filter(Boolean)
}

function oneLine(text: string | undefined): string {
  const lines = (text ?? '').split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '').join(' ')
}
