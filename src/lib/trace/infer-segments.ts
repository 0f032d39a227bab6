import {type Draft, draftOf, saysEnd, saysStart} from './draft.js'
import type {SpanRecord} from './span.js'

/** Clocks tick and lines are written a little after what they tell of; ms. */
const EDGE_MS = 1
/** Records of one place this near are of one call unless their words say otherwise; ms. */
const SAME_CALL_MS = 2
/** A silence after which a record without a length begins another call; ms. */
const SILENCE_MS = 1000
/** A step nearly as long as what it lies in is the same thing told twice. */
const SAME_LENGTH = 0.9
/** Running calls looked at for a record. */
const MOST_LOOKED_AT = 64

interface Interval {
  lane: string
  start: number
  end: number
  records: SpanRecord[]
  within?: Interval
}

/**
 * Cuts records without span ids, in order of time, into calls. A record that says how long something took makes a
 * call that reaches back so far; records of the same service and host in that time belong to it. The others are
 * joined while they are near, in the same surrounding call, and no word says that one thing ended and another began.
 */
export function inferSegments(records: readonly SpanRecord[]): Draft[] {
  const timed = timedCalls(records)
  const byLane = new Map<string, Interval[]>()
  for (const call of timed) push(byLane, call.lane, call)
  const around = surroundings(timed)
  const open = new Map<string, {records: SpanRecord[]; around: Interval | undefined}>()
  const loose: SpanRecord[][] = []
  for (const entry of records) {
    if (entry.record.duration_ms !== undefined) continue
    const lane = laneOf(entry)
    const home = shortestOver(byLane.get(lane) ?? [], entry.at)
    if (home) {
      home.records.push(entry)
      continue
    }
    const surrounding = around(entry.at, lane)
    const group = open.get(lane)
    if (group && belongs(group, entry, surrounding)) group.records.push(entry)
    else {
      const begun = {records: [entry], around: surrounding}
      open.set(lane, begun)
      loose.push(begun.records)
    }
  }
  const drafts = new Map<Interval, Draft>()
  for (const call of timed) drafts.set(call, draftOf(call.records.sort((a, b) => a.at - b.at)))
  for (const [call, draft] of drafts) if (call.within) draft.within = drafts.get(call.within)
  return [...drafts.values(), ...loose.map(draftOf)]
}

/** Records of one lane may be of one call; of two lanes never. */
function laneOf({record}: SpanRecord): string {
  const {trace_id = '', request_id = '', service = '', host = ''} = record
  return `${trace_id}\n${request_id}\n${service}\n${host}`
}

/** The calls that records with a length tell of. One inside another of its lane is a step of that, or the same again. */
function timedCalls(records: readonly SpanRecord[]): Interval[] {
  const byLane = new Map<string, Interval[]>()
  for (const entry of records) {
    const length = entry.record.duration_ms
    if (length === undefined) continue
    const lane = laneOf(entry)
    push(byLane, lane, {lane, start: entry.at - length, end: entry.at, records: [entry]})
  }
  const calls: Interval[] = []
  for (const list of byLane.values()) {
    list.sort((a, b) => a.start - b.start || b.end - a.end)
    const stack: Interval[] = []
    for (const call of list) {
      while (stack.length > 0 && !covers(stack[stack.length - 1] as Interval, call)) stack.pop()
      const outer = stack[stack.length - 1]
      if (outer && call.end - call.start >= SAME_LENGTH * (outer.end - outer.start)) {
        outer.records.push(...call.records)
        continue
      }
      if (outer) call.within = outer
      stack.push(call)
      calls.push(call)
    }
  }
  return calls
}

function covers(outer: Interval, inner: Interval): boolean {
  return inner.start >= outer.start - EDGE_MS && inner.end <= outer.end + EDGE_MS
}

/** `calls` in order of their beginning. */
function shortestOver(calls: readonly Interval[], at: number): Interval | undefined {
  let best: Interval | undefined
  for (let i = startedBy(calls, at + EDGE_MS) - 1, looked = 0; i >= 0 && looked < MOST_LOOKED_AT; i--, looked++) {
    const call = calls[i] as Interval
    if (call.end + EDGE_MS < at) continue
    if (best === undefined || call.end - call.start < best.end - best.start) best = call
  }
  return best
}

/** How many of `calls`, in order of their beginning, have begun by then. */
function startedBy(calls: readonly Interval[], at: number): number {
  let from = 0
  let to = calls.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((calls[middle] as Interval).start <= at) from = middle + 1
    else to = middle
  }
  return from
}

/** Gives the shortest call of another place that was running then. Must be asked in order of time. */
function surroundings(timed: readonly Interval[]): (at: number, lane: string) => Interval | undefined {
  const coming = [...timed].sort((a, b) => a.start - b.start)
  let running: Interval[] = []
  let next = 0
  return (at, lane) => {
    while (next < coming.length && (coming[next] as Interval).start <= at) running.push(coming[next++] as Interval)
    if (running.length > MOST_LOOKED_AT) running = running.filter((call) => call.end >= at).slice(-MOST_LOOKED_AT)
    let best: Interval | undefined
    for (const call of running) {
      if (call.lane === lane || call.end < at) continue
      if (best === undefined || call.end - call.start < best.end - best.start) best = call
    }
    return best
  }
}

function belongs(
  group: {records: SpanRecord[]; around: Interval | undefined},
  entry: SpanRecord,
  around: Interval | undefined,
): boolean {
  const last = group.records[group.records.length - 1] as SpanRecord
  const gap = entry.at - last.at
  const ended = saysEnd(last) && !saysStart(last)
  if (ended && saysStart(entry)) return false
  if (gap <= SAME_CALL_MS) return true
  if (ended && gap > SAME_CALL_MS) return false
  // "started" … "finished" is one call, however long it took.
  if (saysStart(group.records[0] as SpanRecord) && saysEnd(entry) && !saysStart(entry)) return true
  if (saysStart(entry)) return false
  return gap <= SILENCE_MS && group.around === around
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
