import type {LogRecord} from '../../record/record.js'
import {cutTo, textWidth} from '../text-width.js'

export interface ErrorLayout {
  /** Everything is shown, the whole stack included. */
  wide: boolean
  /** Columns there are. */
  room: number
  safe(text: string): string
}

// JavaScript and Java, Python, Ruby, Go, .NET, Rust.
const FRAME = /^\s*(at |File "|from |\S+\.go:\d+|\d+: )/

/** What went wrong, below its record: name and message, the innermost frame, how many more there are, the causes. */
export function errorLines({error, message}: LogRecord, {wide, room, safe}: ErrorLayout): string[] {
  if (!error) return []
  const said = [error.name, oneLine(error.message)].filter(Boolean).join(': ')
  const lines: string[] = []
  if (said && said !== message.trim()) lines.push(safe(said))
  const stack = (error.stack ?? '').split(/\r?\n/)
  if (wide) {
    lines.push(...stack.filter((line) => FRAME.test(line)).map((line) => safe(`  ${line.trim()}`)))
    for (const cause of causesOf(error.causes)) lines.push(safe(`caused by ${cause}`))
  } else {
    const detail = [frameText(stack), ...causesOf(error.causes).map((cause) => `caused by ${cause}`)].filter(Boolean)
    const together = safe(`  ${detail.join('   ')}`)
    if (textWidth(together) <= room) lines.push(...(detail.length > 0 ? [together] : []))
    else lines.push(...detail.map((part) => safe(`  ${part}`)))
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
  return (text ?? '').replace(/\s*\n\s*/g, ' ').trim()
}
