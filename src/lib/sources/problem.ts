import {LogflowError} from '../errors/logflow-error.js'
import type {Problem} from './input.js'
import type {Binary} from './inspect-head.js'

/** What the system's errors mean to someone who named a file. */
const MEANING: Record<string, {reason: string; suggestion?: string}> = {
  ENOENT: {
    reason: 'no such file or directory',
    suggestion: 'Check the name; quote patterns, so that logflow expands them',
  },
  EACCES: {reason: 'permission denied', suggestion: 'Run as a user who may read it, or change its permissions'},
  EPERM: {reason: 'permission denied', suggestion: 'Run as a user who may read it, or change its permissions'},
  EISDIR: {reason: 'is a directory'},
  ENOTDIR: {reason: 'a part of the path is not a directory'},
  ELOOP: {reason: 'too many symbolic links, perhaps a loop'},
  EMFILE: {reason: 'too many open files', suggestion: 'Raise the limit: ulimit -n 4096'},
  ENXIO: {reason: 'is a socket or a device nobody answers on'},
  EIO: {reason: 'the disk or network drive reports a read error'},
  ESTALE: {reason: 'the network drive lost the file'},
}

/** Translates whatever was thrown about a path; a LogflowError stays as it is. */
export function toProblem(path: string, error: unknown, tried = 'cannot read'): Problem {
  if (error instanceof LogflowError) return {path, error}
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const known = MEANING[code]
  const reason = known?.reason ?? oneLine(error)
  return {path, error: unreadable(`${tried} ${path}: ${reason}`, {cause: error, suggestion: known?.suggestion, code})}
}

/** A problem that no error of the system stands behind. */
export function problem(path: string, reason: string, suggestion?: string): Problem {
  return {path, error: unreadable(`${path}: ${reason}`, {suggestion})}
}

/** A file that is left out because it is no text. */
export function skipped(path: string, {reason, unpack}: Binary): Problem {
  const way = unpack ? `Unpack it on the way: ${unpack} ${path} | logflow ship -` : 'Read it all the same: --force'
  return {path, error: unreadable(`${path} looks like ${reason}`, {suggestion: way})}
}

function unreadable(message: string, from: {cause?: unknown; suggestion?: string; code?: string}): LogflowError {
  const denied = from.code === 'EACCES' || from.code === 'EPERM'
  return new LogflowError(denied ? 'PERMISSION' : 'FILE_UNREADABLE', message, {
    cause: from.cause,
    suggestions: from.suggestion ? [from.suggestion] : [],
  })
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/\s*\n\s*/g, ' ').trim()
}
