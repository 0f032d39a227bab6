import type {Writable} from 'node:stream'
import {CODES, type ErrorCode, LogflowError} from '../lib/errors/logflow-error.js'
import {escapeControls} from '../lib/output/escape-controls.js'
import {screenOf} from '../lib/output/screen.js'
import {readOclifError} from './read-oclif-error.js'

export class UsageError extends LogflowError {
  constructor(message: string, suggestions: string[] = []) {
    super('USAGE', message, {suggestions})
  }
}

export interface ErrorPlace {
  stream: Writable & {isTTY?: boolean}
  verbose: boolean
  env: NodeJS.ProcessEnv
}

/** Tells a person what went wrong and what to do about it. Returns the exit status. */
export function showError(thrown: unknown, place: ErrorPlace): number {
  const error = asLogflowError(thrown)
  const {color} = screenOf({stream: place.stream, color: 'auto', env: place.env})
  const label = color ? '\x1b[1;31merror:\x1b[22;39m' : 'error:'
  const lines = [`${label} ${escapeControls(error.message)}`, ...suggestionLines(error.suggestions)]
  if (place.verbose) lines.push(...stackLines(thrown))
  place.stream.write(`${lines.join('\n')}\n`)
  return CODES[error.code]
}

function asLogflowError(thrown: unknown): LogflowError {
  if (thrown instanceof LogflowError) return thrown
  const usage = readOclifError(thrown)
  if (usage) return new UsageError(usage.message, usage.suggestions)
  const local = localCode((thrown as NodeJS.ErrnoException | undefined)?.code)
  if (local) return new LogflowError(local, oneLine(thrown), {cause: thrown})
  const said = thrown instanceof Error ? thrown.message : String(thrown)
  return new LogflowError('INTERNAL', `internal error: ${said.split('\n')[0]}`, {
    cause: thrown,
    suggestions: ['Run it again with --verbose to see where it happened'],
  })
}

/** Failures of the machine that any write can meet. */
function localCode(errno: string | undefined): ErrorCode | undefined {
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return 'DISK_FULL'
  return errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS' ? 'PERMISSION' : undefined
}

function oneLine(thrown: unknown): string {
  return (thrown as Error).message.split('\n')[0] as string
}

/** Commands to type are aligned behind `try` and `or`; other advice stands as it is. */
function suggestionLines(suggestions: readonly string[]): string[] {
  const commands = suggestions.filter((line) => line.startsWith('logflow '))
  const parts = commands.map((line) => {
    const gap = line.search(/ {2,}/)
    return gap === -1 ? {type: line, why: ''} : {type: line.slice(0, gap), why: line.slice(gap).trim()}
  })
  const width = Math.max(0, ...parts.map(({type}) => type.length))
  let index = 0
  return suggestions.map((line) => {
    if (!line.startsWith('logflow ')) return `  ${escapeControls(line)}`
    const {type, why} = parts[index] as {type: string; why: string}
    const word = index++ === 0 ? 'try' : 'or '
    return escapeControls(`  ${word}  ${why ? `${type.padEnd(width)}  ${why}` : type}`)
  })
}

function stackLines(thrown: unknown): string[] {
  const lines: string[] = []
  for (let at = thrown, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const label = depth === 0 ? '' : 'caused by '
    lines.push(
      ...escapeControls(`${label}${at.stack ?? at.message}`)
        .split('\n')
        .map((line) => `  ${line}`),
    )
  }
  return lines
}
