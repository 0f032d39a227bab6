import type {Masker} from './mask.js'

const MOST_CAUSES = 5
const LONGEST_MESSAGE = 500
const MOST_FRAMES = 8

export interface ErrorEntry {
  name: string
  /** Of a LogflowError, or the system's: `STORE_UNREACHABLE`, `ECONNREFUSED`. */
  code?: string
  message: string
  /** Where it was thrown: only of what is no LogflowError, which tell by their code. */
  stack?: string[]
  /** The causes, outermost first, whatever was nested. */
  causes?: Array<{name: string; code?: string; message: string}>
}

/** An error with the chain of its causes as one flat list of at most five; also those of an AggregateError. */
export function causeChain(thrown: unknown, masker: Masker): ErrorEntry {
  const seen = new Set<unknown>()
  const causes: NonNullable<ErrorEntry['causes']> = []
  const visit = (error: unknown) => {
    for (const next of nextOf(error)) {
      if (seen.has(next) || causes.length >= MOST_CAUSES) continue
      seen.add(next)
      causes.push(told(next, masker))
      visit(next)
    }
  }
  seen.add(thrown)
  visit(thrown)
  const entry: ErrorEntry = told(thrown, masker)
  const frames = framesOf(thrown)
  if (frames.length > 0) entry.stack = frames.map((frame) => masker.text(frame))
  if (causes.length > 0) entry.causes = causes
  return entry
}

function nextOf(error: unknown): unknown[] {
  if (!(error instanceof Error)) return []
  const several = error instanceof AggregateError ? error.errors : []
  return [...(error.cause === undefined ? [] : [error.cause]), ...several]
}

function told(error: unknown, masker: Masker): {name: string; code?: string; message: string} {
  if (!(error instanceof Error)) return {name: typeof error, message: shortened(String(error), masker)}
  const code = (error as {code?: unknown}).code
  return {
    name: shortened(String(error.name), masker),
    ...(typeof code === 'string' ? {code: shortened(code, masker)} : {}),
    message: shortened(String(error.message), masker),
  }
}

function framesOf(error: unknown): string[] {
  if (!(error instanceof Error) || error.name === 'LogflowError' || typeof error.stack !== 'string') return []
  const frames = error.stack.split('\n').filter((line) => /^\s+at /.test(line))
  return frames.slice(0, MOST_FRAMES).map((line) => line.trim().slice(0, 200))
}

function shortened(text: string, masker: Masker): string {
  const masked = masker.text(text.slice(0, 4 * LONGEST_MESSAGE))
  return masked.length <= LONGEST_MESSAGE ? masked : `${masked.slice(0, LONGEST_MESSAGE)}…`
}
