// A trace as a waterfall, one span of it chosen, and of its records one.

import {shellArgument} from '../../query/shell-words.js'
import type {LogRecord} from '../../record/record.js'
import {timeAfter} from '../../trace/clock.js'
import type {SectionEntry} from '../../trace/sections.js'
import type {TraceTree} from '../../trace/trace-tree.js'
import type {Key} from '../line-editor.js'
import {type Next, only} from '../message.js'
import {atRecord} from '../moment.js'
import {inPlace} from '../place.js'
import type {State} from '../state.js'
import {
  belongs,
  choosable,
  entriesOf,
  lineOfSpan,
  samePlace,
  spansOf,
  type TraceWalk,
  toggled,
  unfoldedTo,
  walkOf,
} from '../trace-walk.js'
import {clamp, noted} from '../view.js'
import {compareWith, pinOrUnpin} from './compare.js'
import {openDetail} from './detail.js'
import {movedIn, wordOf} from './list-keys.js'
import type {Mode, ModeKeys} from './mode.js'

export interface TraceMode {
  kind: 'trace'
  walk: TraceWalk
  /** Line of the chosen span. */
  chosen: number
  /** The first line that is shown. */
  top: number
  /** Of the records of the chosen line the one that is chosen. */
  record: number
  /** When it was read, ms since 1970. */
  at: number
  /** Records that only the stream holds so far. */
  unstored: number
  /** Ids of its records that came since it was read. */
  fresh: ReadonlySet<string>
  /** Where one was before. */
  back: Mode
}

export const trace: ModeKeys<TraceMode> = {
  onKey(state, mode, key) {
    return onPlace(state, mode, key) ?? onFold(state, mode, key) ?? onRecord(state, mode, key) ?? only(state)
  },
  hints: ({size}) =>
    size.columns < 100
      ? 'j k span  e error  Enter in the stream  d fields  Esc back'
      : 'j k span  h l parent, child  n N record  e error  Enter in the stream  d fields  r read again  Esc back',
  help: [
    'in a trace',
    'j k, page, g G   next and previous span',
    'h l, left right  to the caller, to the first call below; l opens calls that are folded',
    'o                fold what is below a span, or open it',
    'e  E             first error, next one',
    'n  N             next and previous record in order of time, and to its span',
    'Enter            that record in the stream',
    'd, space         all its fields',
    'r                read the trace again: what came meanwhile',
    'y                copy as a logflow command',
  ],
}

/** Lines of the waterfall, of what is told of the chosen span, and of its records, in so many in all. */
export function traceRows(walk: TraceWalk, rows: number): {head: number; bars: number; records: number} {
  const head = rows >= 10 ? 2 : 1
  if (rows < 8) return {head, bars: Math.max(0, rows - head), records: 0}
  const rest = rows - head - 1
  const bars = Math.min(walk.lines.length, Math.ceil(rest * 0.6))
  return {head, bars, records: rest - bars}
}

/** Asks for the trace of a record. */
export function askTrace(state: State, record: LogRecord | undefined): Next {
  if (!record) return only(noted(state, 'no record is chosen'))
  const id = record.trace_id ?? record.correlation_id ?? record.request_id
  if (id === undefined) return only(noted(state, 'this record has no trace, correlation or request id'))
  return {state: noted({...state, following: false}, 'looking for the trace …'), effects: [{kind: 'trace', id}]}
}

/** Shows a trace that was read; where it is on the screen already, at the same span. */
export function withTrace(state: State, tree: TraceTree, unstored: number, at: number): State {
  const {mode} = state
  const walk = walkOf(tree)
  const again = mode.kind === 'trace' && mode.walk.tree.id === tree.id
  const came = again ? tree.records.length - mode.walk.tree.records.length : 0
  const note = again ? {text: came > 0 ? `${came} more of its records` : 'nothing new', bad: false} : undefined
  const fresh = new Set<string>()
  if (again) {
    const chosen = samePlace(mode.walk, mode.chosen, walk)
    return {...state, note, mode: inSight(state, {...mode, walk, chosen, at, unstored, fresh})}
  }
  const first: TraceMode = {
    kind: 'trace',
    walk,
    chosen: choosable(walk, 0),
    record: 0,
    top: 0,
    at,
    unstored,
    fresh,
    back: mode,
  }
  return {
    ...state,
    note,
    mode: atRecordOf(state, first, mode.kind === 'detail' ? mode.record : state.shown.at(state.cursor)),
  }
}

/** At the span of the record one came from, where it is in the trace. */
function atRecordOf(state: State, mode: TraceMode, from: LogRecord | undefined): TraceMode {
  for (const {entries} of mode.walk.sections)
    for (const entry of entries) if (entry.record.id === from?.id) return atEntry(state, mode, entry)
  return mode
}

/** Counts those of more records that belong to the trace on the screen. */
export function withArrivals(mode: Mode, records: readonly LogRecord[]): Mode {
  if (mode.kind !== 'trace') return mode
  const {known, tree} = mode.walk
  const fresh = records.filter((record) => belongs(record, tree.id) && !known.has(record.id))
  return fresh.length === 0 ? mode : {...mode, fresh: new Set([...mode.fresh, ...fresh.map(({id}) => id)])}
}

/** The record that is chosen in a trace; undefined where nobody wrote about the span. */
export function chosenEntry({walk, chosen, record}: TraceMode): SectionEntry | undefined {
  const entries = entriesOf(walk.lines[chosen])
  return entries[clamp(record, 0, entries.length - 1)]
}

/** At the next record of the request in order of time, or the one before, and at its span; undefined at either end. */
export function stepped(state: State, mode: TraceMode, step: 1 | -1): TraceMode | undefined {
  const entries = mode.walk.lines[mode.chosen]?.section.entries ?? []
  const next = entries[placeOfChosen(mode) + step]
  return next && atEntry(state, mode, next)
}

/** Which of the records of its request the chosen one is; of a span nobody wrote about the one before it began. */
export function placeOfChosen(mode: TraceMode): number {
  const {walk, chosen} = mode
  const entries = walk.lines[chosen]?.section.entries ?? []
  const record = chosenEntry(mode)?.record
  if (record) return entries.findIndex((entry) => entry.record === record)
  const start = spansOf(walk.lines[chosen])[0]?.start ?? 0
  const later = entries.findIndex(({time}) => time >= start)
  return (later < 0 ? entries.length : later) - 1
}

function atEntry(state: State, mode: TraceMode, entry: SectionEntry): TraceMode {
  const walk = unfoldedTo(mode.walk, entry.span)
  const chosen = lineOfSpan(walk, entry.span)
  const record = entriesOf(walk.lines[chosen]).findIndex((one) => one.record === entry.record)
  return inSight(state, {...mode, walk, chosen, record: Math.max(0, record)})
}

/** To another span. */
function onPlace(state: State, mode: TraceMode, key: Key): Next | undefined {
  const {walk, chosen} = mode
  const word = wordOf(key)
  if (word === ' ') return undefined
  const page = Math.max(1, traceRows(walk, state.size.rows - 3).bars)
  const to = movedIn(chosen, walk.lines.length - 1, page, key)
  if (to !== undefined) return at(state, mode, choosable(walk, to, to < chosen))
  switch (word) {
    case 'left':
    case 'h': {
      const parent = spansOf(walk.lines[chosen])[0]?.parent
      if (!parent) return only(noted(state, 'nothing called this one'))
      return at(state, mode, lineOfSpan(walk, parent))
    }
    case 'e':
      return only(toError(state, mode, 0))
    case 'E': {
      const now = chosenEntry(mode)?.record
      return only(toError(state, mode, walk.errors.findIndex(({record}) => record === now) + 1))
    }
    default:
      return undefined
  }
}

/** What is below a span. */
function onFold(state: State, mode: TraceMode, key: Key): Next | undefined {
  const {walk, chosen} = mode
  const line = walk.lines[chosen]
  const word = wordOf(key)
  if (word === 'o') {
    const next = toggled(walk, chosen)
    return next ? at(state, {...mode, walk: next.walk}, next.place) : only(noted(state, 'nothing to fold here'))
  }
  if (word !== 'l' && word !== 'right') return undefined
  const [span] = spansOf(line)
  const folded = line?.kind === 'row' && (line.row.kind === 'alike' || (span && walk.folding.closed.has(span)))
  const next = folded ? toggled(walk, chosen) : undefined
  if (next) return at(state, {...mode, walk: next.walk}, next.place)
  if (!span || span.children.length === 0) return only(noted(state, 'no call below this one'))
  return at(state, mode, chosen + 1)
}

/** With the chosen record. */
function onRecord(state: State, mode: TraceMode, key: Key): Next | undefined {
  const {tree} = mode.walk
  switch (wordOf(key)) {
    case 'n':
    case 'N': {
      const next = stepped(state, mode, wordOf(key) === 'n' ? 1 : -1)
      return only(next ? {...state, mode: next} : noted(state, 'no further record'))
    }
    case 'return':
      return inStream(state, mode)
    case 'd':
    case ' ': {
      const entry = chosenEntry(mode)
      return only(entry ? openDetail(state, entry.record) : noted(state, 'nobody wrote about this span'))
    }
    case 'p':
      return only(pinOrUnpin(state, chosenEntry(mode)?.record))
    case 'c':
      return only(compareWith(state, chosenEntry(mode)?.record))
    case 'r':
      return {state: noted(state, 'reading the trace again …'), effects: [{kind: 'trace', id: tree.id}]}
    case 'y': {
      const text = inPlace(state.place, `logflow trace ${shellArgument(tree.id)}`)
      return {state, effects: [{kind: 'copy', text}]}
    }
    case 'escape':
    case 'q':
      return only({...state, mode: mode.back})
    default:
      return undefined
  }
}

function at(state: State, mode: TraceMode, chosen: number): Next {
  return only({...state, mode: inSight(state, {...mode, chosen, record: 0})})
}

function inSight(state: State, mode: TraceMode): TraceMode {
  const {bars} = traceRows(mode.walk, state.size.rows - 3)
  return {...mode, top: topOf(mode, Math.max(1, bars))}
}

/** The first line shown, so that the chosen one is among so many. */
export function topOf({walk, chosen, top}: TraceMode, bars: number): number {
  const lowest = Math.max(0, walk.lines.length - bars)
  // The title of the first request is seen with its first span.
  const above = walk.lines[chosen - 1]?.kind === 'title' ? chosen - 1 : chosen
  return clamp(top, Math.min(lowest, Math.max(0, chosen - bars + 1)), Math.min(lowest, bars > 1 ? above : chosen))
}

/** To an error; behind the last one is the first again. */
function toError(state: State, mode: TraceMode, place: number): State {
  const {errors} = mode.walk
  const next = place % Math.max(1, errors.length)
  const error = errors[next]
  if (!error) return noted(state, 'no record of level ERROR or FATAL')
  const text =
    errors.length === 1
      ? 'the only error'
      : next === 0
        ? `the first of ${errors.length} errors`
        : `error ${next + 1} of ${errors.length}`
  return noted({...state, mode: atEntry(state, mode, error)}, text)
}

/** Back to the stream at the chosen record, or where the span began that nobody wrote about. */
function inStream(state: State, mode: TraceMode): Next {
  const {walk, chosen} = mode
  const entry = chosenEntry(mode)
  const start = spansOf(walk.lines[chosen])[0]?.start ?? walk.tree.start
  const {zero} = walk.tree
  const time = entry?.record['@timestamp'] ?? (zero === undefined ? '' : timeAfter(zero, start))
  return atRecord(state, entry?.record, time)
}
