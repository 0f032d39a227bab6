// Messages of a shape that the time before the window did not have. Shapes are those of patterns/: values masked, and
// then folded with the shapes of the time before, so that a word that varies there makes no new shape.

import type {Group} from '../metrics/question.js'
import {maskMessage} from '../patterns/mask-message.js'
import {createMiner} from '../patterns/miner.js'
import type {Value} from './look.js'
import {type GroupKey, groupKey, type Rule} from './rule.js'
import {gcd, type Pieces, type Stretch} from './stretches.js'

/** Messages that are one once their values are masked, within a group. */
interface MaskedShape {
  /** The least by code units, so that the order of answers decides nothing. */
  example: string
  /** Pieces of time that have some, and how many; by rising place. */
  places: number[]
  counts: number[]
}

type Shapes = Map<string, MaskedShape>

/** Characters of a message that a notice shows. */
const MOST_EXAMPLE = 300

/** Where the window begins, the time before it, and its older half; ms before an evaluation, falling. */
export function patternOffsets({windowMs, everyMs}: Rule, {baselineMs}: {baselineMs: number}): number[] {
  const stepMs = gcd(gcd(everyMs, windowMs), baselineMs)
  const newerMs = baselineMs - Math.ceil(baselineMs / 2 / stepMs) * stepMs
  return newerMs > 0 ? [windowMs + baselineMs, windowMs + newerMs, windowMs, 0] : [windowMs + baselineMs, windowMs, 0]
}

/**
 * The number of records in [T − window, T) whose shape did not occur in the `baselineMs` before, for each group by
 * itself. A group without a single record in the older half of that time says nothing: where logs have just begun, all
 * of them would be new.
 */
export function newPatternValues(
  rule: Rule,
  measure: {baselineMs: number},
  pieces: Pieces,
  stretches: readonly Stretch[],
  answers: readonly Group[][],
): (at: number) => Map<GroupKey, Value> {
  const {windowMs, groupBy} = rule
  const groups = shapesOf(groupBy.length, pieces, stretches, answers)
  const [longest = 0, older = 0] = patternOffsets(rule, measure)
  return (at) => {
    const placeOf = (offset: number) => pieces.placeOf(at - offset)
    const edges = {begin: placeOf(longest), half: placeOf(older), middle: placeOf(windowMs), end: placeOf(0)}
    const values = new Map<GroupKey, Value>()
    for (const [key, shapes] of groups) {
      const {known, fresh, settled} = split(shapes, edges)
      if (!settled) continue
      const value = fresh.length === 0 ? {value: 0} : judge(fresh, known)
      if (value.value > 0 || groupBy.length === 0) values.set(key, value)
    }
    return values
  }
}

interface Seen {
  mask: string
  example: string
  count: number
}

interface Edges {
  begin: number
  half: number
  middle: number
  end: number
}

/** `settled`: some were there in the older half already. */
function split(shapes: Shapes, {begin, half, middle, end}: Edges): {known: Seen[]; fresh: Seen[]; settled: boolean} {
  const known: Seen[] = []
  const fresh: Seen[] = []
  let settled = false
  for (const [mask, shape] of shapes) {
    const {example} = shape
    const before = countIn(shape, begin, middle)
    if (before > 0) {
      known.push({mask, example, count: before})
      settled ||= countIn(shape, begin, half) > 0
    } else {
      const count = countIn(shape, middle, end)
      if (count > 0) fresh.push({mask, example, count})
    }
  }
  return {known, fresh, settled}
}

interface Kind {
  known: boolean
  fresh: number
}

/** Folds both together: what shares a template with a known message is not new. */
function judge(fresh: readonly Seen[], known: readonly Seen[]): {value: number; detail?: Value['detail']} {
  const miner = createMiner<Kind>({
    stats: {
      create: () => ({known: false, fresh: 0}),
      merge: (into, from) => {
        into.known ||= from.known
        into.fresh += from.fresh
      },
    },
  })
  for (const {example, count} of sorted(known)) miner.add(example, count).known = true
  for (const {example, count} of sorted(fresh)) miner.add(example, count).fresh += count
  const templates = miner.templates().filter(({stats}) => !stats.known)
  const [newest] = templates
  if (!newest) return {value: 0}
  const detail = {patterns: templates.length, pattern: newest.text, example: newest.example.slice(0, MOST_EXAMPLE)}
  return {value: templates.reduce((sum, {stats}) => sum + stats.fresh, 0), detail}
}

function sorted(seen: readonly Seen[]): Seen[] {
  return [...seen].sort((a, b) => (a.mask < b.mask ? -1 : a.mask > b.mask ? 1 : 0))
}

function shapesOf(
  fields: number,
  pieces: Pieces,
  stretches: readonly Stretch[],
  answers: readonly Group[][],
): Map<GroupKey, Shapes> {
  const groups = new Map<GroupKey, Shapes>()
  for (const [i, {since}] of stretches.entries()) {
    const byPlace = (answers[i] ?? [])
      .map((group) => ({group, place: pieces.placeOf(group.start ?? since)}))
      .sort((a, b) => a.place - b.place)
    for (const {group, place} of byPlace) {
      const {values = [], key, count} = group
      if (count > 0)
        note(shapesIn(groups, groupKey(values.slice(0, fields))), key ?? values[fields] ?? '', place, count)
    }
  }
  return groups
}

function shapesIn(groups: Map<GroupKey, Shapes>, key: GroupKey): Shapes {
  let shapes = groups.get(key)
  if (!shapes) {
    shapes = new Map()
    groups.set(key, shapes)
  }
  return shapes
}

function note(shapes: Shapes, message: string, place: number, count: number): void {
  const mask = maskMessage(message)
  const shape = shapes.get(mask)
  if (!shape) {
    shapes.set(mask, {example: message, places: [place], counts: [count]})
    return
  }
  if (message < shape.example) shape.example = message
  const last = shape.places.length - 1
  if (shape.places[last] === place) shape.counts[last] = (shape.counts[last] as number) + count
  else {
    shape.places.push(place)
    shape.counts.push(count)
  }
}

function countIn({places, counts}: MaskedShape, from: number, to: number): number {
  let sum = 0
  for (let i = firstAtLeast(places, from); i < places.length && (places[i] as number) < to; i++)
    sum += counts[i] as number
  return sum
}

function firstAtLeast(places: readonly number[], wanted: number): number {
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[middle] as number) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
