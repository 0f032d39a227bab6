// What Elasticsearch can be asked of a part of a query, from two sides: where it cannot be asked exactly, one question
// finds too much and one too little, and what lies between is read and tested with matches(). Both sides are carried
// through AND, OR and NOT; NOT exchanges them.

/** A query of Elasticsearch's, always in filter context: nothing is scored. */
export type Dsl = Record<string, unknown>

/** What of a document an answer leans on: documents that lack it are read. */
export type Need = 'terms' | 'names' | 'patterns' | 'texts'

export interface Bounds {
  /** Finds every document that is meant, and perhaps others. */
  upper: Dsl
  /** Finds none but these; the same object as `upper` where that is exact. */
  lower: Dsl
  needs: ReadonlySet<Need>
  /** Clauses, and levels of `bool`, in the larger of the two. */
  size: number
  levels: number
}

const EVERYTHING: Dsl = {match_all: {}}
const NOTHING: Dsl = {match_none: {}}

/** The server takes 1,024 clauses of one query at least, and 30 levels. A filter's own come on top. */
const MAX_CLAUSES = 900
const MAX_LEVELS = 24

export const ALL = exactly(EVERYTHING)
export const NO_RECORD = exactly(NOTHING)
/** Cannot be asked: all have to be read. */
export const UNKNOWN = between(EVERYTHING, NOTHING)

export function exactly(dsl: Dsl, ...needs: Need[]): Bounds {
  return between(dsl, dsl, ...needs)
}

/** Finds all that is meant, and more. */
export function atMost(dsl: Dsl, ...needs: Need[]): Bounds {
  return between(dsl, NOTHING, ...needs)
}

export function between(upper: Dsl, lower: Dsl, ...needs: Need[]): Bounds {
  return {upper, lower, needs: new Set(needs), size: 1, levels: 0}
}

export function not(part: Bounds): Bounds {
  const {needs, size} = part
  if (part.levels >= MAX_LEVELS) return UNKNOWN
  const lower = noneOf(part.upper)
  const upper = part.upper === part.lower ? lower : noneOf(part.lower)
  return {upper, lower, needs, size, levels: part.levels + 1}
}

/** What does not fit into one query is left to reading, here and in or(). */
export function and(parts: Bounds[]): Bounds {
  const {taken, cut} = affordable(parts)
  return joined(taken, allOf, cut ? {lower: NOTHING} : {})
}

export function or(parts: Bounds[]): Bounds {
  const {taken, cut} = affordable(merged(parts))
  return joined(taken, anyOf, cut ? {upper: EVERYTHING} : {})
}

function joined(parts: Bounds[], join: (dsls: Dsl[]) => Dsl, cut: Partial<Bounds>): Bounds {
  const upper = join(parts.map((part) => part.upper))
  const exact = parts.every((part) => part.upper === part.lower)
  const lower = exact ? upper : join(parts.map((part) => part.lower))
  const needs = new Set(parts.flatMap((part) => [...part.needs]))
  const size = parts.reduce((total, part) => total + part.size, 0)
  const levels = Math.max(0, ...parts.map((part) => part.levels)) + 1
  return {upper, lower, needs, size, levels, ...cut}
}

function affordable(parts: Bounds[]): {taken: Bounds[]; cut: boolean} {
  let left = MAX_CLAUSES
  const taken = parts.filter((part) => {
    if (part.size > left || part.levels >= MAX_LEVELS) return false
    left -= part.size
    return true
  })
  return {taken, cut: taken.length < parts.length}
}

/** Many values of one field are one clause. */
function merged(parts: Bounds[]): Bounds[] {
  const values = new Map<string, string[]>()
  const needs = new Set<Need>()
  const others = parts.filter((part) => {
    const term = part.upper === part.lower ? (part.upper.term as Record<string, {value: string}>) : undefined
    const [entry] = Object.entries(term ?? {})
    if (entry === undefined || typeof entry[1].value !== 'string') return true
    const [field, {value}] = entry
    const found = values.get(field)
    if (found) found.push(value)
    else values.set(field, [value])
    for (const need of part.needs) needs.add(need)
    return false
  })
  if (parts.length - others.length <= 1) return parts
  const terms = [...values].map(([field, found]) =>
    exactly(found.length === 1 ? {term: {[field]: {value: found[0]}}} : {terms: {[field]: found}}, ...needs),
  )
  return [...terms, ...others]
}

/** Documents that every query finds. */
export function allOf(dsls: Dsl[]): Dsl {
  const parts = dsls.filter((dsl) => dsl !== EVERYTHING)
  if (parts.includes(NOTHING)) return NOTHING
  if (parts.length <= 1) return parts[0] ?? EVERYTHING
  return {bool: {filter: parts}}
}

/** Documents that one query at least finds. */
export function anyOf(dsls: Dsl[]): Dsl {
  const parts = dsls.filter((dsl) => dsl !== NOTHING)
  if (parts.includes(EVERYTHING)) return EVERYTHING
  if (parts.length <= 1) return parts[0] ?? NOTHING
  return {bool: {should: parts, minimum_should_match: 1}}
}

/** Documents that a query does not find. */
export function noneOf(dsl: Dsl): Dsl {
  if (dsl === EVERYTHING) return NOTHING
  return dsl === NOTHING ? EVERYTHING : {bool: {must_not: [dsl]}}
}
