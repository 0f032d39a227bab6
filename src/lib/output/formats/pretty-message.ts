import type {LogRecord} from '../../record/record.js'
import {plural} from '../numbers.js'
import {wrapTo} from '../text-width.js'

/** Lines of one message before the rest is only counted. */
const MOST_LINES = 8
/** Lines that one long line is folded into, before the rest is only counted: a screenful. */
const MOST_FOLDS = 24

/** The lines of a message, folded at `room` columns; Infinity folds and counts nothing. */
export function foldMessage({message}: LogRecord, {safe}: {safe(text: string): string}, room: number): string[] {
  const written = message.trimEnd().split(/\r?\n/)
  const all = !Number.isFinite(room) || written.length <= MOST_LINES
  const kept = all ? written : written.slice(0, MOST_LINES - 1)
  const lines = kept.flatMap((line) => foldLine(safe(line.trimEnd().replaceAll('\t', '    ')), room))
  if (kept.length < written.length) lines.push(`+ ${plural(written.length - kept.length, 'line')}`)
  return lines
}

function foldLine(line: string, room: number): string[] {
  if (!Number.isFinite(room)) return [line]
  const lines = wrapTo(line, room, MOST_FOLDS + 1)
  const rest = lines[MOST_FOLDS]
  return rest === undefined ? lines : [...lines.slice(0, MOST_FOLDS), `+ ${plural(rest.length, 'character')}`]
}
