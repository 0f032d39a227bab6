// What is to be asked of a store to evaluate a rule at many moments at once, and what the answers say. The questions for
// one moment and for a day's of them differ in nothing but their number of steps: live and replay are the same code.

import {MOST_GROUPS, tooManyGroups} from '../metrics/grouping.js'
import type {Group, Question} from '../metrics/question.js'
import type {QueryNode} from '../query/query.js'
import {holdsAtZero} from './condition.js'
import type {Look, Value} from './look.js'
import {newPatternValues, patternOffsets} from './new-patterns.js'
import {type GroupKey, type GroupValues, groupKey, groupValues, type Rule} from './rule.js'
import {gcd, Pieces, type Stretch, stretchesOf} from './stretches.js'

export interface LookRange {
  /** Evaluations after this moment, ms since 1970, … */
  from: number
  /** … up to and with this one. */
  to: number
  /** Those up to and with this moment are final: the clock less `latenessMs`, or `to` in a replay. */
  finalUntil: number
}

export interface LookPlan {
  /** None where no evaluation is due. All answers must be of one moment of the store. */
  questions: Question[]
  /** @param answers the groups of each question, in the order of `questions` */
  looks(answers: readonly Group[][]): Look[]
}

/** Evaluations of a rule in a range. */
export function countLooks({everyMs}: Pick<Rule, 'everyMs'>, {from, to}: Pick<LookRange, 'from' | 'to'>): number {
  return Math.max(0, Math.floor(to / everyMs) - Math.floor(from / everyMs))
}

/** Steps that one question is asked in. */
const MOST_STEPS = 5_000
const MOST_LOOKS = 1_440

/** Evaluations that are better planned at once than in several ranges: more would hold too many counts in memory. */
export function looksAtOnce(rule: Rule): number {
  const stepMs = offsetsOf(rule).reduce(gcd, rule.everyMs)
  return Math.max(1, Math.min(MOST_LOOKS, Math.floor((MOST_STEPS * stepMs) / rule.everyMs)))
}

/** A range in parts of {@link looksAtOnce}, in the order of time. */
export function* partsOf(rule: Rule, {from, to, finalUntil}: LookRange): Generator<LookRange> {
  const ms = looksAtOnce(rule) * rule.everyMs
  for (let at = from; at < to; ) {
    const next = Math.min(to, Math.floor(at / rule.everyMs) * rule.everyMs + ms)
    yield {from: at, to: next, finalUntil}
    at = next
  }
}

/**
 * Plans the evaluations of a rule in a range: at multiples of `everyMs` since 1970. Each is over the records whose event
 * time is in [T − windowMs, T); a spike also over what lies before. Of rules that hold where nothing is, a group is known
 * while it has a record in the window or in the day (three windows, if that is longer) before it.
 */
export function planLooks(rule: Rule, range: LookRange): LookPlan {
  const {everyMs} = rule
  const first = (Math.floor(range.from / everyMs) + 1) * everyMs
  const last = Math.floor(range.to / everyMs) * everyMs
  if (last < first) return {questions: [], looks: () => []}
  const moments = {first, last, everyMs}
  const stretches = stretchesOf(moments, offsetsOf(rule))
  const filters = filtersOf(rule)
  const questions = filters.flatMap((query) => stretches.map((stretch) => questionOf(rule, query, stretch)))
  const looks = (answers: readonly Group[][]): Look[] => {
    const values = valuesFor(rule, stretches, answers)
    const made: Look[] = []
    for (let at = first; at <= last; at += everyMs) made.push({at, final: at <= range.finalUntil, values: values(at)})
    return made
  }
  return {questions, looks}
}

const DAY = 86_400_000

/** How far before an evaluation the edges of its windows lie, ms, falling. */
function offsetsOf(rule: Rule): number[] {
  const {measure, windowMs, everyMs} = rule
  if (measure.kind === 'spike') return [windowMs + measure.compareMs, windowMs, 0]
  if (measure.kind === 'new_pattern') return patternOffsets(rule, measure)
  if (rule.groupBy.length === 0 || !holdsAtZero(rule)) return [windowMs, 0]
  const stepMs = gcd(everyMs, windowMs)
  return [windowMs + Math.ceil(Math.max(DAY, 3 * windowMs) / stepMs) * stepMs, windowMs, 0]
}

/** What is counted: the records themselves, and for a ratio the whole after them. */
function filtersOf({filter, measure}: Rule): QueryNode[] {
  if (measure.kind !== 'ratio') return [filter]
  if (measure.of.kind === 'all') return [filter, measure.of]
  return [{kind: 'and', nodes: [filter, measure.of]}, measure.of]
}

function questionOf({groupBy, measure}: Rule, query: QueryNode, {since, until, every}: Stretch): Question {
  const question: Question = {query, since: rfc3339(since), until: rfc3339(until), ...(every && {every})}
  if (measure.kind === 'new_pattern' && groupBy.length === 0) return {...question, by: 'message'}
  const groups = measure.kind === 'new_pattern' ? [...groupBy, 'message'] : groupBy
  return groups.length === 0 ? question : {...question, groups}
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString()
}

type ValuesAt = (at: number) => ReadonlyMap<GroupKey, Value>

function valuesFor(rule: Rule, stretches: readonly Stretch[], answers: readonly Group[][]): ValuesAt {
  const pieces = new Pieces(stretches)
  if (rule.measure.kind === 'new_pattern') return newPatternValues(rule, rule.measure, pieces, stretches, answers)
  const counts = countsIn(pieces, stretches, answers.slice(0, stretches.length))
  if (counts.size > MOST_GROUPS) throw tooManyGroups(rule.groupBy, MOST_GROUPS)
  switch (rule.measure.kind) {
    case 'ratio': {
      const whole = countsIn(pieces, stretches, answers.slice(stretches.length))
      return ratios(rule, rule.measure.minimum, pieces, counts, whole)
    }
    case 'spike':
      return spikes(rule, rule.measure, pieces, counts)
    default:
      return plainCounts(rule, pieces, counts)
  }
}

/** Of each group, the number of records before each edge of the pieces. */
type Counts = Map<GroupKey, Float64Array>

function countsIn(pieces: Pieces, stretches: readonly Stretch[], answers: readonly Group[][]): Counts {
  const groups: Counts = new Map()
  const keyOf = keyer()
  for (const [i, {since}] of stretches.entries()) {
    for (const {values = [], start = since, count} of answers[i] ?? []) {
      if (count === 0) continue
      const key = keyOf(values)
      let counts = groups.get(key)
      if (!counts) {
        counts = pieces.empty()
        groups.set(key, counts)
      }
      const place = pieces.placeOf(start) + 1
      counts[place] = (counts[place] as number) + count
    }
  }
  for (const counts of groups.values()) pieces.addUp(counts)
  return groups
}

/** Answers have the steps of one group in a row. */
function keyer(): (values: GroupValues) => GroupKey {
  let last: GroupValues = []
  let key = WHOLE
  return (values) => {
    if (values.length === last.length && values.every((value, i) => value === last[i])) return key
    last = values
    key = groupKey(values)
    return key
  }
}

const WHOLE = groupKey([])

/** Records between two edges, by their places. */
function between(counts: Float64Array | undefined, from: number, to: number): number {
  return counts ? (counts[to] as number) - (counts[from] as number) : 0
}

function plainCounts(rule: Rule, pieces: Pieces, groups: Counts): ValuesAt {
  const {windowMs} = rule
  const window = (at: number) => [pieces.placeOf(at - windowMs), pieces.placeOf(at)] as const
  if (rule.groupBy.length === 0) return (at) => new Map([[WHOLE, {value: between(groups.get(WHOLE), ...window(at))}]])
  const memoryMs = holdsAtZero(rule) ? (offsetsOf(rule)[0] as number) : windowMs
  return (at) => {
    const values = new Map<GroupKey, Value>()
    const [from, to] = window(at)
    const known = pieces.placeOf(at - memoryMs)
    for (const [key, counts] of groups)
      if (between(counts, known, to) > 0) values.set(key, {value: between(counts, from, to)})
    if (rule.knownGroups.length > 0) addKnown(rule, values)
    return values
  }
}

/** Services that the rule names: services compare without case, groups are spelled as in the records. */
function addKnown({knownGroups}: Rule, values: Map<GroupKey, Value>): void {
  const there = new Set([...values.keys()].map((key) => groupValues(key)[0]?.toLowerCase()))
  for (const known of knownGroups) if (!there.has(known[0]?.toLowerCase())) values.set(groupKey(known), {value: 0})
}

function ratios({windowMs, groupBy}: Rule, minimum: number, pieces: Pieces, part: Counts, whole: Counts): ValuesAt {
  return (at) => {
    const values = new Map<GroupKey, Value>()
    const [from, to] = [pieces.placeOf(at - windowMs), pieces.placeOf(at)]
    for (const [key, counts] of whole) {
      const of = between(counts, from, to)
      if (of < Math.max(1, minimum)) continue
      const matching = between(part.get(key), from, to)
      values.set(key, {value: matching / of, detail: {matching, of}})
    }
    return orNothing(values, groupBy)
  }
}

function spikes(
  {windowMs, groupBy}: Rule,
  {compareMs, minimum}: {compareMs: number; minimum: number},
  pieces: Pieces,
  groups: Counts,
): ValuesAt {
  return (at) => {
    const values = new Map<GroupKey, Value>()
    const [begin, from, to] = [
      pieces.placeOf(at - windowMs - compareMs),
      pieces.placeOf(at - windowMs),
      pieces.placeOf(at),
    ]
    for (const [key, counts] of groups) {
      const before = between(counts, begin, from)
      if (before < Math.max(1, minimum)) continue
      const now = between(counts, from, to)
      values.set(key, {value: (now * compareMs) / (before * windowMs), detail: {now, before}})
    }
    return orNothing(values, groupBy)
  }
}

/** Without group_by, too little to say is said of the whole. */
function orNothing(values: Map<GroupKey, Value>, groupBy: readonly string[]): Map<GroupKey, Value> {
  return groupBy.length === 0 && values.size === 0 ? new Map([[WHOLE, {}]]) : values
}
